/* SPDX-License-Identifier: MIT */
/*
 * A uv_loop_t as host: one uv_poll_t on the epoll set, one uv_timer_t for the next timer, one
 * uv_idle_t for tasks. They are made with the first child on the loop and closed after the
 * last one, so that uv_loop_close() works. The host's `data` is the host's.
 *
 * Which loops have one stands in a list under a lock: different loops may live in different
 * threads.
 *
 * If the program forks, the copy shares our epoll sets with us, and what it changed there would
 * be changed here. So the copy leaves alone what was made before: it gets hosts of its own.
 */
#include "loop/host_uv.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "loop/uv_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

/* The default loop, as far as we made it: 1 + the forks before it was made or mended. */
enum { NOT_MADE = 0 };
static atomic_uint default_loop_made;

static pthread_mutex_t hosts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct list hosts = { &hosts, &hosts };

/* How many forks lie between the first process of the program and this one. */
static atomic_uint forks_seen;

/* Nobody holds the lock while the program forks: in the copy he would never let it go. */
static void before_fork(void) {
  (void) pthread_mutex_lock(&hosts_lock);
}

static void after_fork(void) {
  (void) pthread_mutex_unlock(&hosts_lock);
}

static void after_fork_in_copy(void) {
  atomic_fetch_add(&forks_seen, 1);
  (void) pthread_mutex_unlock(&hosts_lock);
}

static void watch_for_forks_once(void) {
  (void) pthread_atfork(before_fork, after_fork, after_fork_in_copy);
}

static unsigned forks_now(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void) pthread_once(&once, watch_for_forks_once);
  return atomic_load(&forks_seen);
}

static struct uv_host *host_of(struct loop *loop) {
  return LIST_ENTRY(loop, struct uv_host, loop);
}

bool host_is_dead(const struct uv_host *host) {
  return uv_is_closing((const uv_handle_t *) &host->poll);
}

/* ---- what libuv calls ---- */

static void free_when_done(struct uv_host *host) {
  if (host->handles > 0 || host->loop.holds > 0) return;
  set_epoll_done(&host->set);
  set_poll_done(&host->few);
  loop_done(&host->loop);
  memory_free(host);
}

bool host_has_handle(const struct uv_host *host, const uv_handle_t *handle) {
  return handle == (const uv_handle_t *) &host->poll ||
         handle == (const uv_handle_t *) &host->timer ||
         handle == (const uv_handle_t *) &host->idle || direct_has_handle(host, handle);
}

void host_handle_closed(struct uv_host *host) {
  host->handles--;
  free_when_done(host);
}

static void on_closed(uv_handle_t *handle) {
  host_handle_closed(handle->data);
}

/* A host that ends by uv_walk() and uv_close() may have closed it before us. */
static void close_handle(uv_handle_t *handle) {
  if (!uv_is_closing(handle)) uv_close(handle, on_closed);
}

static void close_handles(struct uv_host *host) {
  close_handle((uv_handle_t *) &host->poll);
  close_handle((uv_handle_t *) &host->timer);
  close_handle((uv_handle_t *) &host->idle);
}

/* It was made before a fork, and we are the copy: its children are the other side's. Or its handles
 * were closed by who closes the loop: then nobody hears its children any more. */
static void retire(struct uv_host *host) {
  list_remove(&host->link);
  set_epoll_done(&host->set); /* without a set, unwatching does nothing */
  set_poll_done(&host->few);
  direct_close_all(host);
  close_handles(host);
}

static void run_set(struct loop *loop) {
  struct set_epoll *set = &host_of(loop)->set;
  set_epoll_wait(set, 0);
  set_epoll_run(set);
}

bool host_is_of_other_process(struct uv_host *host) {
  if (host->forks == forks_now()) return false;
  (void) pthread_mutex_lock(&hosts_lock);
  retire(host);
  (void) pthread_mutex_unlock(&hosts_lock);
  return true;
}

/* libuv wants `status` and `events`; the set itself tells more. */
static void on_poll(uv_poll_t *poll, int status, int events) {
  (void) status, (void) events;
  struct uv_host *host = poll->data;
  if (!host_is_of_other_process(host)) loop_turn(&host->loop, run_set);
}

static void on_idle(uv_idle_t *idle) {
  struct uv_host *host = idle->data;
  if (!host_is_of_other_process(host)) loop_turn(&host->loop, NULL);
}

static void on_timer(uv_timer_t *timer) {
  struct uv_host *host = timer->data;
  if (!host_is_of_other_process(host)) loop_turn(&host->loop, loop_run_timers);
}

