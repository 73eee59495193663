/* SPDX-License-Identifier: MIT */
/* What a child answers about itself, what keeps a loop alive, and giving a child up. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

TEST(a_child_answers_before_and_after_its_exit) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "9"), NULL));
  cp_child *child = cp_hold(w->child);
  CHECK(cp_pid(child) > 0);
  CHECK(cp_start_error(child) == NULL);
  CHECK(!cp_exited(child));
  CHECK_INT(cp_exit_code(child), UV_EBUSY);
  CHECK(cp_usage_of(child) == NULL);
  CHECK(!cp_killed(child));
  CHECK(cp_stream_child(cp_stdin(child)) == child);
  CHECK(cp_stdio(child, 0) == cp_stdin(child));
  CHECK(cp_stdio(child, 1) == cp_stdout(child));
  CHECK(cp_stdio(child, 2) == cp_stderr(child));
  watch_run(w);
  CHECK(cp_exited(child));
  CHECK_INT(cp_exit_code(child), 9);
  CHECK_INT(cp_exit_signal(child), 0);
  CHECK(cp_pid(child) > 0);
  cp_release(child);
}

TEST(every_exit_code_arrives) {
  for (int code = 0; code < 256; code += 5) {
    struct watch *w =
        ran_helper(CP_ARGS("exit", text("%d", code)), &(cp_options){ .stdio = CP_STDIO_IGNORE });
    CHECK_INT(w->code, code);
    CHECK_INT(w->signal, 0);
  }
}

TEST(every_fatal_signal_arrives) {
  const int signals[] = { SIGHUP, SIGINT, SIGKILL, SIGUSR1, SIGPIPE, SIGALRM, SIGTERM };
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct watch *w = ran_helper(CP_ARGS("kill-self", text("%d", signals[i])),
                                 &(cp_options){ .stdio = CP_STDIO_IGNORE });
    CHECK_INT(w->code, -1);
    CHECK_INT(w->signal, signals[i]);
    CHECK_INT(w->exit_code, -1);
  }
}

TEST(usage_tells_the_time_that_was_burnt) {
  struct watch *w = watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("burn", "60"), NULL)));
  watch_run(w);
  const cp_usage *usage = cp_usage_of(w->child);
  CHECK(usage->user_us + usage->system_us >= 55000);
  CHECK(usage->user_us + usage->system_us < 2000000);
  CHECK(usage->elapsed_us >= 55000);
  CHECK(usage->elapsed_us < 30000000);
  cp_release(w->child);
}

TEST(usage_tells_the_memory_that_was_filled) {
  struct watch *w = watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("fill", "64"), NULL)));
  watch_run(w);
  CHECK(cp_usage_of(w->child)->max_rss_bytes >= 64UL << 20);
  cp_release(w->child);
}

TEST(an_unreferenced_child_does_not_keep_the_loop) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  cp_unref(w->child);
  cp_unref(w->child);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!w->has_closed);
  cp_ref(w->child);
  RUN_UNTIL(NULL, w->output[1].length == 6);
  CHECK_INT(cp_kill(w->child, SIGTERM), 0);
  watch_run(w);
  CHECK_INT(w->signal, SIGTERM);
}

TEST(an_unreferenced_child_is_still_heard_while_another_keeps_the_loop) {
  struct watch *quiet = watch(cp_spawn(test_helper(), CP_ARGS("echo", "x"), NULL));
  cp_unref(quiet->child);
  struct watch *other = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  RUN_UNTIL(NULL, quiet->has_closed);
  CHECK_STR(output_of(quiet, 1), "x\n");
  cp_kill(other->child, SIGKILL);
  watch_run(other);
}

TEST(an_unreferenced_failed_start_is_still_reported_while_another_keeps_the_loop) {
  struct watch *failed = watch(cp_spawn("/no/such/program", NULL, NULL));
  cp_unref(failed->child);
  struct watch *other = watch(cp_spawn(test_tiny(), NULL, NULL));
  watch_run(other);
  /* Its events are due at once, so they come before the end of any process. */
  CHECK(failed->has_closed);
}

static void unref_it(cp_child *child, void *user) {
  (void) user;
  cp_unref(child);
}

TEST(a_child_may_be_unreferenced_inside_a_listener) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  cp_on_spawn(w->child, unref_it, NULL);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(w->has_spawned && !w->has_closed);
  cp_ref(w->child);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

