/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that came in and whose message is not there yet, or not delivered.
 *
 * The kernel tells with which read one came, not with which byte of it; but it ends a read within
 * the write that carried one. So it belongs to a frame that ends behind the start of that read,
 * and at the latest to the one that holds its last byte. Positions count all bytes that ever came.
 */
#ifndef CP_IPC_ARRIVALS_H
#define CP_IPC_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

enum { ARRIVALS_MAX = 64 };

struct arrival {
  uint64_t from, to; /* of the read */
  int fd;
};

/** Zeroed, it is empty. */
struct arrivals {
  struct arrival *items; /* the first first */
  unsigned count;
};

/** Takes `fd`; 0, or -ENOMEM or -EMFILE with it closed. */
int arrivals_add(struct arrivals *arrivals, uint64_t from, uint64_t to, int fd);
/** The first that may belong to a frame at these positions, lent; -1: none. */
int arrivals_find(const struct arrivals *arrivals, uint64_t start, uint64_t end);
/** It has an owner now. */
void arrivals_take(struct arrivals *arrivals, int fd);
/** Closes all that belong to nothing behind `end`; how many. */
unsigned arrivals_expire(struct arrivals *arrivals, uint64_t end);
void arrivals_done(struct arrivals *arrivals);

#endif
