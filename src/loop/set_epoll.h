/* SPDX-License-Identifier: MIT */
#ifndef CP_LOOP_SET_EPOLL_H
#define CP_LOOP_SET_EPOLL_H

#include "loop/loop.h"

struct epoll_event;

/** Watched descriptors in an epoll set. Those of children that have ended cost nothing. */
struct set_epoll {
  int fd;
  struct epoll_event *batch; /* what one epoll_wait() told, while it is handled */
  int batch_at;
  int batch_count;
};

/** 0 or a negative code. */
int set_epoll_init(struct set_epoll *set);
/** Watches that are left are forgotten. */
void set_epoll_done(struct set_epoll *set);
int set_epoll_watch(struct set_epoll *set, struct loop_watch *watch, uint32_t events);
void set_epoll_unwatch(struct set_epoll *set, struct loop_watch *watch);
/** Calls back what is ready now. */
void set_epoll_run(struct set_epoll *set);

#endif
