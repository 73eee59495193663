/* SPDX-License-Identifier: MIT */
/*
 * poll() and not epoll: a blocking call has a handful of descriptors, and for these poll() needs
 * no system call to add each, to remove each, and for a set of its own.
 */
#include "loop/host_alone.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>

static struct host_alone *host_of(struct loop *loop) {
  return LIST_ENTRY(loop, struct host_alone, loop);
}

/* The two speak of the same bits: epoll's are poll's by definition (eventpoll.h). */
_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
                   EPOLLHUP == POLLHUP,
               "epoll and poll have the same bits");

/* ---- what the loop asks ---- */

static int place_of(const struct host_alone *host, const struct loop_watch *watch) {
  for (int i = 0; i < host->count; i++)
    if (host->watches[i] == watch) return i;
  return -1;
}

static int grow(struct host_alone *host) {
  int capacity = host->capacity ? host->capacity * 2 : 8;
  size_t size = sizeof *host->watches + sizeof *host->polled;
  struct loop_watch **watches = memory_new_array((size_t) capacity, size);
  if (!watches) return -ENOMEM;
  struct pollfd *polled = (struct pollfd *) (watches + capacity);
  if (host->count > 0) {
    memcpy(watches, host->watches, (size_t) host->count * sizeof *watches);
    memcpy(polled, host->polled, (size_t) host->count * sizeof *polled);
  }
  memory_free(host->watches);
  host->watches = watches;
  host->polled = polled;
  host->capacity = capacity;
  return 0;
}

static int add_watch(struct loop *loop, struct loop_watch *watch, uint32_t events) {
  struct host_alone *host = host_of(loop);
  int place = watch->is_active ? place_of(host, watch) : host->count;
  if (place == host->capacity) {
    int result = grow(host);
    if (result < 0) return result;
  }
  if (place == host->count) host->count++;
  host->watches[place] = watch;
  host->polled[place] = (struct pollfd){ .fd = watch->fd, .events = (short) events };
  return 0;
}

/* The place stays, empty, until the turn is over: the others are being walked. */
static void remove_watch(struct loop *loop, struct loop_watch *watch) {
  struct host_alone *host = host_of(loop);
  int place = place_of(host, watch);
  host->watches[place] = NULL;
  host->polled[place].fd = -1;
}

static void keep(struct loop *loop, bool alive) {
  (void) loop, (void) alive; /* host_alone_run() looks */
}

static void turn_soon(struct loop *loop, bool wanted) {
  (void) loop, (void) wanted; /* likewise */
}

static void turn_at(struct loop *loop, uint64_t due_ns) {
  host_of(loop)->due_ns = due_ns;
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

static void forget_empty_places(struct host_alone *host) {
  int kept = 0;
  for (int i = 0; i < host->count; i++) {
    if (!host->watches[i]) continue;
    host->watches[kept] = host->watches[i];
    host->polled[kept++] = host->polled[i];
  }
  host->count = kept;
}

static int wait_ms(const struct host_alone *host) {
  if (!list_is_empty(&host->loop.tasks)) return 0;
  if (!host->due_ns) return -1;
  uint64_t now = clock_now_ns();
  if (host->due_ns <= now) return 0;
  uint64_t left_ms = (host->due_ns - now) / 1000000 + 1;
  const int longest_ms = 1 << 30;
  return left_ms < (uint64_t) longest_ms ? (int) left_ms : longest_ms;
}

static void run_ready(struct loop *loop) {
  struct host_alone *host = host_of(loop);
  int count = host->count; /* what is added meanwhile was not polled */
  for (int i = 0; i < count; i++) {
    short events = host->polled[i].revents;
    if (!host->watches[i] || !events) continue;
    host->polled[i].revents = 0;
    host->watches[i]->ready(host->watches[i], (uint32_t) (unsigned short) events);
  }
}

static void wait_and_run(struct loop *loop) {
  struct host_alone *host = host_of(loop);
  if (loop->alive <= 0) return; /* the tasks before this were the last */
  forget_empty_places(host);
  int ready = poll(host->polled, (nfds_t) host->count, wait_ms(host));
  if (ready > 0) run_ready(loop);
  if (host->due_ns) loop_run_timers(loop);
}

void host_alone_init(struct host_alone *host) {
  *host = (struct host_alone){ 0 };
  loop_init(&host->loop, &alone_calls);
}

void host_alone_run(struct host_alone *host) {
  while (host->loop.alive > 0) loop_turn(&host->loop, wait_and_run);
}

void host_alone_done(struct host_alone *host) {
  memory_free(host->watches);
  loop_done(&host->loop);
}
