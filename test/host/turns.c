/* SPDX-License-Identifier: MIT */
/*
 * cp_run() turns by itself while nothing else is on the loop. Nobody may notice: what others put
 * on the loop meanwhile is served, and what they take away is not missed.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

/* ---- others come while it turns ---- */

enum { SOON_MS = 30 };

static int rang;

static void ring(uv_timer_t *timer) {
  rang++;
  uv_close((uv_handle_t *) timer, NULL);
}

static uv_timer_t others_timer;

static void kill_it(uv_timer_t *timer) {
  cp_kill(timer->data, SIGKILL);
  ring(timer);
}

static void start_killer(cp_child *child, void *user) {
  bool is_unref = user != NULL;
  CHECK_INT(uv_timer_init(uv_default_loop(), &others_timer), 0);
  others_timer.data = child;
  CHECK_INT(uv_timer_start(&others_timer, kill_it, SOON_MS, 0), 0);
  if (is_unref) uv_unref((uv_handle_t *) &others_timer);
}

TEST(a_timer_that_a_listener_starts_rings_while_a_child_lives) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  cp_on_spawn(w->child, start_killer, NULL);
  watch_run(w);
  CHECK_INT(w->signal, SIGKILL);
  CHECK_INT(rang, 1);
}

TEST(a_timer_of_others_that_is_unref_is_served_too) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  cp_on_spawn(w->child, start_killer, w);
  watch_run(w);
  CHECK_INT(w->signal, SIGKILL);
  CHECK_INT(rang, 1);
}

/* libuv's clock stands still while nobody turns it: a timer would ring before its time. */
static uint64_t started_ns, rang_ns;

static void note_time(uv_timer_t *timer) {
  rang_ns = uv_hrtime();
  cp_end(timer->data);
  ring(timer);
}

static void start_after_a_while(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) length;
  started_ns = uv_hrtime();
  others_timer.data = user;
  CHECK_INT(uv_timer_init(uv_default_loop(), &others_timer), 0);
  CHECK_INT(uv_timer_start(&others_timer, note_time, 100, 0), 0);
}

TEST(a_timer_that_is_started_after_a_long_wait_rings_not_before_its_time) {
  const char *const *late = CP_ARGS("-c", "sleep 0.3; echo late; read end");
  struct watch *w = watch(cp_spawn("/bin/sh", late, NULL));
  cp_on_data(cp_stdout(w->child), start_after_a_while, cp_stdin(w->child));
  watch_run(w);
  CHECK(rang_ns - started_ns >= 99 * 1000000ull);
}

static uv_async_t others_async;

static void on_async(uv_async_t *async) {
  rang++;
  cp_kill(async->data, SIGKILL);
  uv_close((uv_handle_t *) async, NULL);
}

static void *send_soon(void *unused) {
  (void) unused;
  (void) usleep(SOON_MS * 1000);
  (void) uv_async_send(&others_async);
  return NULL;
}

TEST(another_thread_is_heard_while_a_child_lives) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  others_async.data = w->child;
  CHECK_INT(uv_async_init(uv_default_loop(), &others_async, on_async), 0);
  pthread_t thread;
  CHECK_INT(pthread_create(&thread, NULL, send_soon, NULL), 0);
  watch_run(w);
  CHECK_INT(pthread_join(thread, NULL), 0);
  CHECK_INT(rang, 1);
  test_heap_slack(4096);
}

static void on_work(uv_work_t *work) {
  (void) work;
}

static void on_work_done(uv_work_t *work, int status) {
  CHECK_INT(status, 0);
  rang++;
  cp_kill(work->data, SIGKILL);
}

static uv_work_t others_work;

static void queue_work(cp_child *child, void *user) {
  (void) user;
  others_work.data = child;
  CHECK_INT(uv_queue_work(uv_default_loop(), &others_work, on_work, on_work_done), 0);
}

/* In a copy of the test: libuv's threads stay until the end of the process. */
TEST(work_that_a_listener_queues_is_done_while_a_child_lives) {
  pid_t copy = fork();
  if (copy == 0) {
    struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
    cp_on_spawn(w->child, queue_work, NULL);
    watch_run(w);
    _exit(rang == 1 ? 0 : 1);
  }
  int status;
  CHECK_INT(waitpid(copy, &status, 0), copy);
  CHECK_INT(status, 0);
}

/* ---- stopping ---- */

static void stop_at_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) length;
  uv_stop(user);
}

TEST(a_listener_that_is_called_for_readiness_stops_the_run) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  cp_on_data(cp_stdout(w->child), stop_at_data, uv_default_loop());
  cp_write(cp_stdin(w->child), "x", 1);
  CHECK_INT(cp_run(NULL), 1);
  CHECK(!w->has_closed);
  cp_end(cp_stdin(w->child));
  watch_run(w);
  CHECK_INT(w->code, 0);
}

static struct watch *another;

/* Its descriptors are among those that cp_run() waits for by itself. */
static void start_another(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) length;
  *(struct watch **) user = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  deny_call(SYS_epoll_ctl, ENOSPC);
  uv_stop(uv_default_loop());
}

