/* SPDX-License-Identifier: MIT */
/*
 * Time and readiness: what the library needs of an event loop.
 *
 * A `struct loop` is a set of watched descriptors, a list of timers, and a list of tasks to run
 * soon. It does not turn by itself: a host drives it. There are two:
 *
 *     host_uv.c     a uv_loop_t. The set is an epoll set (set_epoll.c), which libuv watches as
 *                   one descriptor, so that a child costs the host nothing
 *     host_alone.c  nobody but a blocking call, which waits by poll() on its few descriptors
 *
 * All calls belong to the thread that runs the loop. Callbacks come from the loop only, never
 * inside one of these calls, and may use all of them.
 */
#ifndef CP_LOOP_LOOP_H
#define CP_LOOP_LOOP_H

#include "base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct loop_watch;
struct uv_loop_s;

/** What the loop asks of its host. */
struct loop_host {
  bool is_lasting; /**< it sees more than one child */
  int (*watch)(struct loop *loop, struct loop_watch *watch, uint32_t events);
  void (*unwatch)(struct loop *loop, struct loop_watch *watch);
  void (*keep)(struct loop *loop, bool alive);         /**< does the loop keep the host running */
  void (*turn_soon)(struct loop *loop, bool wanted);   /**< call loop_turn() without waiting */
  void (*turn_at)(struct loop *loop, uint64_t due_ns); /**< call loop_run_timers(); 0: no more */
  void (*close)(struct loop *loop);                    /**< nobody holds it; then loop_done() */
};

/* ---- for users of a loop ---- */

/**
 * The loop of ours on `uv` (NULL: the default loop), made at first use. Held once more for
 * the caller. NULL: see cp_last_error().
 */
struct loop *loop_open(struct uv_loop_s *uv);
/** The same, if it is there already; not held. */
struct loop *loop_find(struct uv_loop_s *uv);
void loop_hold(struct loop *loop);
/** When nobody holds it, what the library keeps on the host is closed. */
void loop_release(struct loop *loop);

/** Each 1 keeps the host running, until its -1. */
void loop_keep_alive(struct loop *loop, int change);

/** One descriptor that is watched. Zeroed, it is one that is not. */
struct loop_watch {
  int fd;
  uint32_t events; /* as epoll has them, EPOLLERR and EPOLLHUP unasked; perhaps EPOLLONESHOT */
  bool is_active;
  bool is_spent;         /* EPOLLONESHOT: it was told, and is not told again until loop_watch() */
  bool is_busy;          /* set it while it is not watched: it is worth more of the host */
  struct direct *direct; /* of a host that makes a difference; its own */
  void (*ready)(struct loop_watch *watch, uint32_t events);
};

/** Starts or changes. 0 or a negative code, with the watch as it was. */
int loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events);
/** Its callback does not come any more, not even if it is due already. Call before close(). */
void loop_unwatch(struct loop *loop, struct loop_watch *watch);

struct loop_timer {
  struct list link;
  uint64_t due_ns;
  void (*expired)(struct loop_timer *timer);
};

/** Calls back once, not before `delay_ms` have passed. */
void loop_start_timer(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms);
void loop_stop_timer(struct loop *loop, struct loop_timer *timer);

struct loop_task {
  struct list link;
  void (*run)(struct loop_task *task);
};

/**
 * Runs the task from the loop, soon: before any readiness that is heard of later. It keeps the
 * host running until then. One that waits already stays in its place.
 */
void loop_defer(struct loop *loop, struct loop_task *task);
void loop_cancel(struct loop_task *task);

/** Somebody who uses the loop and can be asked to go. */
struct loop_member {
  struct list link;
  void (*leave)(struct loop_member *member);
};

void loop_join(struct loop *loop, struct loop_member *member);
/** Asks all members to leave. */
void loop_clear(struct loop *loop);

/**
 * Memory for one read; valid until the loop is used again. NULL: no memory. Two pipes full, on a
 * page of its own: less and more were measured to be slower.
 */
char *loop_scratch(struct loop *loop);
enum { LOOP_SCRATCH_SIZE = 131072 };

/**
 * /dev/null for children that ignore a slot, opened once for all: O_RDONLY, or O_RDWR if
 * `is_writable`. -1: not kept; the child opens it itself.
 */
int loop_null(struct loop *loop, bool is_writable);

/** Inside one of the loop's callbacks. */
bool loop_is_running(const struct loop *loop);

/* ---- for hosts ---- */

struct loop {
  const struct loop_host *host;
  unsigned holds;
  int alive;
  bool is_running;
  bool is_waiting_for_turn; /* turn_soon() was asked for */
  struct list tasks;
  struct list timers; /* the next one first */
  struct list members;
  char *scratch;
  int null[2]; /* /dev/null for reading, and for both; -1: not open */
};

void loop_init(struct loop *loop, const struct loop_host *host);
void loop_done(struct loop *loop);

/** One turn: tasks that wait, then `work` (NULL: nothing), then the tasks that this brought. */
void loop_turn(struct loop *loop, void (*work)(struct loop *));
/** As `work`: calls back the timers that are due. */
void loop_run_timers(struct loop *loop);
/** When the next timer is due, as clock_now_ns() counts; 0: there is none. */
uint64_t loop_next_timer_ns(const struct loop *loop);
/** How long there is nothing to do but to wait for readiness, as poll() has it: -1 without end. */
int loop_wait_ms(const struct loop *loop);

#endif
