/* SPDX-License-Identifier: MIT */
/*
 * Where the child reads from and writes to. Its stdin is ours, not a pipe that we fill: it may
 * be a terminal, and what the child does not read belongs to whoever comes next. Its output
 * comes through us unless told otherwise. Files are opened as a shell opens them, in our own
 * directory and with our own rights, whatever --cwd and --uid say.
 */
#include "redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "child_process.h"
#include "message.h"

static int open_file(const char *path, int flags) {
  int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
  if (fd < 0) {
    message("cannot open '%s': %s", path, strerror(errno));
  }
  return fd;
}

int redirect_open_target(const char *path) {
  return open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
}

/* The words that are no file. 0, a valid descriptor, if it is none of them. */
static int slot_of_word(int slot, const char *word) {
  static const struct {
    const char *word;
    int first, last; /* where it may stand */
    int value;
  } words[] = {
    { "null", 0, 2, CP_IGNORE },
    { "inherit", 0, 2, CP_INHERIT },
    { "stream", 1, 2, CP_PIPE },
    { "stdout", 2, 2, CP_STDOUT },
  };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (slot >= words[i].first && slot <= words[i].last && strcmp(word, words[i].word) == 0) {
      return words[i].value;
    }
  }
  return 0;
}

static int open_slot(struct redirect *redirect, int slot, const char *word) {
  int value = word ? slot_of_word(slot, word) : slot == 0 ? CP_INHERIT : CP_PIPE;
  if (value == 0) {
    value = slot == 0 ? open_file(word, O_RDONLY) : redirect_open_target(word);
    if (value < 0) {
      return EXIT_OUR_FAILURE;
    }
    redirect->opened[slot] = value;
  }
  redirect->slots[slot] = value;
  return 0;
}

int redirect_open(struct redirect *redirect, const char *const words[3]) {
  *redirect = (struct redirect){ .slots = { 0, 0, 0, CP_STDIO_END }, .opened = { -1, -1, -1 } };
  for (int slot = 0; slot < 3; slot++) {
    int status = open_slot(redirect, slot, words[slot]);
    if (status != 0) {
      return status;
    }
  }
  return 0;
}

void redirect_close(struct redirect *redirect) {
  for (int slot = 0; slot < 3; slot++) {
    if (redirect->opened[slot] >= 0) {
      (void) close(redirect->opened[slot]);
      redirect->opened[slot] = -1;
    }
  }
}
