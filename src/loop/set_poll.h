/* SPDX-License-Identifier: MIT */
#ifndef CP_LOOP_SET_POLL_H
#define CP_LOOP_SET_POLL_H

#include "loop/loop.h"

#include <poll.h>

enum { SET_POLL_FEW = 4 }; /* a child with three pipes */

/**
 * Watched descriptors for poll(): for a few of them it is cheaper than epoll, since there is no
 * set to make, and no system call to add each and none to remove it.
 */
struct set_poll {
  int count, capacity;
  struct loop_watch **watches; /* NULL: a place that is free again */
  struct pollfd *polled;       /* the same order, and room for one more */
  struct loop_watch *few_watches[SET_POLL_FEW];
  struct pollfd few_polled[SET_POLL_FEW + 1];
};

void set_poll_init(struct set_poll *set);
/** Watches that are left are forgotten. */
void set_poll_done(struct set_poll *set);
bool set_poll_has(const struct set_poll *set, const struct loop_watch *watch);
/** Whether one more goes in without memory for it. */
bool set_poll_has_room(const struct set_poll *set);
/** Adds or changes. 0 or -ENOMEM. */
int set_poll_watch(struct set_poll *set, struct loop_watch *watch, uint32_t events);
/** Whether it was in here. */
bool set_poll_unwatch(struct set_poll *set, const struct loop_watch *watch);
/**
 * Waits, for `ms` at most (-1: without end), until one is ready, or `other_fd` (-1: none) is
 * readable, which `*ret_other` tells. Whether one of the set is ready.
 */
bool set_poll_wait(struct set_poll *set, int other_fd, int ms, bool *ret_other);
/** Calls back those that the last wait found ready. */
void set_poll_run(struct set_poll *set);

#endif
