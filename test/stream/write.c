/* SPDX-License-Identifier: MIT */
/* What is written to a child arrives; a queue, and a child that does not read. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "helper/pattern.h"
#include "support/system.h"
#include "support/watch.h"

static char *pattern(size_t length) {
  char *data = test_alloc(length);
  for (size_t i = 0; i < length; i++) data[i] = (char) pattern_byte(i);
  return data;
}

TEST(ten_megabytes_through_cat_are_equal) {
  size_t length = 10 << 20;
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), pattern(length), length), CP_FULL);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  check_pattern(&w->output[1], length);
  CHECK_INT(w->code, 0);
}

struct feed {
  const char *data;
  size_t next, length, drains;
};

static void feed(cp_stream *in, void *user) {
  struct feed *it = user;
  it->drains++;
  while (it->next < it->length) {
    size_t chunk = it->length - it->next < 10000 ? it->length - it->next : 10000;
    int r = cp_write(in, it->data + it->next, chunk);
    CHECK(r == 0 || r == CP_FULL);
    it->next += chunk;
    if (r == CP_FULL) return;
  }
  cp_end(in);
}

TEST(drain_comes_when_all_that_was_written_has_left) {
  struct feed it = { pattern(2000000), 0, 2000000, 0 };
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK(cp_on_drain(cp_stdin(w->child), feed, &it) != 0);
  CHECK_INT(cp_kill(w->child, SIGSTOP), 0);
  feed(cp_stdin(w->child), &it);
  CHECK(it.next < it.length);
  run_idle(NULL);
  CHECK_INT(it.drains, 1);
  CHECK_INT(cp_kill(w->child, SIGCONT), 0);
  watch_run(w);
  check_pattern(&w->output[1], it.length);
  CHECK(it.drains > 1);
}

TEST(full_is_told_once_more_than_64_kib_wait) {
  /* Nobody reads: what waits is what was written less what lies in the pipe. */
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  cp_stream *in = cp_stdin(w->child);
  int capacity = fcntl(cp_stream_fd(in), F_GETPIPE_SZ);
  int total = 0;
  int r = 0;
  CHECK(capacity > 0);
  for (; r == 0; total += 1024) {
    r = cp_write(in, string_of('x', 1024), 1024);
    run_idle(NULL);
    CHECK(total <= capacity + 65536 + 1024);
  }
  CHECK_INT(r, CP_FULL);
  CHECK(total > 65536);
  CHECK(!has_event(w, "0:drain"));
  CHECK_INT(cp_write(in, "y", 1), CP_FULL);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(many_small_writes_arrive_in_order) {
  char *data = pattern(200000);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  for (size_t i = 0; i < 200000;) {
    size_t chunk = 1 + i % 37;
    if (chunk > 200000 - i) chunk = 200000 - i;
    CHECK(cp_write(cp_stdin(w->child), data + i, chunk) >= 0);
    i += chunk;
  }
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  check_pattern(&w->output[1], 200000);
}

TEST(end_without_a_write_is_end_of_file) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK(in_order(w, "spawn 0:close close"));
}

TEST(after_end_nothing_can_be_written) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), "x", 1), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  CHECK(cp_write(cp_stdin(w->child), "y", 1) < 0);
  CHECK(cp_last_error() != NULL);
  (void) cp_end(cp_stdin(w->child));
  watch_run(w);
  CHECK_STR(output_of(w, 1), "x");
}

TEST(stdout_cannot_be_written) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK(cp_write(cp_stdout(w->child), "x", 1) < 0);
  CHECK(cp_end(cp_stdout(w->child)) < 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(a_socket_is_written_and_read_at_once) {
  size_t length = 2000000;
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("echo-fd", "3"),
               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_SOCKET) }));
  CHECK_INT(cp_write(cp_stdio(w->child, 3), pattern(length), length), CP_FULL);
  CHECK_INT(cp_end(cp_stdio(w->child, 3)), 0);
  watch_run(w);
  check_pattern(&w->output[3], length);
  CHECK_INT(w->code, 0);
}

