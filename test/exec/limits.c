/* SPDX-License-Identifier: MIT */
/*
 * timeout_ms, max_buffer and kill_signal, in all five ways. Where we are not as Node is, the test
 * says so: we tell a timeout by ETIMEDOUT and too much output by ENOBUFS in exec, too, cut at the
 * byte, and count each stream for itself.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "finished.h"
#include "support/system.h"

/* Long enough for the helper to be what it is to be, also in a slow build. */
enum { SHORT_MS = 300 };

static void check_timed_out(const struct finished *f) {
  CHECK(f->error != NULL);
  CHECK_INT(f->error->number, UV_ETIMEDOUT);
  CHECK_STR(f->error->code, "ETIMEDOUT");
  CHECK_STR(f->error->name, "Error");
}

TEST(a_timeout_kills_by_sigterm_and_is_etimedout) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("sleep"), &(cp_options){ .timeout_ms = 50 });
    check_timed_out(f);
    CHECK_INT(f->code, -1);
    CHECK_INT(f->signal, SIGTERM);
    CHECK_INT(f->error->signal, SIGTERM);
    CHECK(f->error->killed);
    CHECK(f->usage.elapsed_us >= 50000);
  }
}

TEST(the_message_of_a_timeout_is_nodes) {
  cp_options options = { .timeout_ms = SHORT_MS };
  struct finished *f = finished(EXEC, "echo why >&2; exec sleep 60", NULL, &options);
  check_timed_out(f);
  CHECK_STR(f->error->message, "Command failed: echo why >&2; exec sleep 60\nwhy\n");
  f = finished_helper(SPAWN_SYNC, CP_ARGS("sleep"), &options);
  CHECK_STR(f->error->message, text("spawnSync %s ETIMEDOUT", test_helper()));
  CHECK_STR(f->error->syscall, text("spawnSync %s", test_helper()));
  CHECK_STR(f->error->path, test_helper());
  CHECK_STR(f->error->spawn_args[0], "sleep");
}

TEST(what_came_before_a_timeout_is_there) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f =
        finished_helper(way, CP_ARGS("ready"), &(cp_options){ .timeout_ms = SHORT_MS });
    check_timed_out(f);
    check_text(&f->out, "ready\n");
  }
}

TEST(a_timeout_that_does_not_strike_changes_nothing) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f =
        finished_helper(way, CP_ARGS("echo", "x"), &(cp_options){ .timeout_ms = 60000 });
    check_well(f);
    CHECK(f->usage.elapsed_us < 60000000);
  }
}

TEST(timeouts_beyond_all_clocks_are_no_trouble) {
  const uint64_t far[] = { UINT64_MAX, UINT64_MAX / 1000000, INT64_MAX, UINT64_C(1) << 32 };
  for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
    for (enum way way = 0; way < WAYS; way++)
      check_well(finished_helper(way, CP_ARGS("exit", "0"), &(cp_options){ .timeout_ms = far[i] }));
  }
}

/* Node's exec() says nothing of a timeout here, since the shell ended well. */
TEST(a_timeout_ends_the_waiting_for_a_grandchild_and_is_an_error) {
  for (enum way way = 0; way < WAYS; way++) {
    int hold[2];
    CHECK_INT(pipe2(hold, O_CLOEXEC), 0);
    cp_options options = { .timeout_ms = SHORT_MS, .stdio = CP_STDIO(hold[0], CP_PIPE, CP_PIPE) };
    struct finished *f = finished_helper(way, CP_ARGS("grandchild", "0"), &options);
    check_timed_out(f);
    CHECK_INT(f->code, 0);
    CHECK_INT(f->signal, 0);
    /* It is still there and lets go now; to write "late" is its end. */
    close(hold[0]);
    close(hold[1]);
  }
}

static void kill_now(cp_child *child, const cp_error *error, void *user) {
  cp_error **place = user;
  CHECK(*place == NULL);
  *place = cp_error_copy(error);
  CHECK(!cp_exited(child));
  CHECK(cp_killed(child));
  CHECK_INT(cp_kill(child, SIGKILL), 0);
}

/* By max_buffer, which strikes when the helper has said that it ignores SIGTERM. */
TEST(a_child_that_ignores_the_signal_is_waited_for_and_error_tells_of_the_strike) {
  for (enum way way = EXEC; way <= EXEC_FILE; way++) {
    cp_error *told = NULL;
    cp_options options = { .max_buffer = 3 };
    struct finished *f = started(
        way, way == EXEC ? command_of(way, test_helper(), CP_ARGS("ignore-term")) : test_helper(),
        way == EXEC ? NULL : CP_ARGS("ignore-term"), &options, true);
    cp_on_error(f->child, kill_now, &told);
    finish(f);
    CHECK(told != NULL);
    CHECK_INT(told->number, UV_ENOBUFS);
    cp_error_free(told);
    CHECK_INT(f->signal, SIGKILL);
    CHECK_INT(f->error->number, UV_ENOBUFS);
    check_text(&f->out, "rea");
    CHECK(in_order(f->watch, "spawn error 1:close exit close"));
  }
}

TEST(the_error_event_of_a_timeout_comes_when_it_strikes) {
  cp_options options = { .timeout_ms = SHORT_MS };
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("ignore-term"), &options, true);
  RUN_UNTIL(NULL, has_event(f->watch, "error"));
  CHECK_INT(f->watch->error->number, UV_ETIMEDOUT);
  CHECK(f->watch->error->killed);
  CHECK(cp_timed_out(f->child));
  if (f->watch->output[1].length > 0) {
    CHECK(!f->watch->has_exited);
    CHECK_INT(f->done, 0);
  }
  cp_kill(f->child, SIGKILL);
  finish(f);
  check_timed_out(f);
}

