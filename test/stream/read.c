/* SPDX-License-Identifier: MIT */
/* What a child writes arrives whole, in order, however it comes. */
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void check_spew(size_t length) {
  struct watch *w = ran_helper(CP_ARGS("spew", text("%zu", length)), NULL);
  check_pattern(&w->output[1], length);
  CHECK_INT(w->code, 0);
  CHECK(in_order(w, length ? "1:data 1:end 1:close close" : "1:end 1:close close"));
}

TEST(no_output_is_an_end_without_data) {
  check_spew(0);
}

TEST(one_byte_arrives) {
  check_spew(1);
}

TEST(output_of_just_a_pipe_arrives) {
  check_spew(65536);
}

TEST(output_of_a_pipe_and_one_byte_arrives) {
  check_spew(65537);
}

TEST(output_of_ten_megabytes_arrives) {
  check_spew(10 << 20);
}

TEST(output_through_a_socket_arrives) {
  struct watch *w = ran_helper(CP_ARGS("spew", "3000000"),
                               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_SOCKET) });
  check_pattern(&w->output[1], 3000000);
  w = ran_helper(CP_ARGS("spew", "3000000", "3"),
                 &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_PIPE, CP_PIPE) });
  check_pattern(&w->output[3], 3000000);
}

TEST(writes_of_one_byte_arrive_in_order) {
  struct watch *w = ran_helper(CP_ARGS("spew", "5000", "1", "1"), NULL);
  check_pattern(&w->output[1], 5000);
}

TEST(writes_of_odd_sizes_arrive_in_order) {
  struct watch *w = ran_helper(CP_ARGS("spew", "1000000", "1", "4097"), NULL);
  check_pattern(&w->output[1], 1000000);
}

TEST(stdout_and_stderr_flooded_at_once_both_arrive) {
  struct watch *w = ran_helper(CP_ARGS("flood", "4000000"), NULL);
  check_pattern(&w->output[1], 4000000);
  check_pattern(&w->output[2], 4000000);
  CHECK_INT(w->code, 0);
}

TEST(a_closed_stdout_ends_before_the_child_does) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("close", "1"), NULL));
  RUN_UNTIL(NULL, has_event(w, "1:close"));
  CHECK(in_order(w, "spawn 1:end 1:close"));
  CHECK(!w->has_exited);
  RUN_UNTIL(NULL, w->output[2].length == 6);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(a_paused_stream_gives_nothing_until_it_is_resumed) {
  struct watch *w = watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("spew", "3000000"), NULL)));
  cp_stream *out = cp_stdout(w->child);
  while (!w->has_closed) {
    size_t limit = w->output[1].length + 200000;
    RUN_UNTIL(NULL, w->has_closed || w->output[1].length >= limit);
    cp_pause(out);
    size_t length = w->output[1].length;
    run_idle(NULL);
    CHECK_INT(w->output[1].length, length);
    cp_resume(out);
  }
  check_pattern(&w->output[1], 3000000);
  cp_release(w->child);
}

static void pause_it(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) data, (void) length;
  ++*(int *) user;
  cp_pause(stream);
}

TEST(a_stream_paused_in_its_listener_gives_no_more) {
  int paused = 0;
  struct watch *w = watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("spew", "1000000"), NULL)));
  cp_on_data(cp_stdout(w->child), pause_it, &paused);
  while (w->output[1].length < 1000000) {
    int before = paused;
    RUN_UNTIL(NULL, paused > before);
    run_idle(NULL);
    CHECK_INT(paused, before + 1);
    cp_resume(cp_stdout(w->child));
  }
  watch_run(w);
  check_pattern(&w->output[1], 1000000);
  cp_release(w->child);
}

TEST(a_child_cannot_write_past_a_paused_stream) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  RUN_UNTIL(NULL, w->output[1].length > 500000);
  cp_pause(cp_stdout(w->child));
  size_t length = w->output[1].length;
  run_idle(NULL);
  CHECK_INT(w->output[1].length, length);
  cp_resume(cp_stdout(w->child));
  RUN_UNTIL(NULL, w->output[1].length > length + 500000);
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

static void destroy_it(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) data, (void) length, (void) user;
  cp_destroy(stream);
}

TEST(a_stream_may_be_destroyed_in_its_data_listener) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  cp_on_data(cp_stdout(w->child), destroy_it, NULL);
  watch_run(w);
  CHECK_INT(w->data_events[1], 1);
  CHECK(!has_event(w, "1:end"));
  CHECK(in_order(w, "1:data 1:close close"));
  CHECK_INT(w->signal, SIGPIPE);
}

TEST(a_stream_destroyed_at_once_closes_without_end) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  cp_destroy(cp_stdout(w->child));
  cp_destroy(cp_stdout(w->child));
  cp_destroy(cp_stderr(w->child));
  watch_run(w);
  CHECK(!has_event(w, "1:data"));
  CHECK(!has_event(w, "1:end"));
  CHECK(has_event(w, "1:close") && has_event(w, "2:close"));
  CHECK_INT(w->signal, SIGPIPE);
}

TEST(a_grandchild_does_not_hold_close_back_when_streams_are_destroyed) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("grandchild", "7"), NULL));
  int keep = dup(cp_stream_fd(cp_stdin(w->child)));
  RUN_UNTIL(NULL, w->has_exited);
  cp_destroy(cp_stdout(w->child));
  cp_destroy(cp_stderr(w->child));
  watch_run(w);
  CHECK_INT(w->code, 7);
  close(keep);
}

static size_t dropped;

static void count_dropped(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) user;
  dropped += length;
}

TEST(several_listeners_get_the_same_data) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("spew", "300000"), NULL));
  cp_on_data(cp_stdout(w->child), count_dropped, NULL);
  watch_run(w);
  check_pattern(&w->output[1], 300000);
  CHECK_INT(dropped, 300000);
}

TEST(a_stream_that_lost_its_last_listener_flows_on) {
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("spew", "1000000"), NULL);
  cp_listener listener = cp_on_data(cp_stdout(child), count_dropped, NULL);
  struct watch *w = watch_child_only(child);
  RUN_UNTIL(NULL, dropped > 0);
  cp_stream_off(cp_stdout(child), listener);
  size_t before = dropped;
  /* As in Node, taking the listener away does not pause: the rest is read and dropped. */
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_INT(dropped, before);
}

TEST(stdin_gives_no_data) {
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("cat"), NULL);
  CHECK_INT(cp_on_data(cp_stdin(child), count_dropped, NULL), 0);
  cp_end(cp_stdin(child));
  CHECK_INT(cp_run(NULL), 0);
}
