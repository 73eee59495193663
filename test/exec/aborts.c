/* SPDX-License-Identifier: MIT */
/*
 * An abort of a command that is run to its end. Unlike Node's, it calls back at `close`, takes the
 * kill_signal of the options, and starts nothing when it was triggered before.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "finished.h"
#include "support/system.h"

static void check_aborted(const struct finished *f) {
  CHECK(f->error != NULL);
  CHECK_STR(f->error->code, "ABORT_ERR");
  CHECK_STR(f->error->name, "AbortError");
  CHECK_STR(f->error->message, "The operation was aborted");
  CHECK_INT(f->error->number, 0);
}

TEST(an_abort_is_told_at_close_with_what_was_collected) {
  cp_abort *abort = cp_abort_new();
  cp_options options = { .abort = abort };
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("ready"), &options, true);
  RUN_UNTIL(NULL, f->watch->output[1].length == 6);
  cp_abort_trigger(abort);
  CHECK_INT(f->done, 0);
  finish(f);
  check_aborted(f);
  CHECK_INT(f->signal, SIGTERM);
  CHECK(f->error->killed);
  CHECK_HAS(f->error->command, "helper ready");
  check_text(&f->out, "ready\n");
  CHECK(in_order(f->watch, "spawn error exit close"));
  cp_abort_free(abort);
}

TEST(an_abort_takes_the_kill_signal) {
  cp_abort *abort = cp_abort_new();
  cp_options options = { .abort = abort, .kill_signal = SIGUSR1 };
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("ready"), &options, true);
  RUN_UNTIL(NULL, f->watch->output[1].length == 6);
  cp_abort_trigger(abort);
  finish(f);
  check_aborted(f);
  CHECK_INT(f->signal, SIGUSR1);
  cp_abort_free(abort);
}

TEST(an_abort_waits_for_a_child_that_ignores_it) {
  cp_abort *abort = cp_abort_new();
  cp_options options = { .abort = abort };
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("ignore-term"), &options, true);
  RUN_UNTIL(NULL, f->watch->output[1].length == 6);
  cp_abort_trigger(abort);
  RUN_UNTIL(NULL, has_event(f->watch, "error"));
  run_idle(NULL);
  CHECK_INT(f->done, 0);
  CHECK(has_event(f->watch, "1:close"));
  CHECK_INT(cp_kill(f->child, SIGKILL), 0);
  finish(f);
  check_aborted(f);
  CHECK_INT(f->signal, SIGKILL);
  cp_abort_free(abort);
}

TEST(an_abort_that_was_triggered_starts_nothing) {
  cp_abort *abort = cp_abort_new();
  cp_abort_trigger(abort);
  for (enum way way = 0; way < WAYS; way++) {
    const char *path = text("%s/%d", test_dir(), way);
    struct finished *f = finished_line(way, text(": >%s", path), &(cp_options){ .abort = abort });
    check_aborted(f);
    CHECK_INT(f->pid, 0);
    CHECK_INT(f->code, UV_ECANCELED);
    CHECK_INT(f->out.length, 0);
    CHECK_INT(access(path, F_OK), -1);
    if (f->watch) CHECK(!has_event(f->watch, "spawn"));
  }
  cp_abort_free(abort);
}

TEST(an_abort_that_is_freed_or_triggered_late_does_nothing) {
  for (enum way way = 0; way < WAYS; way++) {
    cp_abort *abort = cp_abort_new();
    check_well(finished_helper(way, CP_ARGS("exit", "0"), &(cp_options){ .abort = abort }));
    cp_abort_trigger(abort);
    CHECK_INT(cp_run(NULL), 0);
    cp_abort_free(abort);
  }
}

TEST(an_abort_ends_all_that_were_started_with_it) {
  cp_abort *abort = cp_abort_new();
  cp_options options = { .abort = abort };
  struct finished *f[5];
  for (int i = 0; i < 5; i++)
    f[i] = started(EXEC_FILE, test_helper(), CP_ARGS("sleep"), &options, true);
  RUN_UNTIL(NULL, f[4]->watch->has_spawned);
  cp_abort_trigger(abort);
  CHECK_INT(cp_run(NULL), 0);
  for (int i = 0; i < 5; i++) {
    CHECK_INT(f[i]->done, 1);
    check_aborted(f[i]);
  }
  cp_abort_free(abort);
}

TEST(an_abort_ends_the_waiting_for_a_grandchild) {
  int hold[2];
  CHECK_INT(pipe2(hold, O_CLOEXEC), 0);
  cp_abort *abort = cp_abort_new();
  cp_options options = { .abort = abort, .stdio = CP_STDIO(hold[0], CP_PIPE, CP_PIPE) };
  struct finished *f =
      started(EXEC_FILE, test_helper(), CP_ARGS("grandchild", "7"), &options, true);
  RUN_UNTIL(NULL, f->watch->has_exited);
  CHECK_INT(f->done, 0);
  cp_abort_trigger(abort);
  finish(f);
  check_aborted(f);
  CHECK_INT(f->code, 7);
  close(hold[0]);
  close(hold[1]);
  cp_abort_free(abort);
}

/* ---- in a blocking call ---- */

struct trigger {
  cp_abort *abort;
  int ready; /* what the child says through this comes first */
};

static void *trigger_when_ready(void *argument) {
  struct trigger *trigger = argument;
  char line[6];
  size_t length = 0;
  while (length < sizeof line) {
    ssize_t count = read(trigger->ready, line + length, sizeof line - length);
    if (count <= 0) break;
    length += (size_t) count;
  }
  cp_abort_trigger(trigger->abort);
  return NULL;
}

TEST(another_thread_ends_a_blocking_call_by_an_abort) {
  for (enum way way = SPAWN_SYNC; way < WAYS; way++) {
    int ready[2];
    pthread_t thread;
    CHECK_INT(pipe2(ready, O_CLOEXEC), 0);
    struct trigger trigger = { .abort = cp_abort_new(), .ready = ready[0] };
    CHECK_INT(pthread_create(&thread, NULL, trigger_when_ready, &trigger), 0);
    cp_options options = { .abort = trigger.abort,
                           .kill_signal = SIGINT,
                           .stdio = CP_STDIO(CP_PIPE, ready[1], CP_PIPE) };
    struct finished *f = finished_helper(way, CP_ARGS("ready"), &options);
    CHECK_INT(pthread_join(thread, NULL), 0);
    check_aborted(f);
    CHECK_INT(f->signal, SIGINT);
    CHECK(f->error->killed);
    cp_abort_free(trigger.abort);
    close(ready[0]);
    close(ready[1]);
  }
  test_heap_slack(65536);
}

static cp_abort *of_handler;

static void on_alarm(int number) {
  (void) number;
  cp_abort_trigger(of_handler);
}

TEST(a_signal_handler_ends_a_blocking_call_by_an_abort) {
  of_handler = cp_abort_new();
  struct sigaction action = { .sa_handler = on_alarm };
  CHECK_INT(sigaction(SIGALRM, &action, NULL), 0);
  ualarm(100000, 0);
  check_aborted(
      finished_helper(SPAWN_SYNC, CP_ARGS("sleep"), &(cp_options){ .abort = of_handler }));
  signal(SIGALRM, SIG_DFL);
  cp_abort_free(of_handler);
}