/* ---- what the loop asks ---- */

static int add_watch(struct loop *loop, struct loop_watch *watch, uint32_t events) {
  struct uv_host *host = host_of(loop);
  if (watch->direct) return direct_watch(host, watch, events);
  if (watch->is_active || host->is_turned_by_us) return own_watch(host, watch, events);
  return watch->is_busy ? direct_watch(host, watch, events)
                        : set_epoll_watch(&host->set, watch, events);
}

static void remove_watch(struct loop *loop, struct loop_watch *watch) {
  if (watch->direct) {
    direct_unwatch(watch);
  } else {
    own_unwatch(host_of(loop), watch);
  }
}

static void keep(struct loop *loop, bool alive) {
  struct uv_host *host = host_of(loop);
  /* Who turns, looks; and likewise below. */
  if (host->is_turned_by_us || host_is_dead(host)) return;
  if (alive) {
    uv_ref((uv_handle_t *) &host->poll);
  } else {
    uv_unref((uv_handle_t *) &host->poll);
  }
}

static void turn_soon(struct loop *loop, bool wanted) {
  struct uv_host *host = host_of(loop);
  if (host->is_turned_by_us || host_is_dead(host)) return;
  if (wanted) {
    (void) uv_idle_start(&host->idle, on_idle);
  } else {
    (void) uv_idle_stop(&host->idle);
  }
}

static void turn_at(struct loop *loop, uint64_t due_ns) {
  struct uv_host *host = host_of(loop);
  if (host->is_turned_by_us || host_is_dead(host)) return;
  if (!due_ns) {
    (void) uv_timer_stop(&host->timer);
    return;
  }
  /* libuv counts from the time at which its loop last looked at the clock, which may be long
   * ago; and in whole milliseconds, rounded down. */
  uv_update_time(host->uv);
  uint64_t now = uv_hrtime();
  uint64_t delay_ms = due_ns > now ? (due_ns - now) / 1000000 + 1 : 0;
  (void) uv_timer_start(&host->timer, on_timer, delay_ms, 0);
}

static void close_host(struct loop *loop) {
  struct uv_host *host = host_of(loop);
  (void) pthread_mutex_lock(&hosts_lock);
  bool is_retired = list_is_loose(&host->link);
  /* Handles that somebody else closed may still be libuv's: their memory stays until if_alive(). */
  bool is_closed_by_others = !is_retired && host_is_dead(host);
  if (!is_closed_by_others) list_remove(&host->link);
  (void) pthread_mutex_unlock(&hosts_lock);
  if (is_closed_by_others) {
    set_epoll_done(&host->set);
    loop_done(loop);
  } else if (host->handles > 0) {
    close_handles(host);
  } else {
    free_when_done(host);
  }
}

static const struct loop_host uv_host_calls = {
  .is_lasting = true,
  .watch = add_watch,
  .unwatch = remove_watch,
  .keep = keep,
  .turn_soon = turn_soon,
  .turn_at = turn_at,
  .close = close_host,
};

/* ---- whose turns they are ---- */

void host_pause(struct uv_host *host) {
  (void) uv_poll_stop(&host->poll);
  (void) uv_idle_stop(&host->idle);
  (void) uv_timer_stop(&host->timer);
  host->is_turned_by_us = true;
}

void host_resume(struct uv_host *host) {
  host->is_turned_by_us = false;
  if (host_is_dead(host)) return;
  (void) uv_poll_start(&host->poll, UV_READABLE, on_poll);
  keep(&host->loop, host->loop.alive > 0);
  turn_soon(&host->loop, host->loop.is_waiting_for_turn);
  turn_at(&host->loop, loop_next_timer_ns(&host->loop));
}

/* ---- making one ---- */

static struct uv_host *host_new(uv_loop_t *uv) {
  struct uv_host *host = memory_new(sizeof *host);
  if (!host) {
    (void) error_no_memory();
    return NULL;
  }
  host->uv = uv;
  host->forks = forks_now();
  loop_init(&host->loop, &uv_host_calls);
  set_poll_init(&host->few);
  list_init(&host->directs);
  int result = set_epoll_init(&host->set);
  if (result >= 0) result = uv_poll_init(uv, &host->poll, host->set.fd);
  if (result < 0) {
    (void) error_system(result, "epoll");
    set_epoll_done(&host->set);
    memory_free(host);
    return NULL;
  }
  (void) uv_timer_init(uv, &host->timer);
  (void) uv_idle_init(uv, &host->idle);
  host->handles = HOST_HANDLES;
  host->poll.data = host->timer.data = host->idle.data = host;
  (void) uv_poll_start(&host->poll, UV_READABLE, on_poll);
  uv_unref((uv_handle_t *) &host->poll);
  uv_unref((uv_handle_t *) &host->timer); /* who waits for a timer is alive by himself */
  return host;
}

