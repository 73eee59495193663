/* SPDX-License-Identifier: MIT */
/* Rule 3: one `close` for each child, after all else; then the child is freed unless held. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

/* watch.c fails on a second close and on anything after it, so running is the test. */

TEST(rule_3_a_child_that_ran_emits_one_close) {
  struct watch *w = ran_helper(CP_ARGS("echo", "hello"), NULL);
  CHECK(in_order(w, "spawn 1:data 1:end 1:close close"));
  CHECK(in_order(w, "spawn 2:end 2:close close"));
  CHECK(in_order(w, "spawn exit close"));
}

TEST(rule_3_a_child_that_could_not_be_started_emits_one_close) {
  struct watch *w = ran("/no/such/program", NULL, NULL);
  CHECK(in_order(w, "error 1:end 1:close close"));
  CHECK(in_order(w, "error 2:end 2:close close"));
  CHECK(!has_event(w, "spawn"));
  CHECK(!has_event(w, "exit"));
  CHECK_INT(w->code, UV_ENOENT);
  CHECK_INT(w->signal, 0);
}

TEST(rule_3_a_failed_start_without_pipes_emits_error_and_close) {
  struct watch *w = ran("/no/such/program", NULL, &(cp_options){ .stdio = CP_STDIO_IGNORE });
  CHECK_STR(w->events, "error close");
}

TEST(rule_3_a_killed_child_emits_one_close) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  CHECK_INT(cp_kill(w->child, SIGKILL), 0);
  watch_run(w);
  CHECK_INT(w->code, -1);
  CHECK_INT(w->signal, SIGKILL);
  CHECK_INT(w->exit_signal, SIGKILL);
}

TEST(rule_3_close_comes_after_the_close_of_every_stream) {
  struct watch *w = ran_helper(
      CP_ARGS("exit", "0"),
      &(cp_options){ .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_SOCKET, CP_PIPE, CP_SOCKET) });
  for (int slot = 0; slot < 5; slot++) CHECK(in_order(w, text("spawn %d:close close", slot)));
}

TEST(rule_3_without_pipes_exit_is_followed_by_close) {
  struct watch *w = ran_helper(CP_ARGS("exit", "3"), &(cp_options){ .stdio = CP_STDIO_IGNORE });
  CHECK_STR(w->events, "spawn exit close");
  CHECK_INT(w->code, 3);
}

TEST(rule_3_close_waits_for_a_grandchild_that_holds_stdout) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("grandchild", "7"), NULL));
  /* Standard input would be closed at `exit`; a copy of our end keeps the grandchild waiting. */
  int keep = dup(cp_stream_fd(cp_stdin(w->child)));
  RUN_UNTIL(NULL, w->has_exited);
  CHECK_INT(w->exit_code, 7);
  run_idle(NULL);
  CHECK(!w->has_closed);
  CHECK(!has_event(w, "1:end"));
  close(keep);
  watch_run(w);
  CHECK(in_order(w, "spawn exit 1:data 1:end 1:close close"));
  CHECK_STR(output_of(w, 1), "late");
  CHECK_INT(w->code, 7);
}

TEST(rule_3_stdin_is_closed_when_the_process_has_ended) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("grandchild", "0"), NULL));
  /* The grandchild has standard input open still, and reads the end of it at once. */
  watch_run(w);
  CHECK(in_order(w, "spawn 0:close close"));
  CHECK_STR(output_of(w, 1), "late");
}

TEST(rule_3_a_socket_slot_is_closed_when_its_other_end_is) {
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("holder", "3"),
               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_SOCKET) }));
  RUN_UNTIL(NULL, w->has_exited);
  run_idle(NULL);
  CHECK(!w->has_closed);
  CHECK_INT(cp_write(cp_stdio(w->child, 3), "\n", 1), 0);
  watch_run(w);
  CHECK(in_order(w, "spawn exit 3:close close"));
}

TEST(rule_3_streams_that_nobody_listens_to_are_dropped_after_exit) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("spew", "60000"), NULL));
  watch_run(w);
  CHECK_STR(w->events, "spawn exit close");
  CHECK_INT(w->code, 0);
}

static void listen_at_last(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  watch_stream(user, 1);
}

TEST(rule_3_a_listener_added_in_exit_gets_all_output) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("spew", "60000"), NULL));
  CHECK(cp_on_exit(w->child, listen_at_last, w) != 0);
  watch_run(w);
  check_pattern(&w->output[1], 60000);
  CHECK(in_order(w, "exit 1:data 1:end 1:close close"));
}

