/* SPDX-License-Identifier: MIT */
/* The two paragraphs under the rules: threads, forks, and loops that are closed. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

enum { THREADS = 4, EACH = 40 };

struct worker {
  pthread_t thread;
  uv_loop_t loop;
  int closed;
  size_t bytes;
};

static void count_bytes(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data;
  ((struct worker *) user)->bytes += length;
}

static void count_close(cp_child *child, int code, int signal, void *user) {
  (void) child;
  if (code == 0 && signal == 0) ((struct worker *) user)->closed++;
}

static void *work(void *argument) {
  struct worker *worker = argument;
  for (int i = 0; i < EACH; i++) {
    cp_options options = { .loop = &worker->loop };
    cp_child *child = cp_spawn(test_helper(), CP_ARGS("spew", "1000"), &options);
    cp_on_data(cp_stdout(child), count_bytes, worker);
    cp_on_close(child, count_close, worker);
    if (i % 8 == 7) cp_run(&worker->loop);
  }
  cp_run(&worker->loop);
  return NULL;
}

TEST(several_loops_run_in_several_threads) {
  struct worker *workers = test_alloc(THREADS * sizeof *workers);
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(uv_loop_init(&workers[i].loop), 0);
    CHECK_INT(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(pthread_join(workers[i].thread, NULL), 0);
    CHECK_INT(workers[i].closed, EACH);
    CHECK_INT(workers[i].bytes, EACH * 1000);
    CHECK_INT(uv_loop_close(&workers[i].loop), 0);
  }
  test_heap_slack(65536);
}

TEST(several_loops_run_in_one_thread) {
  uv_loop_t loops[3];
  struct watch *w[3];
  for (int i = 0; i < 3; i++) {
    CHECK_INT(uv_loop_init(&loops[i]), 0);
    w[i] = watch(cp_spawn(test_helper(), CP_ARGS("echo", text("%d", i)),
                          &(cp_options){ .loop = &loops[i] }));
    w[i]->loop = &loops[i];
  }
  for (int i = 2; i >= 0; i--) {
    watch_run(w[i]);
    CHECK_STR(output_of(w[i], 1), text("%d\n", i));
    CHECK_INT(uv_loop_close(&loops[i]), 0);
  }
}

static void *trigger(void *abort) {
  cp_abort_trigger(abort);
  return NULL;
}

TEST(an_abort_may_be_triggered_from_another_thread) {
  pthread_t thread;
  cp_abort *abort = cp_abort_new();
  struct watch *w[3];
  for (int i = 0; i < 3; i++) {
    w[i] = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .abort = abort }));
  }
  CHECK_INT(pthread_create(&thread, NULL, trigger, abort), 0);
  CHECK_INT(cp_run(NULL), 0);
  for (int i = 0; i < 3; i++) {
    CHECK_INT(w[i]->signal, SIGTERM);
    CHECK_STR(w[i]->error->code, "ABORT_ERR");
  }
  CHECK_INT(pthread_join(thread, NULL), 0);
  CHECK(cp_abort_triggered(abort));
  cp_abort_free(abort);
  test_heap_slack(4096);
}

static cp_abort *abort_for_handler;

static void on_alarm(int number) {
  (void) number;
  cp_abort_trigger(abort_for_handler);
}

TEST(an_abort_may_be_triggered_from_a_signal_handler) {
  abort_for_handler = cp_abort_new();
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .abort = abort_for_handler }));
  signal(SIGALRM, on_alarm);
  ualarm(20000, 0);
  watch_run(w);
  signal(SIGALRM, SIG_DFL);
  CHECK_INT(w->signal, SIGTERM);
  cp_abort_free(abort_for_handler);
}

TEST(a_loop_can_be_closed_after_uv_run_returned) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  for (int round = 0; round < 3; round++) {
    struct watch *w =
        watch(cp_spawn(test_helper(), CP_ARGS("echo", "x"), &(cp_options){ .loop = &loop }));
    CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
    CHECK(w->has_closed);
  }
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(the_data_of_a_loop_is_the_callers) {
  uv_loop_t loop;
  int mine = 0;
  CHECK_INT(uv_loop_init(&loop), 0);
  loop.data = &mine;
  struct watch *w = watch(cp_spawn(test_tiny(), NULL, &(cp_options){ .loop = &loop }));
  CHECK(loop.data == &mine);
  w->loop = &loop;
  watch_run(w);
  CHECK(loop.data == &mine);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(a_loop_closes_after_shutdown_where_an_unreferenced_child_lives) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .loop = &loop }));
  int pid = cp_pid(w->child);
  cp_unref(w->child);
  CHECK_INT(cp_run(&loop), 0);
  CHECK(w->has_spawned && !w->has_closed);
  CHECK_INT(cp_shutdown(&loop), 0);
  CHECK_INT(cp_run(&loop), 0);
  CHECK(w->has_closed);
  CHECK_INT(w->code, UV_ECANCELED);
  CHECK_INT(uv_loop_close(&loop), 0);
  /* Given up is not killed; it is ours to end and to reap. */
  CHECK_INT(kill(pid, SIGKILL), 0);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TEST(a_loop_closes_after_shutdown_where_an_abandoned_child_lives) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .loop = &loop });
  int pid = cp_pid(child);
  cp_abandon(child);
  CHECK_INT(cp_run(&loop), 0);
  CHECK_INT(cp_shutdown(&loop), 0);
  CHECK_INT(cp_run(&loop), 0);
  CHECK_INT(uv_loop_close(&loop), 0);
  CHECK_INT(kill(pid, SIGKILL), 0);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TEST(a_loop_works_on_after_shutdown) {
  struct watch *old = watch(cp_spawn(test_helper(), CP_ARGS("exit", "1"), NULL));
  int pid = cp_pid(old->child);
  CHECK_INT(cp_shutdown(NULL), 0);
  watch_run(old);
  CHECK_INT(old->code, UV_ECANCELED);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
  CHECK_INT(ran_helper(CP_ARGS("exit", "4"), NULL)->code, 4);
}

