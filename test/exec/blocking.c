/* SPDX-License-Identifier: MIT */
/* What is special about the blocking three: no loop, no listener, any thread. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "finished.h"
#include "support/system.h"

TEST(spawn_sync_writes_nothing_to_our_stderr) {
  struct finished *f = finished_helper(SPAWN_SYNC, CP_ARGS("both", "out", "err"), NULL);
  check_text(&f->err, "err");
  CHECK_STR(f->ours_err, "");
}

TEST(the_exec_pair_shows_stderr_on_ours_and_keeps_it) {
  for (enum way way = EXEC_SYNC; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("both", "out", "err"), NULL);
    check_text(&f->err, "err");
    CHECK_STR(f->ours_err, "err");
  }
}

TEST(the_exec_pair_with_stdio_given_writes_nothing_to_our_stderr) {
  cp_options options = { .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE) };
  for (enum way way = EXEC_SYNC; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("both", "out", "err"), &options);
    check_text(&f->err, "err");
    CHECK_STR(f->ours_err, "");
  }
}

TEST(what_is_shown_on_our_stderr_is_cut_by_max_buffer) {
  cp_options options = { .max_buffer = 3 };
  for (enum way way = EXEC_SYNC; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("both", "", "12345"), &options);
    CHECK_INT(f->error->number, UV_ENOBUFS);
    CHECK_STR(f->ours_err, "123");
  }
}

TEST(a_closed_stderr_of_ours_is_no_trouble) {
  close_standard(1U << 2);
  cp_result *result = cp_exec_sync("echo text >&2", NULL);
  CHECK(result != NULL);
  CHECK(result->error == NULL);
  CHECK_STR(result->err.data, "text\n");
  cp_result_free(result);
  restore_standard();
}

TEST(a_reader_of_our_stderr_that_went_away_is_no_trouble) {
  int ends[2];
  CHECK_INT(pipe(ends), 0);
  close(ends[0]);
  replace_standard(2, ends[1]);
  close(ends[1]);
  cp_result *result = cp_exec_sync("echo text >&2", NULL); /* SIGPIPE has its default here */
  CHECK(result != NULL);
  CHECK(result->error == NULL);
  cp_result_free(result);
  restore_standard();
}

TEST(a_result_that_is_null_may_be_freed) {
  cp_result_free(NULL);
}

/* ---- no loop ---- */

TEST(a_blocking_call_does_not_look_at_the_loop) {
  for (enum way way = SPAWN_SYNC; way < WAYS; way++) {
    struct uv_loop_s *nowhere = (struct uv_loop_s *) (void *) &way; /* touched, it would crash */
    check_well(finished_helper(way, CP_ARGS("exit", "0"), &(cp_options){ .loop = nowhere }));
  }
}

TEST(blocking_calls_need_few_descriptors_and_return_them) {
  int before = count_descriptors();
  for (int i = 0; i < 50; i++) {
    cp_result *result = cp_spawn_sync(test_tiny(), NULL, NULL);
    CHECK(result != NULL && !result->error);
    cp_result_free(result);
    CHECK_INT(count_descriptors(), before);
  }
}

struct inner {
  struct watch *other;
  int calls;
};

static void call_all(cp_child *child, void *user) {
  (void) child;
  struct inner *inner = user;
  for (enum way way = SPAWN_SYNC; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("echo", "inner"), NULL);
    check_well(f);
    check_text(&f->out, "inner\n");
    /* The other child has written by now, but no listener ran meanwhile. */
    CHECK_INT(inner->other->output[1].length, 0);
    CHECK(!inner->other->has_exited);
    inner->calls++;
  }
}

TEST(blocking_calls_inside_a_listener_run_no_other_listener) {
  struct inner inner = { .calls = 0 };
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("exit", "0"), NULL);
  cp_on_spawn(child, call_all, &inner);
  inner.other = watch(cp_spawn(test_helper(), CP_ARGS("echo", "outer"), NULL));
  watch_run(inner.other);
  CHECK_INT(inner.calls, 3);
  CHECK_STR(output_of(inner.other, 1), "outer\n");
}

static void call_at_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) length;
  check_well(finished_helper(SPAWN_SYNC, CP_ARGS("exit", "0"), NULL));
  ++*(int *) user;
}

static void call_at_done(const cp_error *error, const cp_result *result, void *user) {
  CHECK(error == NULL);
  check_well(finished_helper(EXEC_FILE_SYNC, CP_ARGS("exit", "0"), NULL));
  CHECK_STR(result->out.data, "x\n"); /* the outer result is not touched */
  ++*(int *) user;
}

TEST(blocking_calls_inside_data_and_done) {
  int calls = 0;
  cp_child *child = cp_exec("echo x", NULL, call_at_done, &calls);
  cp_on_data(cp_stdout(child), call_at_data, &calls);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(calls, 2);
}

TEST(a_blocking_call_leaves_other_children_alone) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  check_well(finished_helper(SPAWN_SYNC, CP_ARGS("exit", "0"), NULL));
  CHECK_INT(cp_kill(w->child, 0), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

/* ---- any thread ---- */

enum { THREADS = 8, EACH = 200 };

struct worker {
  pthread_t thread;
  int number;
  int well;
};

static bool call_once(const struct worker *worker, int i) {
  char word[32];
  (void) snprintf(word, sizeof word, "%d.%d", worker->number, i);
  cp_options options = { .input = { word, strlen(word) } };
  cp_result *result = i % 4 == 0   ? cp_exec_file_sync(test_helper(), CP_ARGS("cat"), &options)
                      : i % 4 == 1 ? cp_spawn_sync("/no/such/program", NULL, NULL)
                                   : cp_spawn_sync(test_tiny(), NULL, NULL);
  bool is_well = result != NULL;
  if (is_well && i % 4 == 0) is_well = !result->error && strcmp(result->out.data, word) == 0;
  if (is_well && i % 4 == 1) is_well = result->error && result->error->number == UV_ENOENT;
  if (is_well && i % 4 > 1) is_well = !result->error && result->code == 0 && result->pid > 0;
  cp_result_free(result);
  return is_well;
}

static void *call_often(void *argument) {
  struct worker *worker = argument;
  for (int i = 0; i < EACH; i++) worker->well += call_once(worker, i);
  return NULL;
}

TEST(eight_threads_make_two_hundred_blocking_calls_each) {
  struct worker workers[THREADS] = { 0 };
  for (int i = 0; i < THREADS; i++) {
    workers[i].number = i;
    CHECK_INT(pthread_create(&workers[i].thread, NULL, call_often, &workers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(pthread_join(workers[i].thread, NULL), 0);
    CHECK_INT(workers[i].well, EACH);
  }
  test_heap_slack(1 << 20);
}

static void interrupt(int number) {
  (void) number;
}

TEST(a_signal_handler_of_the_caller_does_not_end_a_blocking_call) {
  struct sigaction action = { .sa_handler = interrupt }; /* without SA_RESTART */
  CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
  ualarm(1000, 1000);
  struct finished *f = finished_helper(SPAWN_SYNC, CP_ARGS("burn", "50"), NULL);
  ualarm(0, 0);
  check_well(f);
  signal(SIGALRM, SIG_DFL);
}