/* What could not be moved to where libuv hears of it is neither lost nor left behind. */
TEST(a_run_that_stops_where_the_system_watches_no_more_goes_on_later) {
  (void) ran_helper(CP_ARGS("exit", "0"), NULL); /* libuv, which would abort, has all its own now */
  struct watch *first = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  cp_on_data(cp_stdout(first->child), start_another, &another);
  cp_write(cp_stdin(first->child), "x", 1);
  CHECK_INT(cp_run(NULL), 1);
  cp_destroy(cp_stdout(another->child)); /* one of those that libuv does not hear */
  cp_end(cp_stdin(another->child));
  cp_end(cp_stdin(first->child));
  watch_run(first);
  CHECK(another->has_closed);
  CHECK_INT(another->code, 0);
  CHECK_INT(first->code, 0);
}

/* ---- more children than a few, in turns of both kinds ---- */

TEST(children_go_on_where_another_kind_of_turn_takes_over) {
  enum { COUNT = 9, STOPS = 6 };
  struct watch *all[COUNT];
  for (int i = 0; i < COUNT; i++) {
    all[i] = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
    cp_on_data(cp_stdout(all[i]->child), stop_at_data, uv_default_loop());
  }
  for (int stop = 0; stop < STOPS; stop++) {
    for (int i = 0; i < COUNT; i++) cp_write(cp_stdin(all[i]->child), "ab", 2);
    (void) cp_run(NULL); /* until the first that is heard */
    (void) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  for (int i = 0; i < COUNT; i++) cp_end(cp_stdin(all[i]->child));
  for (int i = 0; i < COUNT; i++) {
    while (!all[i]->has_closed) (void) cp_run(NULL);
    CHECK_STR(output_of(all[i], 1), "abababababab");
    CHECK_INT(all[i]->code, 0);
  }
  CHECK_INT(cp_run(NULL), 0); /* the last one may have been stopped, too */
}

static void fork_in_listener(cp_child *child, void *user) {
  (void) child;
  pid_t *copy = user;
  *copy = fork();
}

TEST(a_copy_that_a_listener_makes_leaves_the_run) {
  pid_t copy = -1;
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  cp_on_spawn(w->child, fork_in_listener, &copy);
  cp_end(cp_stdin(w->child));
  int result = cp_run(NULL);
  if (copy == 0) _exit(result == 0 && !w->has_closed ? 0 : 1);
  CHECK(w->has_closed);
  int status;
  CHECK_INT(waitpid(copy, &status, 0), copy);
  CHECK_INT(status, 0);
}

/* ---- who ends his loop by closing all that is on it ---- */

static void close_one(uv_handle_t *handle, void *unused) {
  (void) unused;
  if (!uv_is_closing(handle)) uv_close(handle, NULL);
}

static void end_loop(uv_loop_t *loop) {
  uv_walk(loop, close_one, NULL);
  (void) cp_run(loop);
  CHECK_INT(uv_loop_close(loop), 0);
}

static bool loop_is_of_use(uv_loop_t *loop) {
  CHECK_INT(uv_loop_init(loop), 0);
  cp_options options = { .loop = loop };
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "3"), &options));
  w->loop = loop;
  watch_run(w);
  return w->code == 3 && uv_loop_close(loop) == 0;
}

/* The child of such a loop is lost, with its memory: so all this is done in a copy of the test. */
static void check_in_copy(bool (*run)(uv_loop_t *loop)) {
  pid_t copy = fork();
  if (copy == 0) {
    uv_loop_t loop;
    _exit(run(&loop) && loop_is_of_use(&loop) ? 0 : 1);
  }
  int status;
  CHECK_INT(waitpid(copy, &status, 0), copy);
  CHECK_INT(status, 0);
}

static bool close_with_a_child(uv_loop_t *loop) {
  CHECK_INT(uv_loop_init(loop), 0);
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .loop = loop });
  int pid = cp_pid(child);
  (void) uv_run(loop, UV_RUN_NOWAIT);
  end_loop(loop);
  return kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid;
}

TEST(a_loop_at_the_address_of_one_that_was_closed_is_another) {
  check_in_copy(close_with_a_child);
}

static void stop_in_a_flood(cp_stream *stream, const char *data, size_t length, void *user) {
  static size_t flood;
  (void) stream, (void) data;
  flood += length;
  if (flood > 8 << 20) uv_stop(user);
}

static bool close_with_a_busy_stream(uv_loop_t *loop) {
  CHECK_INT(uv_loop_init(loop), 0);
  const char *const *args = CP_ARGS("-c", "exec cat /dev/zero");
  cp_child *child = cp_spawn("/bin/sh", args, &(cp_options){ .loop = loop });
  int pid = cp_pid(child);
  cp_on_data(cp_stdout(child), stop_in_a_flood, loop);
  (void) uv_run(loop, UV_RUN_DEFAULT);
  uv_walk(loop, close_one, NULL);
  cp_pause(cp_stdout(child));
  cp_resume(cp_stdout(child));
  cp_destroy(cp_stdout(child));
  CHECK_INT(cp_shutdown(loop), 0);
  end_loop(loop);
  return kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid;
}

/* A stream that is busy has a handle of its own on a loop that libuv turns. */
TEST(a_busy_stream_whose_handle_the_host_closed_can_be_given_up) {
  check_in_copy(close_with_a_busy_stream);
}

TEST(shutdown_without_a_loop_finds_the_default_one_that_the_caller_made) {
  cp_options options = { .loop = uv_default_loop() };
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &options));
  int pid = cp_pid(w->child);
  CHECK_INT(cp_shutdown(NULL), 0);
  watch_run(w);
  CHECK_INT(w->code, UV_ECANCELED);
  CHECK_INT(kill(pid, SIGKILL), 0);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
}