static void stop_the_loop(cp_child *child, void *user) {
  (void) child;
  uv_stop(user);
}

TEST(run_tells_that_the_loop_was_stopped_with_work_left) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  cp_on_spawn(w->child, stop_the_loop, uv_default_loop());
  CHECK_INT(cp_run(NULL), 1);
  CHECK(!w->has_closed);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(a_program_that_forks_may_go_on_in_the_parent) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  pid_t copy = fork();
  if (copy == 0) _exit(0);
  CHECK_INT(cp_write(cp_stdin(w->child), "hello", 5), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "hello");
  CHECK_INT(waitpid(copy, NULL, 0), copy);
  CHECK_INT(ran_helper(CP_ARGS("exit", "2"), NULL)->code, 2);
}

TEST(a_copy_that_outlives_the_child_disturbs_nothing) {
  int gate[2];
  CHECK_INT(pipe2(gate, O_CLOEXEC), 0);
  struct watch *first = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  pid_t copy = fork();
  if (copy == 0) {
    char byte;
    close(gate[1]);
    _exit(read(gate[0], &byte, 1) != 0);
  }
  RUN_UNTIL(NULL, first->output[1].length == 6);
  CHECK_INT(cp_kill(first->child, SIGTERM), 0);
  RUN_UNTIL(NULL, first->has_exited);
  /* The copy holds our ends too, so what the loop watched is still open there. */
  struct watch *second = ran_helper(CP_ARGS("echo", "again"), NULL);
  CHECK_STR(output_of(second, 1), "again\n");
  CHECK(first->has_closed);
  close(gate[0]), close(gate[1]);
  CHECK_INT(waitpid(copy, NULL, 0), copy);
}
