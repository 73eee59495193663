/* SPDX-License-Identifier: MIT */
/* Rule 2: listeners run from the loop, in order, and may do anything. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static bool inside_a_call;
static int calls_back;

/* A call that must not call back by itself. */
#define QUIET(call) (inside_a_call = true, (void) (call), inside_a_call = false)

static void loud_child(cp_child *child, void *user) {
  (void) child, (void) user;
  CHECK(!inside_a_call);
  calls_back++;
}

static void loud_exit(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  loud_child(child, user);
}

static void loud_error(cp_child *child, const cp_error *error, void *user) {
  (void) error;
  loud_child(child, user);
}

static void loud_stream(cp_stream *stream, void *user) {
  (void) stream, (void) user;
  CHECK(!inside_a_call);
  calls_back++;
}

static void loud_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) data, (void) length;
  loud_stream(stream, user);
}

static void loud_stream_error(cp_stream *stream, const cp_error *error, void *user) {
  (void) error;
  loud_stream(stream, user);
}

static void listen_loudly(cp_child *child) {
  QUIET(cp_on_spawn(child, loud_child, NULL));
  QUIET(cp_on_error(child, loud_error, NULL));
  QUIET(cp_on_exit(child, loud_exit, NULL));
  QUIET(cp_on_close(child, loud_exit, NULL));
  for (int slot = 0; slot < 3; slot++) {
    cp_stream *stream = cp_stdio(child, slot);
    QUIET(cp_on_data(stream, loud_data, NULL));
    QUIET(cp_on_end(stream, loud_stream, NULL));
    QUIET(cp_on_drain(stream, loud_stream, NULL));
    QUIET(cp_on_stream_error(stream, loud_stream_error, NULL));
    QUIET(cp_on_stream_close(stream, loud_stream, NULL));
  }
}

TEST(rule_2_no_listener_runs_inside_the_call_that_caused_it) {
  char *data = test_alloc(500000);
  cp_abort *abort = cp_abort_new();
  inside_a_call = true;
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("ready"), &(cp_options){ .abort = abort });
  inside_a_call = false;
  listen_loudly(child);
  QUIET(cp_write(cp_stdin(child), data, 500000));
  QUIET(cp_pause(cp_stdout(child)));
  QUIET(cp_resume(cp_stdout(child)));
  QUIET(cp_end(cp_stdin(child)));
  QUIET(cp_destroy(cp_stdin(child)));
  QUIET(cp_destroy(cp_stdout(child)));
  QUIET(cp_unref(child));
  QUIET(cp_ref(child));
  QUIET(cp_kill(child, SIGKILL));
  QUIET(cp_abort_trigger(abort));
  CHECK_INT(calls_back, 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(calls_back > 0);
  cp_abort_free(abort);
}

TEST(rule_2_a_failed_start_does_not_call_back_early) {
  inside_a_call = true;
  cp_child *child = cp_spawn("/no/such/program", NULL, NULL);
  inside_a_call = false;
  listen_loudly(child);
  CHECK_INT(calls_back, 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(calls_back > 0);
}

TEST(rule_2_abandoning_does_not_call_back_early) {
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("sleep"), NULL);
  int pid = cp_pid(child);
  listen_loudly(child);
  QUIET(cp_abandon(child));
  QUIET(cp_shutdown(NULL));
  CHECK_INT(calls_back, 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(calls_back > 0);
  CHECK_INT(kill(pid, SIGKILL), 0);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
}

TEST(rule_2_an_abort_already_triggered_does_not_call_back_early) {
  cp_abort *abort = cp_abort_new();
  cp_abort_trigger(abort);
  inside_a_call = true;
  cp_child *child = cp_spawn(test_tiny(), NULL, &(cp_options){ .abort = abort });
  inside_a_call = false;
  listen_loudly(child);
  CHECK_INT(calls_back, 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(calls_back > 0);
  cp_abort_free(abort);
}

/* What order_* listeners were called, by their letters. */
static char order[64];

static void letter(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  strncat(order, user, 1);
}

TEST(rule_2_listeners_run_in_the_order_in_which_they_were_added) {
  cp_child *child = cp_spawn(test_tiny(), NULL, NULL);
  char names[] = "abcdefgh";
  for (char *name = names; *name; name++) cp_on_exit(child, letter, name);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order, "abcdefgh");
}

TEST(rule_2_a_removed_listener_is_not_called) {
  cp_child *child = cp_spawn(test_tiny(), NULL, NULL);
  cp_on_exit(child, letter, (char[]){ "a" });
  cp_listener second = cp_on_exit(child, letter, (char[]){ "b" });
  cp_on_exit(child, letter, (char[]){ "c" });
  cp_off(child, second);
  cp_off(child, second);
  cp_off(child, 0);
  cp_off(child, 987654321);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order, "ac");
}

static cp_listener listeners[4];

static void remove_listener(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  strncat(order, "r", 2);
  cp_off(child, listeners[*(int *) user]);
}

static void remove_one_of_three(int which, const char *expected) {
  cp_child *child = cp_spawn(test_tiny(), NULL, NULL);
  listeners[0] = cp_on_exit(child, letter, (char[]){ "a" });
  listeners[1] = cp_on_exit(child, remove_listener, &which);
  listeners[2] = cp_on_exit(child, letter, (char[]){ "c" });
  listeners[3] = cp_on_exit(child, letter, (char[]){ "d" });
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order, expected);
}

