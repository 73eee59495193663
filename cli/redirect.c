/* SPDX-License-Identifier: MIT */
/*
 * Where the child reads from and writes to. Its stdin is ours, not a pipe that we fill: it may
 * be a terminal, and what the child does not read belongs to whoever comes next. Its output
 * comes through us unless told otherwise. Beside a channel, which takes our stdin and stdout, it
 * has neither, and what it prints goes to our stderr. Files are opened as a shell opens them, in
 * our own directory and with our own rights, whatever --cwd and --uid say.
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

/* A word that is no file, and the slots where it may stand. */
struct word {
  const char *word;
  int first, last;
  int value;
};

/* How words are understood, and what holds without one. */
struct manner {
  const struct word *words; /* ending in NULL */
  int defaults[3];
  int channel; /* slot 3, or the end */
};

static const struct word words_of_streams[] = {
  { "null", 0, 2, CP_IGNORE }, { "inherit", 0, 2, CP_INHERIT },
  { "stream", 1, 2, CP_PIPE }, { "stdout", 2, 2, CP_STDOUT },
  { NULL, 0, 0, 0 },
};

static const struct word words_beside_channel[] = {
  { "null", 0, 2, CP_IGNORE },
  { "inherit", 0, 2, CP_INHERIT },
  { "stderr", 1, 1, STDERR_FILENO },
  { "stdout", 2, 2, CP_STDOUT },
  { NULL, 0, 0, 0 },
};

static const struct manner by_streams = { words_of_streams,
                                          { CP_INHERIT, CP_PIPE, CP_PIPE },
                                          CP_STDIO_END };

static const struct manner beside_channel = { words_beside_channel,
                                              { CP_IGNORE, STDERR_FILENO, CP_INHERIT },
                                              CP_IPC };

/* 0, a descriptor that no word stands for, if it is none of them. */
static int slot_of_word(const struct word *words, int slot, const char *name) {
  for (const struct word *word = words; word->word; word++) {
    if (slot >= word->first && slot <= word->last && strcmp(name, word->word) == 0) {
      return word->value;
    }
  }
  return 0;
}

static int open_slot(struct redirect *redirect, const struct manner *manner, int slot,
                     const char *name) {
  int value = name ? slot_of_word(manner->words, slot, name) : manner->defaults[slot];
  if (value == 0) {
    value = slot == 0 ? open_file(name, O_RDONLY) : redirect_open_target(name);
    if (value < 0) {
      return EXIT_OUR_FAILURE;
    }
    redirect->opened[slot] = value;
  }
  redirect->slots[slot] = value;
  return 0;
}

static int open_all(struct redirect *redirect, const struct manner *manner,
                    const char *const words[3]) {
  *redirect = (struct redirect){
    .slots = { 0, 0, 0, manner->channel, CP_STDIO_END },
    .opened = { -1, -1, -1 },
  };
  for (int slot = 0; slot < 3; slot++) {
    int status = open_slot(redirect, manner, slot, words[slot]);
    if (status != 0) {
      return status;
    }
  }
  return 0;
}

int redirect_open(struct redirect *redirect, const char *const words[3]) {
  return open_all(redirect, &by_streams, words);
}

int redirect_open_beside_channel(struct redirect *redirect, const char *const words[3]) {
  return open_all(redirect, &beside_channel, words);
}

void redirect_close(struct redirect *redirect) {
  for (int slot = 0; slot < 3; slot++) {
    if (redirect->opened[slot] >= 0) {
      (void) close(redirect->opened[slot]);
      redirect->opened[slot] = -1;
    }
  }
}