/* Ends and reaps a process that the library was made to give up. */
static void end_given_up(int pid) {
  CHECK_INT(cp_shutdown(NULL), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(kill(pid, 0), 0);
  CHECK_INT(kill(pid, SIGKILL), 0);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TEST(abandoning_does_not_kill_and_emits_close_with_canceled_and_no_exit) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  int pid = cp_pid(w->child);
  RUN_UNTIL(NULL, w->has_spawned);
  cp_abandon(w->child);
  cp_abandon(w->child);
  CHECK(!w->has_closed);
  watch_run(w);
  CHECK(!has_event(w, "exit"));
  CHECK_INT(w->code, UV_ECANCELED);
  CHECK_INT(w->signal, 0);
  end_given_up(pid);
}

TEST(an_abandoned_child_is_reaped_by_the_running_loop) {
  struct watch *given_up = watch(cp_spawn(test_helper(), CP_ARGS("exit", "0"), NULL));
  struct watch *other = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  int pid = cp_pid(given_up->child);
  siginfo_t info;
  cp_abandon(given_up->child);
  CHECK_INT(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
  run_idle(NULL);
  CHECK(given_up->has_closed);
  CHECK(!given_up->has_exited);
  while (kill(pid, 0) == 0) run_idle(NULL); /* a thread that waits for it may be late */
  cp_kill(other->child, SIGKILL);
  watch_run(other);
}

TEST(abandoning_closes_the_streams) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  int pid = cp_pid(w->child);
  RUN_UNTIL(NULL, w->output[1].length > 0);
  /* Stopped, it cannot end while the loop runs, which would reap it. */
  CHECK_INT(cp_kill(w->child, SIGSTOP), 0);
  siginfo_t info;
  CHECK_INT(waitid(P_PID, (id_t) pid, &info, WSTOPPED | WNOWAIT), 0);
  cp_abandon(w->child);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(in_order(w, "1:close close"));
  CHECK(!has_event(w, "1:end"));
  CHECK_INT(cp_shutdown(NULL), 0);
  CHECK_INT(cp_run(NULL), 0);
  /* It writes on and finds that nobody reads. */
  int status;
  CHECK_INT(kill(pid, SIGCONT), 0);
  CHECK_INT(waitpid(pid, &status, 0), pid);
  CHECK(WIFSIGNALED(status));
  CHECK_INT(WTERMSIG(status), SIGPIPE);
}

static void abandon_it(cp_child *child, void *user) {
  (void) user;
  cp_abandon(child);
}

TEST(a_child_may_be_abandoned_inside_a_listener) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  int pid = cp_pid(w->child);
  cp_on_spawn(w->child, abandon_it, NULL);
  watch_run(w);
  CHECK_INT(w->code, UV_ECANCELED);
  end_given_up(pid);
}

TEST(a_failed_start_may_be_abandoned) {
  struct watch *w = watch(cp_spawn("/no/such/program", NULL, NULL));
  cp_abandon(w->child);
  watch_run(w);
  CHECK(w->has_closed);
}

TEST(many_children_live_at_once) {
  enum { MANY = 200 };
  struct watch *w[MANY];
  for (int i = 0; i < MANY; i++) {
    w[i] = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
    CHECK_INT(cp_write(cp_stdin(w[i]->child), text("%d", i), i > 99 ? 3 : i > 9 ? 2 : 1), 0);
  }
  for (int i = MANY - 1; i >= 0; i--) CHECK_INT(cp_end(cp_stdin(w[i]->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  for (int i = 0; i < MANY; i++) CHECK_STR(output_of(w[i], 1), text("%d", i));
}

/* All that it has to tell is there before the loop has come round to telling that it runs. */
static void start_and_wait_for_its_end(struct watch **ret_watch, const char *file,
                                       const char *const *args, const int *stdio) {
  siginfo_t info;
  *ret_watch = watch(cp_spawn(file, args, &(cp_options){ .stdio = stdio }));
  int pid = cp_pid((*ret_watch)->child);
  CHECK_INT(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
}

static void start_silent_one(cp_child *child, void *user) {
  (void) child;
  start_and_wait_for_its_end(user, test_tiny(), NULL, CP_STDIO_IGNORE);
}

static void start_talking_one(cp_child *child, void *user) {
  (void) child;
  start_and_wait_for_its_end(user, test_helper(), CP_ARGS("echo", "x"), NULL);
}

static struct watch *started_in_spawn_of_another(cp_child_cb start) {
  struct watch *second = NULL;
  struct watch *first = watch(cp_spawn(test_helper(), CP_ARGS("exit", "0"), NULL));
  cp_on_spawn(first->child, start, &second);
  watch_run(first);
  CHECK(second != NULL);
  if (!second->has_closed) watch_run(second);
  return second;
}

TEST(a_child_started_in_a_listener_that_ends_at_once_emits_spawn_first) {
  struct watch *w = started_in_spawn_of_another(start_silent_one);
  CHECK_STR(w->events, "spawn exit close");
}

TEST(a_child_started_in_a_listener_whose_output_is_there_at_once_emits_spawn_first) {
  struct watch *w = started_in_spawn_of_another(start_talking_one);
  CHECK(in_order(w, "spawn 1:data 1:end exit close"));
  CHECK_STR(output_of(w, 1), "x\n");
}