TEST(rule_2_a_listener_may_remove_itself) {
  remove_one_of_three(1, "arcd");
}

TEST(rule_2_a_listener_removed_by_the_one_before_is_not_called) {
  remove_one_of_three(2, "ard");
}

TEST(rule_2_the_last_listener_removed_while_emitting_is_not_called) {
  remove_one_of_three(3, "arc");
}

TEST(rule_2_a_listener_may_remove_one_that_was_called_already) {
  remove_one_of_three(0, "arcd");
}

static size_t first_data, late_data;

static void on_late_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) user;
  late_data += length;
}

static void on_first_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) data;
  if (first_data == 0) {
    first_data = length;
    CHECK(cp_on_data(stream, on_late_data, NULL) != 0);
    /* The rest comes only after this, so there is a next event. */
    CHECK_INT(cp_write(cp_stdin(user), "second", 6), 0);
    CHECK_INT(cp_end(cp_stdin(user)), 0);
  }
}

TEST(rule_2_a_listener_added_while_emitting_is_called_from_the_next_event_on) {
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("cat"), NULL);
  cp_on_data(cp_stdout(child), on_first_data, child);
  CHECK_INT(cp_write(cp_stdin(child), "one", 3), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(first_data, 3);
  CHECK_INT(late_data, 6);
}

static void count_up(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  ++*(int *) user;
}

static void add_another_exit(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  cp_on_exit(child, count_up, user);
}

TEST(rule_2_a_listener_of_the_event_under_way_is_not_called_for_it) {
  int count = 0;
  cp_child *child = cp_spawn(test_tiny(), NULL, NULL);
  cp_on_exit(child, add_another_exit, &count);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(count, 0);
}

static void removes_and_reads(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) data, (void) length;
  cp_stream_off(stream, *(cp_listener *) user);
  *(cp_listener *) user = 0;
  first_data++;
}

TEST(rule_2_a_stream_listener_may_remove_itself) {
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("spew", "300000"), NULL);
  cp_listener only_once = cp_on_data(cp_stdout(child), removes_and_reads, &only_once);
  cp_on_data(cp_stdout(child), on_late_data, NULL);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(first_data, 1);
  CHECK_INT(late_data, 300000);
}

static void add_spent_ones(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  CHECK_INT(cp_on_spawn(child, loud_child, NULL), 0);
  CHECK_INT(cp_on_exit(child, loud_exit, NULL), 0);
  for (int slot = 0; slot < 3; slot++) {
    cp_stream *stream = cp_stdio(child, slot);
    CHECK_INT(cp_on_data(stream, loud_data, NULL), 0);
    CHECK_INT(cp_on_end(stream, loud_stream, NULL), 0);
    CHECK_INT(cp_on_drain(stream, loud_stream, NULL), 0);
    CHECK_INT(cp_on_stream_error(stream, loud_stream_error, NULL), 0);
    CHECK_INT(cp_on_stream_close(stream, loud_stream, NULL), 0);
  }
  ++*(int *) user;
}

TEST(rule_2_adding_a_listener_for_an_event_that_is_over_returns_0) {
  int closed = 0;
  cp_child *child = cp_hold(cp_spawn(test_tiny(), NULL, NULL));
  cp_on_close(child, add_spent_ones, &closed);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(closed, 1);
  CHECK_INT(cp_on_close(child, loud_exit, NULL), 0);
  CHECK_INT(cp_on_error(child, loud_error, NULL), 0);
  cp_release(child);
}

TEST(rule_2_a_failed_start_takes_no_listener_for_spawn_and_exit) {
  cp_child *child = cp_spawn("/no/such/program", NULL, NULL);
  CHECK_INT(cp_on_spawn(child, loud_child, NULL), 0);
  CHECK_INT(cp_on_exit(child, loud_exit, NULL), 0);
  CHECK(cp_on_error(child, loud_error, NULL) != 0);
  CHECK(cp_on_close(child, loud_exit, NULL) != 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(calls_back, 2);
}

static int generations;

static void call_everything(cp_child *child, int code, int signal, void *user);

static void start_next(cp_child *child, void *user) {
  (void) child;
  if (generations++ == 3) return;
  cp_child *next = cp_spawn(test_tiny(), NULL, NULL);
  CHECK(next != NULL);
  CHECK(cp_on_spawn(next, start_next, user) != 0);
  CHECK(cp_on_exit(next, call_everything, user) != 0);
  CHECK(cp_on_close(next, call_everything, user) != 0);
}

static void call_everything(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  CHECK_INT(cp_run(NULL), UV_EBUSY);
  CHECK_INT(cp_kill(child, 0), UV_ESRCH);
  cp_unref(child);
  cp_ref(child);
  cp_release(cp_hold(child));
  for (int slot = 0; slot < 3; slot++) {
    cp_stream *stream = cp_stdio(child, slot);
    cp_pause(stream);
    cp_resume(stream);
    CHECK(cp_write(stream, "x", 1) <= CP_FULL);
    (void) cp_end(stream);
    cp_destroy(stream);
    CHECK_INT(cp_stream_take_fd(stream) < 0, 1);
  }
  cp_abandon(child);
  ++*(int *) user;
}

TEST(rule_2_inside_a_listener_any_function_may_be_called) {
  int called = 0;
  start_next(NULL, &called);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(generations, 4);
  CHECK_INT(called, 6);
}