static struct watch *paused_until_after_exit(void) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("spew", "60000"), NULL));
  cp_pause(cp_stdout(w->child));
  RUN_UNTIL(NULL, w->has_exited);
  run_idle(NULL);
  CHECK(!w->has_closed);
  CHECK(!has_event(w, "1:data"));
  return w;
}

TEST(rule_3_a_paused_stream_holds_close_back_until_it_is_resumed) {
  struct watch *w = paused_until_after_exit();
  cp_resume(cp_stdout(w->child));
  watch_run(w);
  check_pattern(&w->output[1], 60000);
  CHECK(in_order(w, "exit 1:data 1:end 1:close close"));
}

TEST(rule_3_a_paused_stream_holds_close_back_until_it_is_destroyed) {
  struct watch *w = paused_until_after_exit();
  cp_destroy(cp_stdout(w->child));
  watch_run(w);
  CHECK(!has_event(w, "1:data"));
  CHECK(!has_event(w, "1:end"));
  CHECK(in_order(w, "exit 1:close close"));
}

TEST(rule_3_a_paused_stream_without_listeners_holds_close_back_too) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("echo", "x"), NULL));
  cp_pause(cp_stdout(w->child));
  RUN_UNTIL(NULL, w->has_exited);
  run_idle(NULL);
  CHECK(!w->has_closed);
  cp_resume(cp_stdout(w->child));
  watch_run(w);
}

TEST(rule_3_a_child_without_any_listener_is_freed_too) {
  for (int i = 0; i < 20; i++) CHECK(cp_spawn(test_tiny(), NULL, NULL) != NULL);
  CHECK(cp_spawn("/no/such/program", NULL, NULL) != NULL);
  CHECK_INT(cp_run(NULL), 0);
}

TEST(rule_3_a_held_child_can_be_read_after_close) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "5"), NULL));
  int pid = cp_pid(w->child);
  CHECK(cp_hold(w->child) == w->child);
  CHECK(cp_hold(w->child) == w->child);
  watch_run(w);
  cp_release(w->child);
  CHECK_INT(cp_pid(w->child), pid);
  CHECK(cp_exited(w->child));
  CHECK_INT(cp_exit_code(w->child), 5);
  CHECK_INT(cp_exit_signal(w->child), 0);
  CHECK(!cp_killed(w->child));
  CHECK(cp_usage_of(w->child)->elapsed_us > 0);
  CHECK_STR(cp_spawn_file(w->child), test_helper());
  CHECK_STR(cp_spawn_args(w->child)[2], "5");
  CHECK_INT(cp_kill(w->child, SIGTERM), UV_ESRCH);
  CHECK_INT(cp_stream_fd(cp_stdout(w->child)), -1);
  CHECK(cp_write(cp_stdin(w->child), "x", 1) < 0);
  CHECK(cp_stream_child(cp_stdout(w->child)) == w->child);
  cp_ref(w->child), cp_unref(w->child), cp_abandon(w->child);
  cp_destroy(cp_stdout(w->child));
  CHECK_INT(cp_run(NULL), 0);
  cp_release(w->child);
}

TEST(rule_3_a_held_child_that_failed_keeps_its_error) {
  struct watch *w = watch(cp_hold(cp_spawn("/no/such/program", NULL, NULL)));
  watch_run(w);
  CHECK_INT(cp_start_error(w->child)->number, UV_ENOENT);
  CHECK_INT(cp_exit_code(w->child), UV_ENOENT);
  CHECK_INT(cp_pid(w->child), 0);
  cp_release(w->child);
}

static void free_user(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  free(user);
}

TEST(rule_3_close_is_the_place_to_free_what_user_points_to) {
  cp_on_close(cp_spawn(test_tiny(), NULL, NULL), free_user, malloc(100));
  cp_on_close(cp_spawn("/no/such/program", NULL, NULL), free_user, malloc(100));
  CHECK_INT(cp_run(NULL), 0);
  cp_child *given_up = cp_spawn(test_helper(), CP_ARGS("sleep"), NULL);
  int pid = cp_pid(given_up);
  cp_on_close(given_up, free_user, malloc(100));
  CHECK_INT(cp_shutdown(NULL), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(kill(pid, SIGKILL), 0);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
}

static void release_it(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal, (void) user;
  cp_release(child);
}

TEST(rule_3_the_last_hold_may_be_released_inside_close) {
  cp_child *child = cp_hold(cp_spawn(test_tiny(), NULL, NULL));
  cp_on_close(child, release_it, NULL);
  cp_on_close(child, free_user, malloc(100));
  CHECK_INT(cp_run(NULL), 0);
}
