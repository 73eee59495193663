/* SPDX-License-Identifier: MIT */
/*
 * --input: what a child is given to read, as a whole. It may be a FIFO or a terminal, so it is
 * read to its end rather than measured, and before the child starts: one that times out should
 * not do so because of us.
 */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

enum { FIRST_SIZE = 64 * 1024 };

struct contents {
  char *data;
  size_t length;
  size_t size;
};

/* At least a byte of room. False without memory. */
static bool make_room(struct contents *contents) {
  if (contents->length < contents->size) {
    return true;
  }
  size_t size = contents->size ? contents->size * 2 : FIRST_SIZE;
  char *data = realloc(contents->data, size);
  if (!data) {
    return false;
  }
  contents->data = data;
  contents->size = size;
  return true;
}

/* 0, or -1 with errno. */
static int read_to_end(int fd, struct contents *contents) {
  for (;;) {
    if (!make_room(contents)) {
      return -1;
    }
    ssize_t count = read(fd, contents->data + contents->length, contents->size - contents->length);
    if (count == 0) {
      return 0;
    }
    if (count > 0) {
      contents->length += (size_t) count;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      struct pollfd wish = { .fd = fd, .events = POLLIN }; /* somebody made it non-blocking */
      (void) poll(&wish, 1, -1);
    } else if (errno != EINTR) {
      return -1;
    }
  }
}

int input_read(const char *path, cp_bytes *ret_input) {
  bool is_ours = strcmp(path, "-") == 0;
  struct contents contents = { 0 };
  int fd = is_ours ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  int result = fd < 0 ? -1 : read_to_end(fd, &contents);
  if (result < 0) {
    message("cannot read '%s': %s", path, strerror(errno));
    free(contents.data);
  } else {
    *ret_input = (cp_bytes){ contents.data, contents.length };
  }
  if (fd >= 0 && !is_ours) {
    (void) close(fd);
  }
  return result < 0 ? EXIT_OUR_FAILURE : 0;
}

void input_free(cp_bytes *input) {
  free((char *) input->data);
  *input = (cp_bytes){ 0 };
}
