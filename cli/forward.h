/* SPDX-License-Identifier: MIT */
#ifndef CLI_FORWARD_H
#define CLI_FORWARD_H

#include <stdbool.h>
#include <stddef.h>

#include "child_process.h"
#include "outlet.h"

/** Carries one stream of the child on to a descriptor of ours, at the speed of that one. */
struct forward {
  cp_stream *stream; /* NULL: there is nothing to carry */
  struct outlet outlet;
  size_t left; /* of what the child itself wrote, once `is_ending` */
  bool is_ending;
  bool ends_in_line; /* nothing, or a line that is complete */
};

/** Begins. A stream that is NULL (not a pipe) is allowed. False when there is no memory. */
bool forward_start(struct forward *forward, cp_stream *stream, int fd, const char *name);

/**
 * The child has ended: carries what it has written by now, and does not wait for others who
 * still hold the other end.
 */
void forward_end(struct forward *forward);

/** Gives up at once, also what waits. */
void forward_stop(struct forward *forward);

#endif
