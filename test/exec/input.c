/* SPDX-License-Identifier: MIT */
/* options.input: written to stdin, which then ends. */
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "finished.h"
#include "helper/pattern.h"
#include "support/system.h"

static cp_bytes pattern(size_t length) {
  char *data = test_alloc(length + 1);
  for (size_t i = 0; i < length; i++) data[i] = (char) pattern_byte(i);
  return (cp_bytes){ data, length };
}

TEST(input_is_written_and_then_ends) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f =
        finished_helper(way, CP_ARGS("cat"), &(cp_options){ .input = { "text", 4 } });
    check_well(f);
    check_text(&f->out, "text");
  }
}

TEST(input_may_be_empty) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("cat"), &(cp_options){ .input = { "", 0 } });
    check_well(f);
    CHECK_INT(f->out.length, 0);
  }
}

TEST(input_may_hold_zero_bytes) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f =
        finished_helper(way, CP_ARGS("cat"), &(cp_options){ .input = { "a\0b\0", 4 } });
    check_well(f);
    CHECK_MEM(f->out.data, f->out.length, "a\0b\0", 4);
  }
}

TEST(ten_megabytes_go_through_cat) {
  enum { LENGTH = 10 * 1000 * 1000 };
  cp_options options = { .input = pattern(LENGTH), .max_buffer = CP_UNLIMITED };
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("cat"), &options);
    check_well(f);
    check_pattern(&f->out, LENGTH);
  }
}

TEST(input_goes_through_a_socket_as_well) {
  cp_options options = { .input = pattern(300000),
                         .stdio = CP_STDIO(CP_SOCKET, CP_SOCKET, CP_PIPE) };
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("cat"), &options);
    check_well(f);
    check_pattern(&f->out, 300000);
  }
}

TEST(exec_copies_its_input) {
  char data[] = "text";
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("cat"),
                               &(cp_options){ .input = { data, 4 } }, true);
  memset(data, 'x', sizeof data);
  finish(f);
  check_text(&f->out, "text");
}

/* Node's blocking calls tell EPIPE here, its exec() emits it on stdin. */
TEST(a_child_that_does_not_read_its_input_may_end_well) {
  cp_options options = { .input = pattern(1000000) };
  for (enum way way = 0; way < WAYS; way++) {
    check_well(finished(way, test_tiny(), NULL, &options));
    struct finished *f = finished_helper(way, CP_ARGS("head", "5"), &options);
    check_well(f);
    CHECK_MEM(f->out.data, f->out.length, options.input.data, 5);
  }
}

TEST(a_child_that_closes_its_stdin_at_once_may_end_well) {
  cp_options options = { .input = pattern(1000000) };
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_line(way, "exec <&-; echo closed", &options);
    check_well(f);
    check_text(&f->out, "closed\n");
  }
}

TEST(input_that_is_not_read_changes_no_failure) {
  cp_options options = { .input = pattern(1000000) };
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("exit", "4"), &options);
    CHECK_INT(f->code, 4);
    CHECK_INT(f->error != NULL, is_exec(way));
    if (f->error) CHECK_INT(f->error->number, 0);
  }
}

TEST(the_end_of_an_unread_input_is_no_error_event_of_the_child) {
  struct finished *f =
      finished(EXEC_FILE, test_tiny(), NULL, &(cp_options){ .input = pattern(1000000) });
  check_well(f);
  CHECK(!has_event(f->watch, "error"));
}

TEST(without_input_a_blocking_call_gives_end_of_file) {
  for (enum way way = SPAWN_SYNC; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("cat"), NULL);
    check_well(f);
    CHECK_INT(f->out.length, 0);
  }
}

TEST(a_child_that_never_reads_is_ended_by_its_timeout) {
  cp_options options = { .input = pattern(1000000), .timeout_ms = 100 };
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("sleep"), &options);
    CHECK_INT(f->error->number, UV_ETIMEDOUT);
  }
}
