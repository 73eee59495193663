/* SPDX-License-Identifier: MIT */
/*
 * What the files of the libuv host share: host_uv.c and direct_uv.c. Nobody else includes this.
 */
#ifndef CP_LOOP_UV_PARTS_H
#define CP_LOOP_UV_PARTS_H

#include "loop/loop.h"
#include "loop/set_epoll.h"

#include <uv.h>

struct uv_host {
  struct loop loop;
  struct set_epoll set;
  struct list link;      /* in `hosts`, until closing starts */
  struct list directs;   /* watches that are listened to without the set */
  struct direct *direct; /* the one that is ready just now */
  uv_loop_t *uv;
  uv_poll_t poll;
  uv_timer_t timer;
  uv_idle_t idle;
  int handles;    /* that are not closed yet */
  unsigned forks; /* `forks_seen` when it was made: another number now means that we are a copy */
};

/** Whether we are a copy of the process that made it: then nothing of it is ours to handle. */
bool host_is_of_other_process(struct uv_host *host);
/** One of its handles is closed; the last one frees it, when nobody holds its loop. */
void host_handle_closed(struct uv_host *host);

/* ---- direct_uv.c: a watch with a handle of its own ---- */

int direct_watch(struct uv_host *host, struct loop_watch *watch, uint32_t events);
void direct_unwatch(struct loop_watch *watch);
/** Closes all, for a host that is of another process. */
void direct_close_all(struct uv_host *host);

#endif
