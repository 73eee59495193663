/* SPDX-License-Identifier: MIT */
#include "ipc/framing.h"

#include <errno.h>
#include <stdint.h>

/* False: it is not complete. */
static bool read_head(const struct input *input, uint32_t *ret_length) {
  const struct byte_queue *queue = &input->queue;
  if (byte_queue_length(queue) < FRAMING_HEAD_SIZE) return false;
  const unsigned char *head = (const unsigned char *) byte_queue_first(queue);
  unsigned char first = input->lent ? (unsigned char) input->lent->behind : head[0];
  *ret_length =
      (uint32_t) first << 24 | (uint32_t) head[1] << 16 | (uint32_t) head[2] << 8 | head[3];
  return true;
}

static bool is_complete(const struct input *input, uint32_t length) {
  return byte_queue_length(&input->queue) - FRAMING_HEAD_SIZE >= length;
}

bool framing_has_next_advanced(struct input *input) {
  uint32_t length;
  return read_head(input, &length) && is_complete(input, length);
}

int framing_next_advanced(struct input *input, size_t max, struct frame *ret_frame) {
  uint32_t length;
  if (!read_head(input, &length)) return 0;
  if (length > max) return -EMSGSIZE;
  if (!is_complete(input, length)) return 0;
  struct byte_queue *queue = &input->queue;
  size_t size = FRAMING_HEAD_SIZE + (size_t) length;
  char *data = byte_queue_first(queue) + FRAMING_HEAD_SIZE;
  /* Behind the last byte of all there is room for one. */
  char behind = byte_queue_length(queue) > size ? data[length] : '\0';
  *ret_frame = (struct frame){ data, length, size, behind };
  data[length] = '\0';
  queue->start += size;
  input->lent = ret_frame;
  return 1;
}

int framing_write_head(char *frame, size_t size) {
  size_t length = size - FRAMING_HEAD_SIZE;
  if (length > INT32_MAX) return -EMSGSIZE; /* Node reads the length as an int */
  for (int i = 0; i < FRAMING_HEAD_SIZE; i++)
    frame[i] = (char) (unsigned char) (length >> (8 * (FRAMING_HEAD_SIZE - 1 - i)));
  return 0;
}