TEST(the_kill_signal_is_that_of_the_options) {
  for (enum way way = 0; way < WAYS; way++) {
    cp_options options = { .timeout_ms = 50, .kill_signal = SIGKILL };
    struct finished *f = finished_helper(way, CP_ARGS("ignore-term"), &options);
    check_timed_out(f);
    CHECK_INT(f->signal, SIGKILL);
    options = (cp_options){ .max_buffer = 3, .kill_signal = SIGUSR2 };
    f = finished_helper(way, CP_ARGS("ignore-term"), &options);
    CHECK_INT(f->error->number, UV_ENOBUFS);
    CHECK_INT(f->signal, SIGUSR2);
  }
}

TEST(a_child_that_ends_well_on_the_signal_timed_out_all_the_same) {
  for (enum way way = 0; way < WAYS; way++) {
    cp_options options = { .max_buffer = 3 };
    struct finished *f = finished_helper(way, CP_ARGS("exit-on-term", "0"), &options);
    CHECK_INT(f->code, 0);
    CHECK_INT(f->signal, 0);
    CHECK_INT(f->error->number, UV_ENOBUFS);
  }
}

/* Node cuts strings at the character in exec(), and not at all in the blocking calls. */
TEST(max_buffer_is_exact_on_each_stream) {
  for (enum way way = 0; way < WAYS; way++) {
    for (int fd = 1; fd <= 2; fd++) {
      const char *const *args = CP_ARGS("spew", "100000", fd == 1 ? "1" : "2");
      struct finished *f = finished_helper(way, args, &(cp_options){ .max_buffer = 100000 });
      check_well(f);
      check_pattern(&f->output[fd], 100000);
      f = finished_helper(way, args, &(cp_options){ .max_buffer = 99999 });
      CHECK_INT(f->error->number, UV_ENOBUFS);
      CHECK_STR(f->error->code, "ENOBUFS");
      check_pattern(&f->output[fd], 99999);
      CHECK_INT(f->output[3 - fd].length, 0);
    }
  }
}

TEST(max_buffer_of_one_byte_is_possible) {
  for (enum way way = 0; way < WAYS; way++) {
    check_well(finished_helper(way, CP_ARGS("both", "a", "b"), &(cp_options){ .max_buffer = 1 }));
    struct finished *f =
        finished_helper(way, CP_ARGS("both", "", "bc"), &(cp_options){ .max_buffer = 1 });
    CHECK_INT(f->error->number, UV_ENOBUFS);
    check_text(&f->err, "b");
  }
}

TEST(the_error_of_max_buffer_is_nodes_with_another_code) {
  cp_options options = { .max_buffer = 3 };
  struct finished *f = finished(EXEC, "echo text", NULL, &options);
  CHECK_STR(f->error->name, "RangeError");
  CHECK_STR(f->error->message, "stdout maxBuffer length exceeded");
  CHECK_STR(f->error->command, "echo text");
  f = finished(EXEC, "echo text >&2", NULL, &options);
  CHECK_STR(f->error->message, "stderr maxBuffer length exceeded");
  f = finished_helper(EXEC_FILE_SYNC, CP_ARGS("echo", "text"), &options);
  CHECK_STR(f->error->message, text("spawnSync %s ENOBUFS", test_helper()));
}

/* Node's blocking calls count all streams together. */
TEST(max_buffer_counts_each_stream_for_itself) {
  for (enum way way = 0; way < WAYS; way++) {
    cp_options options = { .max_buffer = 6 };
    struct finished *f = finished_helper(way, CP_ARGS("both", "123456", "abcdef"), &options);
    check_well(f);
    check_text(&f->out, "123456");
    check_text(&f->err, "abcdef");
  }
}

/* Node's exec() takes 0 as "nothing at all", its blocking calls as "no limit". */
TEST(a_max_buffer_of_zero_is_one_mebibyte) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("spew", "1048576"), NULL);
    check_well(f);
    check_pattern(&f->out, 1048576);
    f = finished_helper(way, CP_ARGS("spew", "1048577"), NULL);
    CHECK_INT(f->error->number, UV_ENOBUFS);
    check_pattern(&f->out, 1048576);
  }
}

TEST(an_unlimited_buffer_takes_what_comes) {
  const size_t limits[] = { CP_UNLIMITED, CP_UNLIMITED - 1, SIZE_MAX / 2 };
  for (enum way way = 0; way < WAYS; way++) {
    cp_options options = { .max_buffer = limits[way % 3] };
    struct finished *f = finished_helper(way, CP_ARGS("spew", "5000000"), &options);
    check_well(f);
    check_pattern(&f->out, 5000000);
  }
}

TEST(too_much_output_of_a_child_that_never_ends_ends_it) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("endless"), NULL);
    CHECK_INT(f->error->number, UV_ENOBUFS);
    CHECK(f->signal == SIGTERM || f->signal == SIGPIPE || f->code == 1);
    CHECK_INT(f->out.length, 1048576);
  }
}

TEST(the_limits_of_spawn_leave_its_streams_alone) {
  struct watch *w = ran_helper(CP_ARGS("ready"), &(cp_options){ .timeout_ms = SHORT_MS });
  CHECK_INT(w->signal, SIGTERM);
  CHECK_STR(output_of(w, 1), "ready\n");
  CHECK(in_order(w, "spawn 1:data 1:end 1:close close"));
  CHECK(!has_event(w, "error"));
}
