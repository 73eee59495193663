/* SPDX-License-Identifier: MIT */
/* Rule 5: NULL is allowed for every object and every listener. */
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void no_child(cp_child *child, void *user) {
  (void) child, (void) user;
}

static void no_exit(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal, (void) user;
}

static void no_error(cp_child *child, const cp_error *error, void *user) {
  (void) child, (void) error, (void) user;
}

static void no_stream(cp_stream *stream, void *user) {
  (void) stream, (void) user;
}

static void no_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) length, (void) user;
}

static void no_stream_error(cp_stream *stream, const cp_error *error, void *user) {
  (void) stream, (void) error, (void) user;
}

TEST(rule_5_functions_of_a_child_take_null) {
  CHECK_INT(cp_on_spawn(NULL, no_child, NULL), 0);
  CHECK_INT(cp_on_error(NULL, no_error, NULL), 0);
  CHECK_INT(cp_on_exit(NULL, no_exit, NULL), 0);
  CHECK_INT(cp_on_close(NULL, no_exit, NULL), 0);
  cp_off(NULL, 1);
  CHECK(cp_stdin(NULL) == NULL);
  CHECK(cp_stdout(NULL) == NULL);
  CHECK(cp_stderr(NULL) == NULL);
  CHECK(cp_stdio(NULL, 3) == NULL);
  CHECK_INT(cp_pid(NULL), 0);
  CHECK(cp_start_error(NULL) == NULL);
  CHECK(!cp_exited(NULL));
  CHECK_INT(cp_exit_code(NULL), UV_EINVAL);
  CHECK_INT(cp_exit_signal(NULL), 0);
  CHECK(!cp_killed(NULL));
  CHECK(cp_usage_of(NULL) == NULL);
  CHECK(cp_spawn_file(NULL) == NULL);
  CHECK(cp_spawn_args(NULL) == NULL);
  CHECK_INT(cp_kill(NULL, SIGTERM), UV_EINVAL);
  cp_ref(NULL);
  cp_unref(NULL);
  CHECK(cp_hold(NULL) == NULL);
  cp_release(NULL);
  cp_abandon(NULL);
}

TEST(rule_5_functions_of_a_stream_take_null) {
  CHECK_INT(cp_on_data(NULL, no_data, NULL), 0);
  CHECK_INT(cp_on_end(NULL, no_stream, NULL), 0);
  CHECK_INT(cp_on_drain(NULL, no_stream, NULL), 0);
  CHECK_INT(cp_on_stream_error(NULL, no_stream_error, NULL), 0);
  CHECK_INT(cp_on_stream_close(NULL, no_stream, NULL), 0);
  cp_stream_off(NULL, 1);
  CHECK_INT(cp_write(NULL, "x", 1), UV_EINVAL);
  CHECK_INT(cp_end(NULL), UV_EINVAL);
  cp_pause(NULL);
  cp_resume(NULL);
  CHECK_INT(cp_pipe(NULL, NULL), UV_EINVAL);
  cp_destroy(NULL);
  CHECK(cp_stream_child(NULL) == NULL);
  CHECK_INT(cp_stream_fd(NULL), -1);
  CHECK_INT(cp_stream_take_fd(NULL), -1);
}

TEST(rule_5_the_other_functions_take_null) {
  cp_abort_trigger(NULL);
  CHECK(!cp_abort_triggered(NULL));
  cp_abort_free(NULL);
  CHECK(cp_error_copy(NULL) == NULL);
  cp_error_free(NULL);
  CHECK_INT(cp_signal_number(NULL), UV_EINVAL);
  CHECK(cp_signal_name(0) == NULL);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(cp_shutdown(NULL), 0);
}

TEST(rule_5_a_null_listener_is_none) {
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("echo", "x"), NULL);
  CHECK_INT(cp_on_spawn(child, NULL, NULL), 0);
  CHECK_INT(cp_on_error(child, NULL, NULL), 0);
  CHECK_INT(cp_on_exit(child, NULL, NULL), 0);
  CHECK_INT(cp_on_close(child, NULL, NULL), 0);
  CHECK_INT(cp_on_data(cp_stdout(child), NULL, NULL), 0);
  CHECK_INT(cp_on_end(cp_stdout(child), NULL, NULL), 0);
  CHECK_INT(cp_on_drain(cp_stdin(child), NULL, NULL), 0);
  CHECK_INT(cp_on_stream_error(cp_stdin(child), NULL, NULL), 0);
  CHECK_INT(cp_on_stream_close(cp_stdout(child), NULL, NULL), 0);
  CHECK_INT(cp_run(NULL), 0);
}

TEST(rule_5_streams_that_are_no_pipes_are_null) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "0"),
                                   &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, 2, CP_STDOUT) }));
  CHECK(cp_stdin(w->child) == NULL);
  CHECK(cp_stdout(w->child) == NULL);
  CHECK(cp_stderr(w->child) == NULL);
  CHECK(cp_stdio(w->child, 3) == NULL);
  CHECK(cp_stdio(w->child, -1) == NULL);
  CHECK(cp_stdio(w->child, 1 << 30) == NULL);
  watch_run(w);
}

TEST(rule_5_a_chain_from_a_wrong_start_does_nothing) {
  cp_child *child = cp_spawn(NULL, NULL, NULL);
  CHECK(child == NULL);
  CHECK_INT(cp_on_data(cp_stdout(child), no_data, NULL), 0);
  CHECK_INT(cp_on_close(child, no_exit, NULL), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
}

TEST(rule_5_writing_nothing_is_allowed) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), NULL, 0), 0);
  CHECK_INT(cp_write(cp_stdin(w->child), "", 0), 0);
  CHECK_INT(cp_write(cp_stdin(w->child), NULL, 5), UV_EINVAL);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "");
  CHECK_INT(w->code, 0);
}

TEST(a_version_is_told) {
  CHECK_STR(cp_version(), text("%d.%d.%d", CP_VERSION_MAJOR, CP_VERSION_MINOR, CP_VERSION_PATCH));
}

TEST(signals_have_names) {
  CHECK_STR(cp_signal_name(SIGTERM), "SIGTERM");
  CHECK_STR(cp_signal_name(SIGKILL), "SIGKILL");
  CHECK_STR(cp_signal_name(SIGCHLD), "SIGCHLD");
  CHECK(cp_signal_name(-1) == NULL);
  CHECK(cp_signal_name(10000) == NULL);
  CHECK_INT(cp_signal_number("SIGTERM"), SIGTERM);
  CHECK_INT(cp_signal_number("SIGUSR2"), SIGUSR2);
  CHECK_INT(cp_signal_number(""), UV_EINVAL);
  CHECK_INT(cp_signal_number("SIG"), UV_EINVAL);
  for (int number = 1; number < 32; number++) {
    CHECK_INT(cp_signal_number(cp_signal_name(number)), number);
  }
}
