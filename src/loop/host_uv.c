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

/* ---- what libuv calls ---- */

static void free_when_done(struct uv_host *host) {
  if (host->handles > 0 || host->loop.holds > 0) return;
  set_epoll_done(&host->set);
  loop_done(&host->loop);
  memory_free(host);
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

/* It was made before a fork, and we are the copy: its children are the other side's. */
static void retire(struct uv_host *host) {
  list_remove(&host->link);
  set_epoll_done(&host->set); /* without a set, unwatching does nothing */
  direct_close_all(host);
  close_handles(host);
}

static void run_set(struct loop *loop) {
  set_epoll_run(&host_of(loop)->set);
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
  return watch->is_busy ? direct_watch(host, watch, events)
                        : set_epoll_watch(&host->set, watch, events);
}

static void remove_watch(struct loop *loop, struct loop_watch *watch) {
  if (watch->is_busy) {
    direct_unwatch(watch);
  } else {
    set_epoll_unwatch(&host_of(loop)->set, watch);
  }
}

static void keep(struct loop *loop, bool alive) {
  struct uv_host *host = host_of(loop);
  if (alive) {
    uv_ref((uv_handle_t *) &host->poll);
  } else {
    uv_unref((uv_handle_t *) &host->poll);
  }
}

static void turn_soon(struct loop *loop, bool wanted) {
  struct uv_host *host = host_of(loop);
  if (wanted) {
    (void) uv_idle_start(&host->idle, on_idle);
  } else {
    (void) uv_idle_stop(&host->idle);
  }
}

static void turn_at(struct loop *loop, uint64_t due_ns) {
  struct uv_host *host = host_of(loop);
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
  list_remove(&host->link);
  (void) pthread_mutex_unlock(&hosts_lock);
  if (host->handles > 0) {
    close_handles(host);
  } else {
    free_when_done(host); /* retired before */
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
  host->handles = 3;
  host->poll.data = host->timer.data = host->idle.data = host;
  (void) uv_poll_start(&host->poll, UV_READABLE, on_poll);
  uv_unref((uv_handle_t *) &host->poll);
  uv_unref((uv_handle_t *) &host->timer); /* who waits for a timer is alive by himself */
  return host;
}

static struct uv_host *find(const uv_loop_t *uv) {
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

struct loop *loop_find(uv_loop_t *uv) {
  if (!uv && atomic_load(&default_loop_made) == NOT_MADE) return NULL;
  if (!uv) uv = host_default_loop();
  struct uv_host *host = uv ? find(uv) : NULL;
  return host ? &host->loop : NULL;
}

struct loop *loop_open(uv_loop_t *uv) {
  if (!uv) uv = host_default_loop();
  if (!uv) return NULL;
  struct uv_host *host = find(uv);
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

int host_run(uv_loop_t *uv) {
  if (!uv) uv = host_default_loop();
  if (!uv) return cp_last_error()->number;
  const struct uv_host *host = find(uv);
  if (host && loop_is_running(&host->loop))
    return error_argument(-EBUSY, "ERR_LOOP_RUNNING", "cp_run() inside a listener of that loop");
  return uv_run(uv, UV_RUN_DEFAULT) ? 1 : 0;
}
