/* SPDX-License-Identifier: MIT */
/*
 * The bytes that wait to be written, in one piece, so that what is sent in one turn of the loop
 * is one write. A frame that carries a descriptor has a write of its own in it, by which the peer
 * can tell to which frame the descriptor belongs.
 */
#ifndef CP_IPC_OUTBOX_H
#define CP_IPC_OUTBOX_H

#include "ipc/byte_queue.h"

#include <stdint.h>

struct departure; /* outbox.c */

/** Zeroed, it is empty. */
struct outbox {
  struct byte_queue queue;
  struct departure *departures; /* a ring */
  size_t first, count, capacity;
  uint64_t added;   /* bytes, in all its life */
  uint64_t written; /* likewise */
};

static inline size_t outbox_length(const struct outbox *outbox) {
  return (size_t) (outbox->added - outbox->written);
}

/**
 * The caller has appended a frame to `queue.bytes`. Takes `fd` (-1: none) if that went well. 0, or
 * -ENOMEM with the frame cut off.
 */
int outbox_add(struct outbox *outbox, size_t length, int fd);
/** Writes what goes. 0, -EAGAIN or a negative code. */
int outbox_flush(struct outbox *outbox, int socket);
/** The first frame carries a descriptor, and nothing of it has left. */
bool outbox_can_skip(const struct outbox *outbox);
/** Drops that frame alone; it counts as written. */
void outbox_skip(struct outbox *outbox);
/** Drops all; likewise. */
void outbox_clear(struct outbox *outbox);

#endif
