/* SPDX-License-Identifier: MIT */
#include "channel_batch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void batch_write_prefix(char *into, size_t length) {
  for (int i = 0; i < BATCH_PREFIX; i++)
    into[i] = (char) (uint8_t) (length >> (8 * (BATCH_PREFIX - 1 - i)));
}

static int reserve(struct channel_batch *batch, size_t room) {
  size_t needed = batch->length + room;
  if (needed <= batch->capacity) return 0;
  size_t capacity = batch->capacity ? batch->capacity : BATCH_LARGEST;
  while (capacity < needed) capacity *= 2;
  char *bytes = realloc(batch->bytes, capacity);
  if (!bytes) return -ENOMEM;
  batch->bytes = bytes;
  batch->capacity = capacity;
  return 0;
}

int batch_add(struct channel_batch *batch, cp_bytes payload) {
  int result = reserve(batch, BATCH_PREFIX + payload.length);
  if (result < 0) return result;
  char *end = batch->bytes + batch->length;
  if (batch->is_advanced) {
    batch_write_prefix(end, payload.length);
    end += BATCH_PREFIX;
  } else if (batch->messages > 0) {
    *end++ = '\n';
  }
  if (payload.length > 0) memcpy(end, payload.data, payload.length);
  batch->length = (size_t) (end - batch->bytes) + payload.length;
  batch->messages++;
  return 0;
}

void batch_clear(struct channel_batch *batch) {
  batch->length = batch->messages = 0;
  batch->fd = -1;
}

void batch_done(struct channel_batch *batch) {
  if (batch->fd >= 0) (void) close(batch->fd);
  free(batch->bytes);
  batch->bytes = NULL;
  batch->capacity = 0;
  batch_clear(batch);
}
