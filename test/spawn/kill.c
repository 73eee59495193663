/* SPDX-License-Identifier: MIT */
/* Signals, timeouts and aborting. */
#include <signal.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static struct watch *ready(const char *mode, const char *argument, const cp_options *options) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS(mode, argument), options));
  RUN_UNTIL(NULL, w->output[1].length == 6);
  return w;
}

TEST(a_signal_can_be_sent_before_the_loop_runs) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  CHECK_INT(cp_kill(w->child, SIGUSR1), 0);
  CHECK(cp_killed(w->child));
  watch_run(w);
  CHECK(in_order(w, "spawn exit close"));
  CHECK_INT(w->signal, SIGUSR1);
}

TEST(a_signal_may_be_handled_by_the_child) {
  struct watch *w = ready("exit-on-term", "12", NULL);
  CHECK_INT(cp_kill(w->child, SIGTERM), 0);
  CHECK(cp_killed(w->child));
  watch_run(w);
  CHECK_INT(w->code, 12);
  CHECK_INT(w->signal, 0);
}

TEST(a_child_that_ignores_a_signal_lives_on) {
  struct watch *w = ready("ignore-term", NULL, NULL);
  CHECK_INT(cp_kill(w->child, SIGTERM), 0);
  CHECK_INT(cp_kill(w->child, 0), 0);
  CHECK_INT(cp_kill(w->child, SIGKILL), 0);
  watch_run(w);
  CHECK_INT(w->signal, SIGKILL);
}

TEST(signal_0_asks_whether_the_child_is_there) {
  struct watch *w = watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL)));
  CHECK_INT(cp_kill(w->child, 0), 0);
  CHECK(!cp_killed(w->child));
  cp_kill(w->child, SIGKILL);
  watch_run(w);
  CHECK_INT(cp_kill(w->child, 0), UV_ESRCH);
  CHECK_INT(cp_last_error()->number, UV_ESRCH);
  cp_release(w->child);
}

TEST(a_child_that_never_ran_cannot_be_signalled) {
  struct watch *w = watch(cp_spawn("/no/such/program", NULL, NULL));
  CHECK_INT(cp_kill(w->child, SIGTERM), UV_ESRCH);
  CHECK(!cp_killed(w->child));
  watch_run(w);
}

TEST(an_unknown_signal_is_refused) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  CHECK_INT(cp_kill(w->child, -1), UV_EINVAL);
  CHECK_INT(cp_kill(w->child, 65), UV_EINVAL);
  CHECK_INT(cp_kill(w->child, 1 << 20), UV_EINVAL);
  CHECK(!cp_killed(w->child));
  CHECK_INT(cp_kill(w->child, SIGRTMIN + 5), 0);
  watch_run(w);
  CHECK_INT(w->signal, SIGRTMIN + 5);
}

TEST(a_refused_signal_is_returned_and_not_emitted) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  deny_signals();
  CHECK_INT(cp_kill(w->child, SIGTERM), UV_EPERM);
  CHECK_INT(cp_last_error()->number, UV_EPERM);
  CHECK_STR(cp_last_error()->syscall, "kill");
  CHECK(!cp_killed(w->child));
  cp_end(cp_stdin(w->child));
  watch_run(w);
  CHECK(!has_event(w, "error"));
  CHECK_INT(w->code, 0);
}

TEST(timeout_kills_with_term) {
  struct watch *w =
      watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .timeout_ms = 30 })));
  watch_run(w);
  CHECK_INT(w->signal, SIGTERM);
  CHECK(cp_killed(w->child));
  CHECK(!has_event(w, "error"));
  /* Never early, though the clock of the loop may be old. */
  CHECK(cp_usage_of(w->child)->elapsed_us >= 29000);
  cp_release(w->child);
}

TEST(timeout_is_not_early_when_the_loop_was_idle_for_long) {
  CHECK(uv_default_loop() != NULL);
  uint64_t busy_until = uv_hrtime() + 80000000;
  while (uv_hrtime() < busy_until) continue;
  struct watch *w =
      watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .timeout_ms = 50 })));
  watch_run(w);
  CHECK(cp_usage_of(w->child)->elapsed_us >= 49000);
  cp_release(w->child);
}

TEST(kill_signal_is_what_timeout_sends) {
  struct watch *w =
      ran_helper(CP_ARGS("ignore-term"), &(cp_options){ .timeout_ms = 30, .kill_signal = SIGKILL });
  CHECK_INT(w->signal, SIGKILL);
}

