/* SPDX-License-Identifier: MIT */
/*
 * Bytes that grow. Little is on the heap; much is in pages of its own, which the kernel moves
 * without copying when they are not enough, and which cost memory only where they were
 * written. So 256 MiB that come in are 256 MiB, and not the double of it at the last step.
 *
 * Zeroed, it is empty.
 */
#ifndef CP_BASE_BUFFER_H
#define CP_BASE_BUFFER_H

#include "base/memory.h"

#include <stdbool.h>

struct buffer {
  char *data;
  size_t length;
  size_t capacity; /* of which one byte is kept for a '\0' */
  bool is_mapped;
};

/**
 * Room for at least `size` bytes behind what is there, and for a '\0' behind them; the caller
 * writes there and adds to `length`. 0 or -ENOMEM, with everything as it was.
 */
int buffer_reserve(struct buffer *buffer, size_t size);
/** How much may be written without another buffer_reserve(). */
size_t buffer_room(const struct buffer *buffer);
/** Copies them behind what is there, with a '\0' behind them. 0 or -ENOMEM, likewise. */
int buffer_append(struct buffer *buffer, const char *data, size_t length);
void buffer_done(struct buffer *buffer);

#endif
