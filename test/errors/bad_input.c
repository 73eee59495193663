/* SPDX-License-Identifier: MIT */
/* Arguments that are wrong by themselves: NULL, explained, and nothing was started or opened. */
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void refused_with(int number, const char *file, const char *const *args,
                         const cp_options *options) {
  int before = count_descriptors();
  cp_child *child = cp_spawn(file, args, options);
  CHECK(child == NULL);
  CHECK_INT(cp_last_error()->number, number);
  CHECK(cp_last_error()->code != NULL);
  CHECK(cp_last_error()->name != NULL);
  CHECK(strlen(cp_last_error()->message) > 5);
  CHECK(cp_last_error()->step == NULL);
  CHECK_INT(count_descriptors(), before);
  CHECK_INT(cp_run(NULL), 0);
}

static void refused(const char *file, const cp_options *options) {
  refused_with(UV_EINVAL, file, NULL, options);
}

TEST(a_file_that_is_null_is_refused) {
  CHECK_INT(cp_run(NULL), 0); /* the default loop is there, so descriptors can be counted */
  refused(NULL, NULL);
  CHECK_HAS(cp_last_error()->message, "file");
}

TEST(a_file_that_is_empty_is_refused) {
  CHECK_INT(cp_run(NULL), 0);
  refused("", NULL);
  CHECK_HAS(cp_last_error()->message, "file");
  refused("", &(cp_options){ .shell = CP_DEFAULT_SHELL });
}

TEST(an_unknown_kill_signal_is_refused) {
  CHECK_INT(cp_run(NULL), 0);
  refused("true", &(cp_options){ .kill_signal = -1 });
  refused("true", &(cp_options){ .kill_signal = 65 });
  refused("true", &(cp_options){ .kill_signal = 1 << 30 });
  CHECK_HAS(cp_last_error()->message, "signal");
}

TEST(every_reserved_field_must_be_zero) {
  CHECK_INT(cp_run(NULL), 0);
  cp_options options;
  memset(&options, 0, sizeof options);
  for (size_t i = 0; i < sizeof options.reserved / sizeof *options.reserved; i++) {
    options.reserved[i] = i % 2 ? 1 : UINT64_C(1) << 63;
    refused("true", &options);
    CHECK_HAS(cp_last_error()->message, "reserved");
    options.reserved[i] = 0;
  }
  for (size_t i = 0; i < sizeof options.reserved_switches; i++) {
    options.reserved_switches[i] = true;
    refused("true", &options);
    options.reserved_switches[i] = false;
  }
}

TEST(an_options_struct_that_was_not_zeroed_is_refused) {
  CHECK_INT(cp_run(NULL), 0);
  cp_options options = { .cwd = NULL };
  memset(options.reserved, 0xa5, sizeof options.reserved);
  refused("true", &options);
}

TEST(a_negative_number_that_means_nothing_is_refused) {
  CHECK_INT(cp_run(NULL), 0);
  const int wrong[] = { -8, -9, -50, -98, -100, -2147483647 };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    refused("true", &(cp_options){ .stdio = CP_STDIO(wrong[i]) });
    refused("true", &(cp_options){ .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, wrong[i]) });
    CHECK_HAS(cp_last_error()->message, "stdio");
  }
}

TEST(a_serialization_that_is_not_there_is_not_supported) {
  CHECK_INT(cp_run(NULL), 0);
  refused_with(UV_ENOTSUP, "true", NULL, &(cp_options){ .serialization = (cp_serialization) 9 });
}

TEST(two_channels_for_one_child_are_refused) {
  CHECK_INT(cp_run(NULL), 0);
  refused("true", &(cp_options){ .stdio = CP_STDIO(CP_IPC, CP_PIPE, CP_PIPE, CP_IPC) });
}

TEST(the_form_of_stdout_is_refused_below_slot_two) {
  CHECK_INT(cp_run(NULL), 0);
  refused("true", &(cp_options){ .stdio = CP_STDIO(CP_STDOUT) });
  refused("true", &(cp_options){ .stdio = CP_STDIO(CP_PIPE, CP_STDOUT) });
}

TEST(an_env_entry_without_equals_sign_is_refused) {
  CHECK_INT(cp_run(NULL), 0);
  refused("true", &(cp_options){ .env = CP_ARGS("A=1", "B") });
  CHECK_HAS(cp_last_error()->message, "env");
  refused("true", &(cp_options){ .env = CP_ARGS("") });
}

TEST(an_env_add_entry_with_an_empty_name_is_refused) {
  CHECK_INT(cp_run(NULL), 0);
  refused("true", &(cp_options){ .env_add = CP_ARGS("=1") });
  refused("true", &(cp_options){ .env_add = CP_ARGS("A=1", "") });
  CHECK_HAS(cp_last_error()->message, "env");
}

TEST(a_shell_with_arguments_is_refused) {
  CHECK_INT(cp_run(NULL), 0);
  refused_with(UV_EINVAL, "echo", CP_ARGS("$HOME"), &(cp_options){ .shell = CP_DEFAULT_SHELL });
}

TEST(a_refusal_leaves_what_was_running_alone) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK(cp_spawn("", NULL, NULL) == NULL);
  cp_end(cp_stdin(w->child));
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(a_refusal_with_an_abort_leaves_the_abort_alone) {
  cp_abort *abort = cp_abort_new();
  CHECK(cp_spawn("", NULL, &(cp_options){ .abort = abort }) == NULL);
  cp_abort_trigger(abort);
  CHECK_INT(cp_run(NULL), 0);
  cp_abort_free(abort);
}