TEST(a_child_that_ends_in_time_is_not_killed) {
  struct watch *w = watch(cp_hold(
      cp_spawn(test_helper(), CP_ARGS("exit", "0"), &(cp_options){ .timeout_ms = 1000000 })));
  watch_run(w); /* and the timer does not keep the loop, or this would take a quarter hour */
  CHECK_INT(w->code, 0);
  CHECK(!cp_killed(w->child));
  cp_release(w->child);
}

TEST(the_longest_timeout_is_none) {
  struct watch *w = ran_helper(CP_ARGS("echo", "x"), &(cp_options){ .timeout_ms = UINT64_MAX });
  CHECK_INT(w->code, 0);
}

TEST(a_timeout_does_not_keep_the_loop_of_an_unreferenced_child) {
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .timeout_ms = 1000000 }));
  cp_unref(w->child);
  CHECK_INT(cp_run(NULL), 0);
  cp_ref(w->child);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(a_timeout_that_may_not_kill_emits_error) {
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("cat"), &(cp_options){ .timeout_ms = 20 }));
  deny_signals();
  RUN_UNTIL(NULL, w->error != NULL);
  CHECK_INT(w->error->number, UV_EPERM);
  CHECK_STR(w->error->syscall, "kill");
  CHECK_HAS(w->error->message, "kill EPERM");
  CHECK(!cp_killed(w->child));
  cp_end(cp_stdin(w->child));
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(an_abort_kills_and_emits_abort_error) {
  cp_abort *abort = cp_abort_new();
  CHECK(!cp_abort_triggered(abort));
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .abort = abort }));
  RUN_UNTIL(NULL, w->has_spawned);
  cp_abort_trigger(abort);
  cp_abort_trigger(abort);
  CHECK(cp_abort_triggered(abort));
  watch_run(w);
  CHECK(in_order(w, "spawn error exit close"));
  CHECK_STR(w->error->name, "AbortError");
  CHECK_STR(w->error->code, "ABORT_ERR");
  CHECK_STR(w->error->message, "The operation was aborted");
  CHECK_INT(w->error->number, 0);
  CHECK_INT(w->signal, SIGTERM);
  cp_abort_free(abort);
}

TEST(an_abort_sends_kill_signal) {
  cp_abort *abort = cp_abort_new();
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ignore-term"),
                                   &(cp_options){ .abort = abort, .kill_signal = SIGKILL }));
  RUN_UNTIL(NULL, w->output[1].length == 6);
  cp_abort_trigger(abort);
  watch_run(w);
  CHECK_INT(w->signal, SIGKILL);
  cp_abort_free(abort);
}

TEST(a_start_with_a_triggered_abort_starts_nothing) {
  cp_abort *abort = cp_abort_new();
  cp_abort_trigger(abort);
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .abort = abort }));
  CHECK_INT(cp_pid(w->child), 0);
  CHECK_STR(cp_start_error(w->child)->code, "ABORT_ERR");
  watch_run(w);
  CHECK(in_order(w, "error close"));
  CHECK(!has_event(w, "spawn"));
  CHECK(!has_event(w, "exit"));
  CHECK_STR(w->error->name, "AbortError");
  CHECK_INT(w->code, UV_ECANCELED);
  cp_abort_free(abort);
}

TEST(an_abort_after_the_end_does_nothing) {
  cp_abort *abort = cp_abort_new();
  struct watch *w = ran_helper(CP_ARGS("exit", "0"), &(cp_options){ .abort = abort });
  cp_abort_trigger(abort);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!has_event(w, "error"));
  cp_abort_free(abort);
}

TEST(an_abort_may_be_freed_while_children_use_it) {
  cp_abort *abort = cp_abort_new();
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), &(cp_options){ .abort = abort }));
  cp_abort_free(abort);
  cp_end(cp_stdin(w->child));
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(an_abort_freed_right_after_its_trigger_still_kills) {
  cp_abort *abort = cp_abort_new();
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .abort = abort }));
  cp_abort_trigger(abort);
  cp_abort_free(abort);
  watch_run(w);
  CHECK_INT(w->signal, SIGTERM);
  CHECK_STR(w->error->code, "ABORT_ERR");
}

TEST(an_abort_serves_children_on_several_loops) {
  uv_loop_t loops[2];
  struct watch *w[2];
  cp_abort *abort = cp_abort_new();
  for (int i = 0; i < 2; i++) {
    CHECK_INT(uv_loop_init(&loops[i]), 0);
    cp_options options = { .loop = &loops[i], .abort = abort };
    w[i] = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &options));
    w[i]->loop = &loops[i];
  }
  cp_abort_trigger(abort);
  for (int i = 0; i < 2; i++) {
    watch_run(w[i]);
    CHECK_INT(w[i]->signal, SIGTERM);
    CHECK_INT(uv_loop_close(&loops[i]), 0);
  }
  cp_abort_free(abort);
}
