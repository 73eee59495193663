/* SPDX-License-Identifier: MIT */
/*
 * Timers, tasks and turns, whoever the host is.
 *
 * One turn is: tasks that wait, then what is ready, then the tasks that this brought. So
 * what a caller was promised after its call (`spawn`) comes before what is heard from the
 * descriptors of that call, and what a readiness brings (`exit`, then `close`) comes within
 * the same turn, without another round through the host.
 */
#include "loop/loop.h"

#include "base/clock.h"
#include "base/fd.h"

#include <fcntl.h>
#include <sys/mman.h>

void loop_init(struct loop *loop, const struct loop_host *host) {
  *loop = (struct loop){ .host = host, .null = { -1, -1 } };
  list_init(&loop->tasks);
  list_init(&loop->timers);
  list_init(&loop->members);
}

void loop_done(struct loop *loop) {
  if (loop->scratch) (void) munmap(loop->scratch, LOOP_SCRATCH_SIZE);
  loop->scratch = NULL;
  fd_close(&loop->null[false]);
  fd_close(&loop->null[true]);
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

void loop_join(struct loop *loop, struct loop_member *member) {
  list_append(&loop->members, &member->link);
}

void loop_clear(struct loop *loop) {
  loop_hold(loop);
  for (struct list *at = loop->members.next; at != &loop->members;) {
    struct loop_member *member = LIST_ENTRY(at, struct loop_member, link);
    at = at->next; /* this one may go at once */
    member->leave(member);
  }
  loop_release(loop);
}

bool loop_is_running(const struct loop *loop) {
  return loop->is_running;
}

char *loop_scratch(struct loop *loop) {
  if (loop->scratch) return loop->scratch;
  void *pages =
      mmap(NULL, LOOP_SCRATCH_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages != MAP_FAILED) loop->scratch = pages;
  return loop->scratch;
}

/* A start is cheap only while what the child gets has low numbers (process/start.c), so a high one
 * is not worth keeping. */
static int open_null(bool is_writable) {
  enum { LOW = 256 };
  int fd = fd_move_off_stdio(open("/dev/null", (is_writable ? O_RDWR : O_RDONLY) | O_CLOEXEC));
  if (fd >= LOW) fd_close(&fd);
  return fd;
}

int loop_null(struct loop *loop, bool is_writable) {
  if (!loop->host->is_lasting) return -1;
  int *kept = &loop->null[is_writable];
  if (*kept < 0) *kept = open_null(is_writable);
  return *kept < 0 ? -1 : *kept;
}

/* ---- readiness ---- */

int loop_watch(struct loop *loop, struct loop_watch *watch, uint32_t events) {
  if (watch->is_active && watch->events == events && !watch->is_spent) return 0;
  int result = loop->host->watch(loop, watch, events);
  if (result < 0) return result;
  watch->is_active = true;
  watch->is_spent = false;
  watch->events = events;
  return 0;
}

void loop_unwatch(struct loop *loop, struct loop_watch *watch) {
  if (!watch->is_active) return;
  watch->is_active = false;
  loop->host->unwatch(loop, watch);
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

/* What runs here may release the loop, so it is held until the end of the turn. */
void loop_turn(struct loop *loop, void (*work)(struct loop *)) {
  loop_hold(loop);
  loop->is_running = true;
  run_tasks_of_now(loop);
  if (work) {
    work(loop);
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

/* ---- timers ---- */

static struct loop_timer *first_timer(const struct loop *loop) {
  if (list_is_empty(&loop->timers)) return NULL;
  return LIST_ENTRY(loop->timers.next, struct loop_timer, link);
}

uint64_t loop_next_timer_ns(const struct loop *loop) {
  const struct loop_timer *first = first_timer(loop);
  return first ? first->due_ns : 0;
}

static void tell_host_when(struct loop *loop) {
  loop->host->turn_at(loop, loop_next_timer_ns(loop));
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

int loop_wait_ms(const struct loop *loop) {
  if (!list_is_empty(&loop->tasks)) return 0;
  const struct loop_timer *first = first_timer(loop);
  if (!first) return -1;
  uint64_t now = clock_now_ns();
  if (first->due_ns <= now) return 0;
  uint64_t left_ms = (first->due_ns - now) / 1000000 + 1; /* poll() counts in whole ones */
  const int longest_ms = 1 << 30;
  return left_ms < (uint64_t) longest_ms ? (int) left_ms : longest_ms;
}

void loop_run_timers(struct loop *loop) {
  if (!first_timer(loop)) return;
  uint64_t now = clock_now_ns();
  for (struct loop_timer *timer; (timer = first_timer(loop)) && timer->due_ns <= now;) {
    list_remove(&timer->link);
    timer->expired(timer);
  }
  tell_host_when(loop);
}
