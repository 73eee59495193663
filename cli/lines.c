/* SPDX-License-Identifier: MIT */
/*
 * Our stdin, a line at a time, at the speed of who takes them. It may be a terminal, a pipe or a
 * file, and its flags are not ours to change: it is read once each time that it is ready.
 */
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "watch.h"

/* A line of the second is none: somebody has mistaken a file. */
enum { READ_SIZE = 64 * 1024, LONGEST_LINE = 128 << 20 };

static void unwatch(struct lines *lines) {
  watch_free(lines->watch);
  lines->watch = NULL;
}

void lines_stop(struct lines *lines) {
  lines->is_stopped = true;
  unwatch(lines);
}

static void finish(struct lines *lines, int error) {
  lines_stop(lines);
  free(lines->data);
  lines->data = NULL;
  lines->length = lines->size = lines->seen = 0;
  lines->reader.end(error, lines->reader.user);
}

static bool goes_on(const struct lines *lines) {
  return !lines->is_paused && !lines->is_stopped;
}

static void deliver_line(struct lines *lines, const char *text, size_t length) {
  bool is_lost = lines->is_too_long;
  lines->is_too_long = false;
  lines->number++;
  lines->reader.line(is_lost ? NULL : text, length, lines->reader.user);
}

/* The last line was too long, and none of it was kept. */
static bool is_lost_at_end(const struct lines *lines) {
  return lines->has_ended && lines->is_too_long;
}

/* What is complete; at the end of all the rest, too. */
static void deliver(struct lines *lines) {
  size_t start = 0;
  while (goes_on(lines) && (lines->length > start || is_lost_at_end(lines))) {
    char *end = memchr(lines->data + lines->seen, '\n', lines->length - lines->seen);
    if (!end && !lines->has_ended) {
      lines->seen = lines->length;
      break;
    }
    size_t stop = end ? (size_t) (end - lines->data) : lines->length;
    size_t from = start;
    lines->seen = start = end ? stop + 1 : stop;
    deliver_line(lines, lines->data + from, stop - from);
  }
  lines->length -= start;
  lines->seen -= start;
  if (lines->length > 0 && start > 0) {
    memmove(lines->data, lines->data + start, lines->length);
  }
  if (goes_on(lines) && lines->has_ended) {
    finish(lines, 0);
  }
}

static bool make_room(struct lines *lines) {
  if (lines->length > LONGEST_LINE) {
    lines->is_too_long = true;
  }
  if (lines->is_too_long) {
    lines->length = lines->seen = 0;
  }
  if (lines->size - lines->length >= READ_SIZE) {
    return true;
  }
  size_t size = lines->size < READ_SIZE ? 2 * READ_SIZE : 2 * lines->size;
  char *data = realloc(lines->data, size);
  if (!data) {
    return false;
  }
  lines->data = data;
  lines->size = size;
  return true;
}

static void on_ready(void *user) {
  struct lines *lines = user;
  if (!make_room(lines)) {
    finish(lines, -ENOMEM);
    return;
  }
  ssize_t count = read(lines->fd, lines->data + lines->length, READ_SIZE);
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
      finish(lines, -errno);
    }
    return;
  }
  lines->has_ended = count == 0;
  lines->length += (size_t) count;
  deliver(lines);
}

static int watch(struct lines *lines) {
  lines->watch = watch_shared_readable(lines->fd, on_ready, lines);
  return lines->watch ? 0 : -1;
}

int lines_start(struct lines *lines, int fd, struct line_reader reader) {
  *lines = (struct lines){ .fd = fd, .reader = reader };
  return watch(lines);
}

void lines_pause(struct lines *lines) {
  lines->is_paused = true;
  unwatch(lines);
}

void lines_resume(struct lines *lines) {
  if (!lines->is_paused || lines->is_stopped) {
    return;
  }
  lines->is_paused = false;
  deliver(lines);
  if (goes_on(lines) && !lines->watch && watch(lines) < 0) {
    finish(lines, -errno);
  }
}
