/* SPDX-License-Identifier: MIT */
/* What a child is given: directory, variables, argv[0]. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

TEST(cwd_is_where_the_child_runs) {
  CHECK_STR(output_of(ran_helper(CP_ARGS("cwd"), &(cp_options){ .cwd = "/usr/bin" }), 1),
            "/usr/bin\n");
}

TEST(cwd_is_followed_before_a_relative_program_is_looked_for) {
  make_file("program", "#!/bin/sh\npwd\n", 0755);
  struct watch *w = ran("./program", NULL, &(cp_options){ .cwd = test_dir() });
  CHECK_STR(output_of(w, 1), text("%s\n", test_dir()));
}

TEST(cwd_does_not_change_ours) {
  char before[4096], after[4096];
  CHECK(getcwd(before, sizeof before) != NULL);
  CHECK_INT(ran(test_tiny(), NULL, &(cp_options){ .cwd = "/usr" })->code, 0);
  CHECK(getcwd(after, sizeof after) != NULL);
  CHECK_STR(after, before);
}

TEST(a_child_starts_in_a_directory_that_was_deleted) {
  const char *folder = make_folder("gone", 0755);
  CHECK_INT(chdir(folder), 0);
  CHECK_INT(rmdir(folder), 0);
  struct watch *w = ran_helper(CP_ARGS("echo", "still"), NULL);
  CHECK_STR(output_of(w, 1), "still\n");
  CHECK_INT(ran_helper(CP_ARGS("cwd"), NULL)->code, 1);
  CHECK_STR(output_of(ran_helper(CP_ARGS("cwd"), &(cp_options){ .cwd = "/usr" }), 1), "/usr\n");
  CHECK_INT(chdir("/"), 0);
}

TEST(env_replaces_ours) {
  struct watch *w =
      ran_helper(CP_ARGS("environ"), &(cp_options){ .env = CP_ARGS("B=2", "A=1", "C=") });
  CHECK_STR(output_of(w, 1), "B=2\nA=1\nC=\n");
}

TEST(an_empty_env_is_empty) {
  struct watch *w =
      ran_helper(CP_ARGS("environ"), &(cp_options){ .env = (const char *const[]){ NULL } });
  CHECK_STR(output_of(w, 1), "");
  CHECK_INT(w->code, 0);
}

TEST(env_names_may_be_empty) {
  struct watch *w = ran_helper(CP_ARGS("environ"), &(cp_options){ .env = CP_ARGS("=1", "A=2") });
  CHECK_STR(output_of(w, 1), "=1\nA=2\n");
}

TEST(env_values_may_hold_anything) {
  const char *value = text("A==\n=%s", string_of('x', 2000));
  struct watch *w = ran_helper(CP_ARGS("env", "A"), &(cp_options){ .env = CP_ARGS(value) });
  CHECK_STR(output_of(w, 1), text("%s\n", value + 2));
}

TEST(env_add_sets_and_removes_in_ours) {
  setenv("CP_TEST_A", "old", 1);
  setenv("CP_TEST_B", "old", 1);
  struct watch *w =
      ran("/bin/sh", CP_ARGS("-c", "echo ${CP_TEST_A-unset} ${CP_TEST_B-unset} $CP_TEST_C"),
          &(cp_options){ .env_add = CP_ARGS("CP_TEST_A=new", "CP_TEST_B", "CP_TEST_C=added") });
  CHECK_STR(output_of(w, 1), "new unset added\n");
  CHECK_STR(getenv("CP_TEST_A"), "old");
  unsetenv("CP_TEST_A");
  unsetenv("CP_TEST_B");
  test_heap_slack(8192);
}

TEST(env_add_sets_and_removes_in_env) {
  struct watch *w = ran_helper(CP_ARGS("environ"),
                               &(cp_options){ .env = CP_ARGS("A=1", "B=2", "AB=3"),
                                              .env_add = CP_ARGS("A=9", "B", "NOT_THERE", "D=4") });
  CHECK_HAS(output_of(w, 1), "A=9\n");
  CHECK_HAS(output_of(w, 1), "AB=3\n");
  CHECK_HAS(output_of(w, 1), "D=4\n");
  CHECK(strstr(output_of(w, 1), "B=2") == NULL);
  CHECK(strstr(output_of(w, 1), "A=1") == NULL);
  CHECK(strstr(output_of(w, 1), "NOT_THERE") == NULL);
  CHECK_INT(strlen(output_of(w, 1)), strlen("A=9\nAB=3\nD=4\n"));
}

TEST(the_last_word_of_env_add_holds) {
  struct watch *w =
      ran_helper(CP_ARGS("environ"), &(cp_options){ .env = CP_ARGS("A=0"),
                                                    .env_add = CP_ARGS("A=1", "A=2", "B=1", "B") });
  CHECK_STR(output_of(w, 1), "A=2\n");
}

TEST(an_inherited_channel_is_not_passed_on) {
  setenv("NODE_CHANNEL_FD", "3", 1);
  setenv("NODE_CHANNEL_SERIALIZATION_MODE", "json", 1);
  struct watch *w = ran_helper(CP_ARGS("environ"), NULL);
  CHECK(strstr(output_of(w, 1), "NODE_CHANNEL") == NULL);
  CHECK(strstr(output_of(w, 1), "PATH=") != NULL);
  CHECK_STR(getenv("NODE_CHANNEL_FD"), "3");
  w = ran_helper(CP_ARGS("environ"), &(cp_options){ .env_add = CP_ARGS("A=1") });
  CHECK(strstr(output_of(w, 1), "NODE_CHANNEL") == NULL);
  unsetenv("NODE_CHANNEL_FD");
  unsetenv("NODE_CHANNEL_SERIALIZATION_MODE");
  test_heap_slack(8192);
}

TEST(argv0_is_what_the_child_sees_as_its_name) {
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("args", "x"), &(cp_options){ .argv0 = "another name" }));
  CHECK_STR(cp_spawn_file(w->child), test_helper());
  CHECK_STR(cp_spawn_args(w->child)[0], "another name");
  watch_run(w);
  CHECK_STR(output_of(w, 1), "another name\nargs\nx\n");
}

TEST(argv0_may_be_empty) {
  struct watch *w = ran_helper(CP_ARGS("args"), &(cp_options){ .argv0 = "" });
  CHECK_STR(output_of(w, 1), "\nargs\n");
}

TEST(arguments_arrive_as_they_are) {
  struct watch *w = ran_helper(CP_ARGS("args", "", "a b", "*", "$HOME", "\"'\\", "\xff\xfe"), NULL);
  CHECK_STR(output_of(w, 1), text("%s\nargs\n\na b\n*\n$HOME\n\"'\\\n\xff\xfe\n", test_helper()));
}

TEST(a_thousand_arguments_arrive) {
  const char **args = test_alloc(1002 * sizeof *args);
  size_t length = strlen(test_helper()) + strlen("\nargs\n");
  args[0] = "args";
  for (int i = 1; i <= 1000; i++) args[i] = text("%d", i), length += strlen(args[i]) + 1;
  CHECK_INT(ran_helper(args, NULL)->output[1].length, length);
}
