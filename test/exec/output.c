/* SPDX-License-Identifier: MIT */
/* Collected output is what the child wrote, whatever the size, the order and the slot. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "finished.h"
#include "helper/pattern.h"
#include "support/system.h"

static int pipe_size(void) {
  int ends[2];
  CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
  int size = fcntl(ends[0], F_GETPIPE_SZ);
  close(ends[0]);
  close(ends[1]);
  return size;
}

TEST(output_of_exactly_the_size_of_a_pipe_and_one_byte_more_and_less) {
  int size = pipe_size();
  CHECK(size >= 4096);
  for (enum way way = 0; way < WAYS; way++) {
    for (int length = size - 1; length <= size + 1; length++) {
      struct finished *f = finished_helper(way, CP_ARGS("spew", text("%d", length)), NULL);
      check_well(f);
      check_pattern(&f->out, (size_t) length);
    }
  }
}

TEST(output_in_small_pieces) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("spew", "5000", "1", "1"), NULL);
    check_well(f);
    check_pattern(&f->out, 5000);
  }
}

TEST(a_child_that_floods_both_outputs_at_once) {
  cp_options options = { .max_buffer = 3000000 };
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("flood", "3000000"), &options);
    check_well(f);
    check_pattern(&f->out, 3000000);
    check_pattern(&f->err, 3000000);
  }
}

static size_t peak_bytes(void) {
  struct rusage usage;
  CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
  return (size_t) usage.ru_maxrss * 1024;
}

/* It is read into its final place: no copy, and no doubling on the way. */
TEST_PLAIN(much_output_costs_little_more_memory_than_it_is) {
  size_t length = (size_t) test_size(64, 1024) << 20;
  size_t allowed = peak_bytes() + length + length / 8;
  const char *const *args = CP_ARGS("spew", text("%zu", length));
  cp_result *result =
      cp_spawn_sync(test_helper(), args, &(cp_options){ .max_buffer = CP_UNLIMITED });
  CHECK(result != NULL && !result->error);
  CHECK_INT(result->out.length, length);
  for (size_t i = 0; i < length; i += 4093)
    CHECK_INT((unsigned char) result->out.data[i], pattern_byte(i));
  cp_result_free(result);
  CHECK(peak_bytes() <= allowed);
}

TEST(no_output_is_empty_and_not_null) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished(way, test_tiny(), NULL, NULL);
    check_well(f); /* keep_result() looks at the bytes */
    CHECK_INT(f->out.length, 0);
    CHECK_INT(f->err.length, 0);
  }
}

TEST(every_slot_that_is_a_pipe_is_collected) {
  const int *stdio = CP_STDIO(CP_PIPE, CP_IGNORE, CP_PIPE, CP_IGNORE, CP_PIPE, CP_SOCKET);
  for (enum way way = 0; way < WAYS; way++) {
    for (int slot = 1; slot < 6; slot++) {
      if (slot == 3) continue; /* nothing is there */
      const char *const *args = CP_ARGS("spew", "70000", text("%d", slot));
      struct finished *f = finished_helper(way, args, &(cp_options){ .stdio = stdio });
      check_well(f);
      CHECK_INT(f->output_count, 6);
      for (size_t i = 0; i < f->output_count; i++) {
        if ((int) i == slot && slot != 1)
          check_pattern(&f->output[i], 70000);
        else
          CHECK_INT(f->output[i].length, 0);
      }
    }
  }
}

TEST(a_socket_slot_reads_end_of_file_from_a_blocking_call) {
  const int *stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_SOCKET);
  for (enum way way = SPAWN_SYNC; way < WAYS; way++)
    check_well(finished_helper(way, CP_ARGS("echo-fd", "3"), &(cp_options){ .stdio = stdio }));
}

TEST(stderr_may_go_where_stdout_goes) {
  const int *stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_STDOUT);
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f =
        finished_helper(way, CP_ARGS("both", "one", "two"), &(cp_options){ .stdio = stdio });
    check_well(f);
    check_text(&f->out, "onetwo");
    CHECK_INT(f->err.length, 0);
  }
}

TEST(output_that_goes_elsewhere_is_empty) {
  for (enum way way = 0; way < WAYS; way++) {
    int file = make_anonymous(true);
    cp_options options = { .stdio = CP_STDIO(CP_IGNORE, file, CP_IGNORE) };
    struct finished *f = finished_helper(way, CP_ARGS("both", "one", "two"), &options);
    check_well(f);
    CHECK_INT(f->out.length, 0);
    CHECK_STR(contents_of(file), "one");
    close(file);
  }
}

TEST(a_blocking_call_waits_for_others_who_hold_the_output) {
  for (enum way way = SPAWN_SYNC; way < WAYS; way++) {
    cp_options options = { .input = { "x", 1 } };
    struct finished *f = finished_helper(way, CP_ARGS("grandchild", "0"), &options);
    check_well(f);
    check_text(&f->out, "late");
  }
}

TEST(exec_waits_for_others_who_hold_the_output) {
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("grandchild", "0"),
                               &(cp_options){ .input = { "x", 1 } }, true);
  finish(f);
  check_well(f);
  check_text(&f->out, "late");
  CHECK(in_order(f->watch, "1:data 1:end 1:close close"));
}