struct uv_host *host_find(const uv_loop_t *uv) {
  struct uv_host *found = NULL;
  unsigned forks = forks_now();
  (void) pthread_mutex_lock(&hosts_lock);
  for (struct list *at = hosts.next; at != &hosts && !found;) {
    struct uv_host *host = LIST_ENTRY(at, struct uv_host, link);
    at = at->next;
    if (host->uv != uv) continue;
    if (host->forks == forks) {
      found = host;
    } else {
      retire(host);
    }
  }
  (void) pthread_mutex_unlock(&hosts_lock);
  return found;
}

static bool has_any(void) {
  (void) pthread_mutex_lock(&hosts_lock);
  bool found = !list_is_empty(&hosts);
  (void) pthread_mutex_unlock(&hosts_lock);
  return found;
}

/* The default loop may be somebody else's work, and one of the hosts' may be it. */
struct loop *loop_find(uv_loop_t *uv) {
  if (!uv && !has_any()) return NULL; /* and no need to make a loop in order to tell */
  if (!uv) uv = host_default_loop();
  struct uv_host *host = uv ? host_find(uv) : NULL;
  return host ? &host->loop : NULL;
}

/* ---- one whose handles somebody else closed ---- */

static void count_ours(uv_handle_t *handle, void *argument) {
  struct uv_host *host = argument;
  if (host_has_handle(host, handle)) host->handles++;
}

/* Whoever ends his loop by uv_walk() and uv_close() has closed ours, too, and we are not told when
 * libuv is done with them. What he makes next may have the same address. */
static struct uv_host *if_alive(struct uv_host *host) {
  if (!host || !host_is_dead(host)) return host;
  (void) pthread_mutex_lock(&hosts_lock);
  retire(host);
  (void) pthread_mutex_unlock(&hosts_lock);
  host->handles = 0;
  uv_walk(host->uv, count_ours, host);
  if (host->handles == 0) direct_forget_all(host);
  free_when_done(host);
  return NULL;
}

struct loop *loop_open(uv_loop_t *uv) {
  if (!uv) uv = host_default_loop();
  if (!uv) return NULL;
  struct uv_host *host = if_alive(host_find(uv));
  if (!host) {
    host = host_new(uv);
    if (!host) return NULL;
    (void) pthread_mutex_lock(&hosts_lock);
    list_append(&hosts, &host->link);
    (void) pthread_mutex_unlock(&hosts_lock);
  }
  loop_hold(&host->loop);
  return &host->loop;
}

/* ---- the default loop ---- */

/* libuv's first loop in a process takes up to six descriptors, and libuv aborts when it gets
 * one or two only (signal.c), or closes one that is 0, 1 or 2 (core.c). So look first whether
 * there are six, and keep the stdio numbers taken meanwhile. */
static int make_default_loop(void) {
  enum { NEEDED = 6, STDIO = 3 };
  int taken[NEEDED + STDIO];
  int count = 0;
  int result = 0;
  for (int free_ones = 0; free_ones < NEEDED;) {
    int fd = open("/", O_PATH | O_CLOEXEC);
    if (fd < 0) {
      result = -errno;
      break;
    }
    taken[count++] = fd;
    if (fd >= STDIO) free_ones++;
  }
  for (int i = 0; i < count; i++)
    if (taken[i] >= STDIO) fd_close(&taken[i]);
  if (result >= 0 && !uv_default_loop()) result = -EMFILE;
  for (int i = 0; i < count; i++) fd_close(&taken[i]);
  return result;
}

/* After a fork libuv's loop shares its own epoll set, too. A loop of the caller's is his to
 * mend; that the default one is there he may not even know. */
uv_loop_t *host_default_loop(void) {
  unsigned now = 1 + forks_now();
  unsigned then = atomic_load(&default_loop_made);
  if (then == now) return uv_default_loop();
  int result = then == NOT_MADE ? make_default_loop() : uv_loop_fork(uv_default_loop());
  if (result < 0) {
    (void) error_system(result, "uv_default_loop");
    return NULL;
  }
  atomic_store(&default_loop_made, now);
  return uv_default_loop();
}
