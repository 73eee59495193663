/* SPDX-License-Identifier: MIT */
#include "loop/host_alone.h"

static struct host_alone *host_of(struct loop *loop) {
  return LIST_ENTRY(loop, struct host_alone, loop);
}

/* ---- what the loop asks ---- */

static int add_watch(struct loop *loop, struct loop_watch *watch, uint32_t events) {
  return set_poll_watch(&host_of(loop)->set, watch, events);
}

static void remove_watch(struct loop *loop, struct loop_watch *watch) {
  (void) set_poll_unwatch(&host_of(loop)->set, watch);
}

static void keep(struct loop *loop, bool alive) {
  (void) loop, (void) alive; /* host_alone_run() looks */
}

static void turn_soon(struct loop *loop, bool wanted) {
  (void) loop, (void) wanted; /* likewise */
}

static void turn_at(struct loop *loop, uint64_t due_ns) {
  (void) loop, (void) due_ns; /* likewise */
}

static void close_host(struct loop *loop) {
  (void) loop; /* the caller's frame closes it */
}

static const struct loop_host alone_calls = {
  .watch = add_watch,
  .unwatch = remove_watch,
  .keep = keep,
  .turn_soon = turn_soon,
  .turn_at = turn_at,
  .close = close_host,
};

/* ---- turning ---- */

static void wait_and_run(struct loop *loop) {
  struct host_alone *host = host_of(loop);
  if (loop->alive <= 0) return; /* the tasks before this were the last */
  bool no_other;
  if (set_poll_wait(&host->set, -1, loop_wait_ms(loop), &no_other)) set_poll_run(&host->set);
  loop_run_timers(loop);
}

void host_alone_init(struct host_alone *host) {
  loop_init(&host->loop, &alone_calls);
  set_poll_init(&host->set);
}

void host_alone_run(struct host_alone *host) {
  while (host->loop.alive > 0) loop_turn(&host->loop, wait_and_run);
}

void host_alone_done(struct host_alone *host) {
  set_poll_done(&host->set);
  loop_done(&host->loop);
}
