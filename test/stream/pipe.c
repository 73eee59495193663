/* SPDX-License-Identifier: MIT */
/* cp_pipe(): from one stream into another. */
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

TEST(one_child_is_piped_into_another) {
  struct watch *from = watch_child_only(cp_spawn(test_helper(), CP_ARGS("spew", "3000000"), NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  check_pattern(&to->output[1], 3000000);
  CHECK_INT(from->code, 0);
  CHECK_INT(to->code, 0);
}

TEST(three_children_in_a_row) {
  struct watch *from = watch_child_only(cp_spawn(test_helper(), CP_ARGS("spew", "500000"), NULL));
  struct watch *middle = watch_child_only(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(middle->child)), 0);
  CHECK_INT(cp_pipe(cp_stdout(middle->child), cp_stdin(to->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  check_pattern(&to->output[1], 500000);
  CHECK_INT(middle->code, 0);
}

TEST(the_end_of_an_empty_pipe_propagates) {
  struct watch *from = watch_child_only(cp_spawn(test_helper(), CP_ARGS("exit", "0"), NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(output_of(to, 1), "");
  CHECK_INT(to->code, 0);
}

TEST(when_the_reader_closes_the_writer_gets_epipe) {
  struct watch *from = watch_child_only(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("head", "10"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(output_of(to, 1), "yyyyyyyyyy");
  CHECK_INT(to->code, 0);
  CHECK_INT(from->signal, SIGPIPE);
}

TEST(a_destroyed_reader_destroys_the_writer) {
  struct watch *from = watch_child_only(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  RUN_UNTIL(NULL, to->output[1].length > 0);
  cp_destroy(cp_stdin(to->child));
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(from->signal, SIGPIPE);
  CHECK_INT(to->code, 0);
}

TEST(a_slow_reader_slows_the_writer) {
  struct watch *from = watch(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  RUN_UNTIL(NULL, to->output[1].length == 6);
  run_idle(NULL);
  size_t length = from->output[1].length;
  run_idle(NULL);
  CHECK_INT(from->output[1].length, length);
  CHECK(length < 4 << 20);
  cp_kill(to->child, SIGKILL);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(from->signal, SIGPIPE);
}

TEST(a_piped_stream_may_be_listened_to) {
  struct watch *from = watch(cp_spawn(test_helper(), CP_ARGS("spew", "300000"), NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  check_pattern(&from->output[1], 300000);
  check_pattern(&to->output[1], 300000);
}

TEST(a_child_may_be_piped_into_itself) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("head", "5"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(w->child), cp_stdin(w->child)), 0);
  CHECK_INT(cp_write(cp_stdin(w->child), "12345", 5), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "12345");
  CHECK_INT(w->code, 0);
}

TEST(a_socket_is_piped) {
  cp_options options = { .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_SOCKET) };
  struct watch *from =
      watch_child_only(cp_spawn(test_helper(), CP_ARGS("spew", "300000", "3"), &options));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("echo-fd", "3"), &options));
  CHECK_INT(cp_pipe(cp_stdio(from->child, 3), cp_stdio(to->child, 3)), 0);
  CHECK_INT(cp_run(NULL), 0);
  check_pattern(&to->output[3], 300000);
}

TEST(what_cannot_be_piped_is_refused) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  struct watch *a = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  struct watch *b = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  struct watch *c = watch(cp_spawn(test_helper(), CP_ARGS("cat"), &(cp_options){ .loop = &loop }));
  c->loop = &loop;
  CHECK_INT(cp_pipe(NULL, cp_stdin(b->child)), UV_EINVAL);
  CHECK_INT(cp_pipe(cp_stdout(a->child), NULL), UV_EINVAL);
  CHECK_INT(cp_pipe(cp_stdout(a->child), cp_stdin(c->child)), UV_EINVAL);
  CHECK_INT(cp_pipe(cp_stdin(a->child), cp_stdin(b->child)), UV_EINVAL);
  CHECK_INT(cp_pipe(cp_stdout(a->child), cp_stdout(b->child)), UV_EINVAL);
  CHECK_INT(cp_pipe(cp_stdout(a->child), cp_stdin(b->child)), 0);
  CHECK_INT(cp_pipe(cp_stdout(a->child), cp_stdin(b->child)), UV_EINVAL);
  CHECK(cp_last_error() != NULL);
  cp_end(cp_stdin(a->child));
  cp_end(cp_stdin(c->child));
  CHECK_INT(cp_run(NULL), 0);
  watch_run(c);
  CHECK(a->has_closed && b->has_closed);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(a_pipe_from_a_start_that_failed_ends_the_reader) {
  struct watch *from = watch_child_only(cp_spawn("/no/such/program", NULL, NULL));
  struct watch *to = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(to->code, 0);
}

TEST(a_pipe_into_a_start_that_failed_destroys_the_writer) {
  struct watch *from = watch_child_only(cp_spawn(test_helper(), CP_ARGS("endless"), NULL));
  struct watch *to = watch(cp_spawn("/no/such/program", NULL, NULL));
  CHECK_INT(cp_pipe(cp_stdout(from->child), cp_stdin(to->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(from->signal, SIGPIPE);
}
