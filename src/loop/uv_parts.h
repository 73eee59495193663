/* SPDX-License-Identifier: MIT */
/*
 * What the files of the libuv host share: host_uv.c, direct_uv.c and run_uv.c. Nobody else
 * includes this.
 */
#ifndef CP_LOOP_UV_PARTS_H
#define CP_LOOP_UV_PARTS_H

#include "loop/loop.h"
#include "loop/set_epoll.h"
#include "loop/set_poll.h"

#include <uv.h>

struct uv_host {
  struct loop loop;
  struct set_epoll set;
  struct set_poll few;   /* what is not in the set, while cp_run() turns by itself */
  bool is_turned_by_us;  /* just now, and libuv does not hear of anything */
  bool has_company;      /* other things on libuv's loop, or a wish to stop */
  int vain_waits;        /* in a row, in which none of the few was ready */
  struct list link;      /* in `hosts`, until closing starts */
  struct list directs;   /* watches that are listened to without the set; until they are closed */
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
/**
 * Whether its handles are closed, by us or by who ends his loop by uv_walk() and uv_close(): none
 * of them may be started or stopped any more.
 */
bool host_is_dead(const struct uv_host *host);
/** One of its handles is closed; the last one frees it, when nobody holds its loop. */
void host_handle_closed(struct uv_host *host);
/** Whether libuv has the handle from us; it may be closing. */
bool host_has_handle(const struct uv_host *host, const uv_handle_t *handle);
/** The host that is kept on `uv`, or NULL. */
struct uv_host *host_find(const struct uv_loop_s *uv);
/** Libuv listens to nothing of it, and turns are somebody else's; or does again. */
void host_pause(struct uv_host *host);
void host_resume(struct uv_host *host);
enum { HOST_HANDLES = 3 }; /* poll, timer and idle; all beyond are direct watches */

/* ---- run_uv.c: turns by cp_run() itself ---- */

/** Changes one wherever it is, but for a direct one, or adds it for such turns. */
int own_watch(struct uv_host *host, struct loop_watch *watch, uint32_t events);
void own_unwatch(struct uv_host *host, struct loop_watch *watch);

/* ---- direct_uv.c: a watch with a handle of its own ---- */

int direct_watch(struct uv_host *host, struct loop_watch *watch, uint32_t events);
void direct_unwatch(struct loop_watch *watch);
/** One that has a handle, or NULL. */
struct loop_watch *direct_first(struct uv_host *host);
/** Whether the handle is one of these, perhaps one that is closing. */
bool direct_has_handle(const struct uv_host *host, const uv_handle_t *handle);
/** Closes all; their watches are as before they had a handle. */
void direct_close_all(struct uv_host *host);
/** Frees all, when libuv has none of them any more. */
void direct_forget_all(struct uv_host *host);

#endif
