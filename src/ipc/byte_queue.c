/* SPDX-License-Identifier: MIT */
#include "ipc/byte_queue.h"

#include <string.h>

enum { LARGEST_KEPT = 2 << 20 }; /* of memory that one long message needed */

void byte_queue_move(struct byte_queue *queue) {
  size_t left = byte_queue_length(queue);
  if (queue->start < left) return;
  if (left == 0 && queue->bytes.capacity > LARGEST_KEPT) {
    byte_queue_done(queue);
    return;
  }
  if (left > 0) memmove(queue->bytes.data, byte_queue_first(queue), left);
  queue->bytes.length = left;
  queue->start = 0;
}

void byte_queue_done(struct byte_queue *queue) {
  buffer_done(&queue->bytes);
  queue->start = 0;
}
