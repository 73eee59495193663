/* SPDX-License-Identifier: MIT */
/*
 * The epoll set, the timers and the tasks. No libuv here: see host_uv.c.
 *
 * One turn is: tasks that wait, then what is ready, then the tasks that this brought. So
 * what a caller was promised after its call (`spawn`) comes before what is heard from the
 * descriptors of that call, and what a readiness brings (`exit`, then `close`) comes within
 * the same turn, without another round through the host.
 */
#include "loop/loop.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"

#include <errno.h>
#include <sys/epoll.h>

enum { BATCH_SIZE = 64 };

int loop_init(struct loop *loop, const struct loop_host *host) {
  *loop = (struct loop){ .host = host, .epoll_fd = -1 };
  list_init(&loop->tasks);
  list_init(&loop->timers);
  list_init(&loop->members);
  int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return -errno;
  loop->epoll_fd = fd_move_up(fd);
  return loop->epoll_fd < 0 ? loop->epoll_fd : 0;
}

void loop_done(struct loop *loop) {
  memory_free(loop->scratch);
  loop->scratch = NULL;
  fd_close(&loop->epoll_fd);
}

void loop_retire(struct loop *loop) {
  fd_close(&loop->epoll_fd);
}

void loop_hold(struct loop *loop) {
  loop->holds++;
}

void loop_release(struct loop *loop) {
  if (--loop->holds > 0) return;
  loop->host->close(loop);
}

void loop_keep_alive(struct loop *loop, int change) {
  int before = loop->alive;
  loop->alive += change;
  if ((before > 0) != (loop->alive > 0)) loop->host->keep(loop, loop->alive > 0);
}

void loop_join(struct loop *loop, struct list *member) {
  list_append(&loop->members, member);
}

struct list *loop_members(struct loop *loop) {
  return &loop->members;
}

bool loop_is_running(const struct loop *loop) {
  return loop->is_running;
}

char *loop_scratch(struct loop *loop) {
  if (!loop->scratch) loop->scratch = memory_new(LOOP_SCRATCH_SIZE);
  return loop->scratch;
}

/* ---- readiness ---- */

int loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events) {
  if (watch->is_active && watch->events == events) return 0;
  struct epoll_event event = { .events = events, .data.ptr = watch };
  int how = watch->is_active ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(loop->epoll_fd, how, watch->fd, &event) < 0) return -errno;
  watch->is_active = true;
  watch->events = events;
  return 0;
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch) {
  if (!watch->is_active) return;
  watch->is_active = false;
  /* Not left to close(): a copy of the descriptor in another process would keep the entry,
   * with a pointer to what is freed by then. Without a set (loop_retire) it fails: well so. */
  struct epoll_event unused = { 0 };
  (void) epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, &unused);
  for (int i = loop->batch_at; i < loop->batch_count; i++)
    if (loop->batch[i].data.ptr == watch) loop->batch[i].data.ptr = NULL;
}

static int wait_now(struct loop *loop, struct epoll_event *batch) {
  int count;
  do count = epoll_wait(loop->epoll_fd, batch, BATCH_SIZE, 0);
  while (count < 0 && errno == EINTR);
  return count;
}

/* Each watch that is told of again stays in the batch until it is its turn, so that
 * loop_unwatch() can take it out. */
static void handle_batch(struct loop *loop, struct epoll_event *batch, int count) {
  loop->batch = batch;
  loop->batch_count = count;
  for (loop->batch_at = 0; loop->batch_at < loop->batch_count;) {
    const struct epoll_event *event = &batch[loop->batch_at++];
    struct loop_watch *watch = event->data.ptr;
    if (watch) watch->ready(watch, event->events);
  }
  loop->batch_count = loop->batch_at = 0;
  loop->batch = NULL;
}

/* ---- tasks ---- */

void loop_defer(struct loop *loop, struct loop_task *task) {
  if (!list_is_loose(&task->link)) return;
  list_append(&loop->tasks, &task->link);
  if (loop->is_running || loop->is_waiting_for_turn) return;
  loop->is_waiting_for_turn = true;
  loop->host->turn_soon(loop, true);
}

void loop_cancel(struct loop_task *task) {
  list_remove(&task->link);
}

/* Only the tasks of now: what they defer in turn must not keep the host from turning. */
static void run_tasks_of_now(struct loop *loop) {
  struct list now;
  list_take_all(&now, &loop->tasks);
  while (!list_is_empty(&now)) {
    struct loop_task *task = LIST_ENTRY(now.next, struct loop_task, link);
    list_remove(&task->link);
    task->run(task);
  }
}

/* What is run by `inner` may release the loop; hold it until the end of the turn. */
static void turn(struct loop *loop, void (*inner)(struct loop *)) {
  loop_hold(loop);
  loop->is_running = true;
  run_tasks_of_now(loop);
  if (inner) {
    inner(loop);
    run_tasks_of_now(loop);
  }
  loop->is_running = false;
  bool more = !list_is_empty(&loop->tasks);
  if (more != loop->is_waiting_for_turn) {
    loop->is_waiting_for_turn = more;
    loop->host->turn_soon(loop, more);
  }
  loop_release(loop);
}

void loop_run_tasks(struct loop *loop) {
  turn(loop, NULL);
}

static void run_ready(struct loop *loop) {
  struct epoll_event batch[BATCH_SIZE];
  int count = wait_now(loop, batch);
  if (count > 0) handle_batch(loop, batch, count);
}

void loop_run_ready(struct loop *loop) {
  turn(loop, run_ready);
}

/* ---- timers ---- */

static struct loop_timer *first_timer(struct loop *loop) {
  if (list_is_empty(&loop->timers)) return NULL;
  return LIST_ENTRY(loop->timers.next, struct loop_timer, link);
}

static void tell_host_when(struct loop *loop) {
  const struct loop_timer *first = first_timer(loop);
  loop->host->turn_at(loop, first ? first->due_ns : 0);
}

void loop_start_timer(struct loop *loop, struct loop_timer *timer, uint64_t delay_ms) {
  const uint64_t longest_ms = UINT64_MAX / 4 / 1000000; /* some 146 years */
  if (delay_ms > longest_ms) delay_ms = longest_ms;
  timer->due_ns = clock_now_ns() + delay_ms * 1000000;

  /* From the back: with one delay for all, the usual case, the place is found at once. */
  struct list *place = loop->timers.previous;
  while (place != &loop->timers &&
         LIST_ENTRY(place, struct loop_timer, link)->due_ns > timer->due_ns)
    place = place->previous;
  list_insert_after(place, &timer->link);
  if (first_timer(loop) == timer) tell_host_when(loop);
}

void loop_stop_timer(struct loop *loop, struct loop_timer *timer) {
  if (list_is_loose(&timer->link)) return;
  bool was_first = first_timer(loop) == timer;
  list_remove(&timer->link);
  if (was_first) tell_host_when(loop);
}

static void run_timers(struct loop *loop) {
  uint64_t now = clock_now_ns();
  for (struct loop_timer *timer; (timer = first_timer(loop)) && timer->due_ns <= now;) {
    list_remove(&timer->link);
    timer->expired(timer);
  }
  tell_host_when(loop);
}

void loop_run_timers(struct loop *loop) {
  turn(loop, run_timers);
}
