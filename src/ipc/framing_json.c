/* SPDX-License-Identifier: MIT */
#include "ipc/framing.h"

#include <errno.h>
#include <string.h>

/* The next line break; `scanned` tells how far there is none. */
static char *find_end(struct input *input) {
  size_t there = byte_queue_length(&input->queue), unscanned = there - input->scanned;
  if (unscanned == 0) return NULL;
  char *start = byte_queue_first(&input->queue);
  char *end = memchr(start + input->scanned, '\n', unscanned);
  input->scanned = end ? (size_t) (end - start) : there;
  return end;
}

bool framing_has_next_json(struct input *input) {
  return find_end(input) != NULL;
}

int framing_next_json(struct input *input, size_t max, struct frame *ret_frame) {
  char *end = find_end(input);
  size_t length = input->scanned;
  if (length > max) return -EMSGSIZE;
  if (!end) return 0;
  *end = '\0';
  *ret_frame = (struct frame){ end - length, length, length + 1, '\n' };
  input->queue.start += length + 1;
  input->scanned = 0;
  input->lent = ret_frame;
  return 1;
}
