/* SPDX-License-Identifier: MIT */
/*
 * Bytes that are added at the end and taken from the front. What was taken makes room where it is
 * the larger part, so that no byte is moved again and again, however little is taken at a time.
 */
#ifndef CP_IPC_BYTE_QUEUE_H
#define CP_IPC_BYTE_QUEUE_H

#include "base/buffer.h"

/** Zeroed, it is empty. */
struct byte_queue {
  struct buffer bytes;
  size_t start; /* up to here they were taken */
};

static inline size_t byte_queue_length(const struct byte_queue *queue) {
  return queue->bytes.length - queue->start;
}

static inline char *byte_queue_first(const struct byte_queue *queue) {
  return queue->bytes.data + queue->start;
}

/** As byte_queue_trim(), where something was taken. */
void byte_queue_move(struct byte_queue *queue);
/** Makes room of what was taken; what was lent before is no more valid. */
static inline void byte_queue_trim(struct byte_queue *queue) {
  if (queue->start > 0) byte_queue_move(queue);
}
void byte_queue_done(struct byte_queue *queue);

#endif
