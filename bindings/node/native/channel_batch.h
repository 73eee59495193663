/* SPDX-License-Identifier: MIT */
/*
 * Messages on their way into JavaScript: in one row, as they came over the wire.
 */
#ifndef CHILD_PROCESS_NODE_CHANNEL_BATCH_H
#define CHILD_PROCESS_NODE_CHANNEL_BATCH_H

#include "child_process.h"

#include <stdbool.h>
#include <stddef.h>

struct channel_batch {
  char *bytes;
  size_t length;
  size_t capacity;
  size_t messages;
  bool is_advanced; /* each has its length in front; else there is a line break between two */
  int fd;           /* that came with one of them; -1: none */
};

enum {
  BATCH_PREFIX = 4,         /* bytes of a length */
  BATCH_LARGEST = 64 << 10, /* a message that is longer crosses alone: no need to copy it */
};

/** 0, or a negative code: then nothing has changed. */
int batch_add(struct channel_batch *batch, cp_bytes payload);
/** Empty again; what it had room for is kept, and `fd` is the caller's. */
void batch_clear(struct channel_batch *batch);
void batch_done(struct channel_batch *batch);

/** Writes a length as it stands in front of a message. */
void batch_write_prefix(char *into, size_t length);

#endif
