/* SPDX-License-Identifier: MIT */
/* Arguments that are wrong by themselves: NULL, explained, nothing started, `done` never called. */
#include <string.h>
#include <uv.h>

#include "finished.h"
#include "support/system.h"

static void never(const cp_error *error, const cp_result *result, void *user) {
  (void) error, (void) result, (void) user;
  CHECK(!"done of a call that returned NULL");
}

static void refused(enum way way, const char *file, const char *const *args,
                    const cp_options *options, const char *word) {
  CHECK_INT(cp_run(NULL), 0); /* the default loop is there, so descriptors can be counted */
  int before = count_descriptors();
  bool is_refused = way == EXEC         ? !cp_exec(file, options, never, NULL)
                    : way == EXEC_FILE  ? !cp_exec_file(file, args, options, never, NULL)
                    : way == SPAWN_SYNC ? !cp_spawn_sync(file, args, options)
                    : way == EXEC_SYNC  ? !cp_exec_sync(file, options)
                                        : !cp_exec_file_sync(file, args, options);
  CHECK(is_refused);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
  CHECK_HAS(cp_last_error()->message, word);
  CHECK_INT(count_descriptors(), before);
  CHECK_INT(cp_run(NULL), 0);
}

static const char *word_for_file(enum way way) {
  return way == EXEC || way == EXEC_SYNC ? "command" : "file";
}

TEST(a_command_that_is_null_is_refused) {
  for (enum way way = 0; way < WAYS; way++) refused(way, NULL, NULL, NULL, word_for_file(way));
}

TEST(a_command_that_is_empty_is_refused) {
  for (enum way way = 0; way < WAYS; way++) refused(way, "", NULL, NULL, word_for_file(way));
}

TEST(input_for_a_stdin_that_is_no_pipe_is_refused) {
  const int forms[] = { CP_IGNORE, CP_INHERIT, 0 };
  for (enum way way = 0; way < WAYS; way++) {
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
      cp_options options = { .input = { "x", 1 }, .stdio = CP_STDIO(forms[i]) };
      refused(way, test_tiny(), NULL, &options, "input");
    }
  }
}

TEST(empty_input_for_a_stdin_that_is_no_pipe_is_refused) {
  cp_options options = { .input = { "", 0 }, .stdio = CP_STDIO_IGNORE };
  for (enum way way = 0; way < WAYS; way++) refused(way, test_tiny(), NULL, &options, "input");
}

TEST(input_without_data_but_with_a_length_is_refused) {
  cp_options options = { .input = { NULL, 1 } };
  for (enum way way = 0; way < WAYS; way++) refused(way, test_tiny(), NULL, &options, "input");
}

TEST(input_of_spawn_is_refused) {
  CHECK(cp_spawn(test_tiny(), NULL, &(cp_options){ .input = { "x", 1 } }) == NULL);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
  CHECK_HAS(cp_last_error()->message, "input");
}

TEST(an_unknown_kill_signal_of_a_command_is_refused) {
  const int wrong[] = { -1, 65, 1 << 30 };
  for (enum way way = 0; way < WAYS; way++) {
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
      refused(way, test_tiny(), NULL, &(cp_options){ .kill_signal = wrong[i] }, "signal");
  }
}

TEST(options_of_a_command_that_were_not_zeroed_are_refused) {
  cp_options options;
  memset(&options, 0, sizeof options);
  options.reserved[sizeof options.reserved / sizeof *options.reserved - 1] = 1;
  for (enum way way = 0; way < WAYS; way++) refused(way, test_tiny(), NULL, &options, "reserved");
}

TEST(a_shell_with_arguments_of_exec_file_is_refused) {
  cp_options options = { .shell = CP_DEFAULT_SHELL };
  refused(EXEC_FILE, "echo", CP_ARGS("a"), &options, "args");
  refused(SPAWN_SYNC, "echo", CP_ARGS("a"), &options, "args");
  refused(EXEC_FILE_SYNC, "echo", CP_ARGS("a"), &options, "args");
}

TEST(a_refused_command_leaves_its_abort_alone) {
  cp_abort *abort = cp_abort_new();
  for (enum way way = 0; way < WAYS; way++)
    refused(way, "", NULL, &(cp_options){ .abort = abort }, "empty");
  cp_abort_free(abort);
}
