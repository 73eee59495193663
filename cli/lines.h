/* SPDX-License-Identifier: MIT */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch;
struct lines;

/** Who wants them. All are called from the loop; any call on `lines` may be made there. */
struct line_reader {
  /** A line without its end. NULL: it was too long to be kept. */
  void (*line)(const char *text, size_t length, void *user);
  /** There are no more; 0, or a negative errno. */
  void (*end)(int error, void *user);
  void *user;
};

/** The lines that come from a descriptor that we share with others. */
struct lines {
  int fd;
  struct line_reader reader;
  struct watch *watch; /* NULL: paused or stopped */
  char *data;          /* from the first line that was not delivered */
  size_t length;
  size_t size;
  size_t seen;     /* up to here there is no end of a line */
  uint64_t number; /* of the line that is delivered, from 1 */
  bool is_too_long;
  bool is_paused;
  bool is_stopped;
  bool has_ended;
};

/** Begins. 0, or -1 with errno. */
int lines_start(struct lines *lines, int fd, struct line_reader reader);

/** No line until it goes on; nothing is read meanwhile. */
void lines_pause(struct lines *lines);
/** Lines may come before it returns. */
void lines_resume(struct lines *lines);

/** No more lines, and no end. */
void lines_stop(struct lines *lines);

#endif