TEST(destroying_stdin_drops_what_waits) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), pattern(500000), 500000), CP_FULL);
  RUN_UNTIL(NULL, w->output[1].length == 6);
  cp_destroy(cp_stdin(w->child));
  CHECK(cp_write(cp_stdin(w->child), "x", 1) < 0);
  RUN_UNTIL(NULL, has_event(w, "0:close"));
  CHECK(!has_event(w, "0:drain"));
  CHECK(!has_event(w, "0:error"));
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(stdin_closes_when_the_child_closes_its_end) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("close", "0"), NULL));
  RUN_UNTIL(NULL, has_event(w, "0:close"));
  CHECK(!w->has_exited);
  CHECK(!has_event(w, "0:error"));
  CHECK_INT(cp_write(cp_stdin(w->child), "x", 1), UV_EPIPE);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

/* A child that has closed its standard input, and more than a pipe holds on its way there. */
static void write_to_deaf(void) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("close", "0"), NULL));
  CHECK(cp_write(cp_stdin(w->child), pattern(1000000), 1000000) >= 0);
  RUN_UNTIL(NULL, has_event(w, "0:close"));
  CHECK(in_order(w, "spawn 0:error 0:close"));
  CHECK_INT(w->stream_error->number, UV_EPIPE);
  CHECK_STR(w->stream_error->code, "EPIPE");
  CHECK_STR(w->stream_error->syscall, "write");
  CHECK_STR(w->stream_error->message, "write EPIPE");
  CHECK(!w->has_exited);
  CHECK(w->error == NULL);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(a_child_that_reads_no_more_is_an_error_of_the_stream) {
  write_to_deaf();
}

static int pipe_signals;

static void count_pipe_signal(int number) {
  (void) number;
  pipe_signals++;
}

TEST(no_sigpipe_reaches_a_handler) {
  signal(SIGPIPE, count_pipe_signal);
  write_to_deaf();
  CHECK_INT(pipe_signals, 0);
  CHECK(signal(SIGPIPE, SIG_DFL) == count_pipe_signal);
}

static bool sigpipe_is_pending(void) {
  sigset_t pending;
  CHECK_INT(sigpending(&pending), 0);
  return sigismember(&pending, SIGPIPE);
}

static void block_sigpipe(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  CHECK_INT(sigprocmask(SIG_BLOCK, &set, NULL), 0);
}

TEST(no_sigpipe_is_left_pending_where_it_is_blocked) {
  block_sigpipe();
  write_to_deaf();
  CHECK(!sigpipe_is_pending());
}

TEST(a_sigpipe_that_was_pending_stays_pending) {
  block_sigpipe();
  CHECK_INT(raise(SIGPIPE), 0);
  write_to_deaf();
  CHECK(sigpipe_is_pending());
  /* And is not doubled: taken once, it is gone. */
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  CHECK_INT(sigtimedwait(&set, NULL, &(struct timespec){ 0, 0 }), SIGPIPE);
  CHECK(!sigpipe_is_pending());
}

TEST(a_socket_whose_other_end_is_gone_is_an_error_without_signal) {
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("close", "3"),
                     &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_PIPE, CP_SOCKET) }));
  CHECK(cp_write(cp_stdio(w->child, 3), pattern(1000000), 1000000) >= 0);
  RUN_UNTIL(NULL, has_event(w, "3:close"));
  CHECK(has_event(w, "3:error"));
  CHECK(w->stream_error->number == UV_EPIPE || w->stream_error->number == UV_ECONNRESET);
  CHECK(!w->has_exited);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(what_waits_when_the_child_dies_is_no_leak) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), pattern(3000000), 3000000), CP_FULL);
  RUN_UNTIL(NULL, w->output[1].length == 6);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
  CHECK(!has_event(w, "0:drain"));
}

TEST(a_stopped_reader_gets_everything_once_it_goes_on) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_kill(w->child, SIGSTOP), 0);
  CHECK_INT(cp_write(cp_stdin(w->child), pattern(700000), 700000), CP_FULL);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  run_idle(NULL);
  CHECK_INT(cp_kill(w->child, SIGCONT), 0);
  watch_run(w);
  check_pattern(&w->output[1], 700000);
}
