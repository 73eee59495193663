/* SPDX-License-Identifier: MIT */
#ifndef CP_LOOP_SET_EPOLL_H
#define CP_LOOP_SET_EPOLL_H

#include "loop/loop.h"

#include <sys/epoll.h>

enum { SET_EPOLL_BATCH = 64 };

/** Watched descriptors in an epoll set. Those of children that have ended cost nothing. */
struct set_epoll {
  int fd;
  int count;                                 /* those that are listened to */
  struct epoll_event batch[SET_EPOLL_BATCH]; /* what one wait told, until it is handled */
  int batch_at;
  int batch_count;
};

/** 0 or a negative code. */
int set_epoll_init(struct set_epoll *set);
/** Watches that are left are forgotten. */
void set_epoll_done(struct set_epoll *set);
/** Adds, or changes one that is active. 0 or a negative code. */
int set_epoll_watch(struct set_epoll *set, struct loop_watch *watch, uint32_t events);
/** Adds one that was watched elsewhere, with its events. 0 or a negative code. */
int set_epoll_take(struct set_epoll *set, struct loop_watch *watch);
void set_epoll_unwatch(struct set_epoll *set, struct loop_watch *watch);
/** Waits for `ms` at most (-1: without end) until one is ready. */
void set_epoll_wait(struct set_epoll *set, int ms);
/** Calls back those that the last wait found ready. */
void set_epoll_run(struct set_epoll *set);

#endif
