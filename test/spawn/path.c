/* SPDX-License-Identifier: MIT */
/* How a program is found: by execvp's rules, in the PATH of the child's own environment. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static const char *folder_with_program(const char *name, const char *says, unsigned mode) {
  const char *folder = make_folder(name, 0755);
  make_file(text("%s/cp-test-program", name), text("#!/bin/sh\necho %s\n", says), mode);
  return folder;
}

static struct watch *ran_with_path(const char *path) {
  return ran("cp-test-program", NULL,
             &(cp_options){ .env = CP_ARGS(text("PATH=%s", path)), .cwd = test_dir() });
}

TEST(path_is_that_of_env) {
  const char *folder = folder_with_program("bin", "found", 0755);
  CHECK_STR(output_of(ran_with_path(folder), 1), "found\n");
}

TEST(path_may_come_from_env_add) {
  const char *folder = folder_with_program("bin", "found", 0755);
  struct watch *w =
      ran("cp-test-program", NULL, &(cp_options){ .env_add = CP_ARGS(text("PATH=%s", folder)) });
  CHECK_STR(output_of(w, 1), "found\n");
}

TEST(path_is_not_ours_when_env_has_another) {
  const char *folder = folder_with_program("bin", "found", 0755);
  const char *ours = getenv("PATH");
  setenv("PATH", folder, 1);
  struct watch *w = ran_with_path("/nowhere");
  CHECK_INT(w->code, UV_ENOENT);
  CHECK_STR(w->error->step, "exec");
  CHECK_STR(w->error->path, "cp-test-program");
  CHECK_STR(w->error->message, "spawn cp-test-program ENOENT");
  setenv("PATH", ours ? ours : "", 1);
  test_heap_slack(8192);
}

TEST(without_path_the_default_places_are_searched) {
  struct watch *w = ran("sh", CP_ARGS("-c", "echo here"), &(cp_options){ .env = CP_ARGS("A=1") });
  CHECK_STR(output_of(w, 1), "here\n");
}

TEST(the_first_place_in_path_wins) {
  const char *first = folder_with_program("one", "first", 0755);
  const char *second = folder_with_program("two", "second", 0755);
  CHECK_STR(output_of(ran_with_path(text("/nowhere:%s:%s", first, second)), 1), "first\n");
}

TEST(what_may_not_be_executed_is_passed_over) {
  const char *first = folder_with_program("one", "first", 0644);
  const char *second = folder_with_program("two", "second", 0755);
  CHECK_STR(output_of(ran_with_path(text("%s:%s", first, second)), 1), "second\n");
}

TEST(what_may_not_be_executed_is_remembered) {
  const char *first = folder_with_program("one", "first", 0644);
  struct watch *w = ran_with_path(text("%s:/nowhere", first));
  CHECK_INT(w->code, UV_EACCES);
  CHECK_STR(w->error->step, "exec");
}

TEST(a_file_in_path_is_passed_over) {
  const char *file = make_file("file", "", 0644);
  const char *folder = folder_with_program("bin", "found", 0755);
  CHECK_STR(output_of(ran_with_path(text("%s:%s", file, folder)), 1), "found\n");
}

TEST(an_empty_place_in_path_is_the_childs_directory) {
  make_file("cp-test-program", "#!/bin/sh\necho here\n", 0755);
  CHECK_STR(output_of(ran_with_path(":/nowhere"), 1), "here\n");
  CHECK_STR(output_of(ran_with_path("/nowhere:"), 1), "here\n");
  CHECK_STR(output_of(ran_with_path("/nowhere::/neither"), 1), "here\n");
  CHECK_STR(output_of(ran_with_path(""), 1), "here\n");
}

TEST(a_name_with_a_slash_is_not_looked_up) {
  const char *folder = folder_with_program("bin", "found", 0755);
  struct watch *w = ran("bin/cp-test-program", NULL,
                        &(cp_options){ .env = CP_ARGS("PATH=/nowhere"), .cwd = test_dir() });
  CHECK_STR(output_of(w, 1), "found\n");
  w = ran("./cp-test-program", NULL,
          &(cp_options){ .env = CP_ARGS(text("PATH=%s", folder)), .cwd = test_dir() });
  CHECK_INT(w->code, UV_ENOENT);
}

TEST(a_very_long_path_is_searched_to_its_end) {
  const char *folder = folder_with_program("bin", "found", 0755);
  char *path = test_alloc(20000);
  size_t length = 0;
  for (int i = 0; i < 400; i++) {
    const char *place = text("/nowhere/%030d:", i);
    for (size_t k = 0; place[k]; k++) path[length++] = place[k];
  }
  for (size_t k = 0; folder[k]; k++) path[length++] = folder[k];
  struct watch *w = ran("cp-test-program", NULL,
                        &(cp_options){ .env_add = (const char *const[]){
                                           text("X=%d", 1), text("PATH=%.4000s", path), NULL } });
  CHECK_INT(w->code, UV_ENOENT);
  char *entry = test_alloc(length + 6);
  for (size_t k = 0; k < 5; k++) entry[k] = "PATH="[k];
  for (size_t k = 0; k < length; k++) entry[5 + k] = path[k];
  w = ran("cp-test-program", NULL, &(cp_options){ .env = CP_ARGS(entry) });
  CHECK_STR(output_of(w, 1), "found\n");
}

TEST(a_place_that_is_too_long_for_any_path_is_passed_over) {
  const char *folder = folder_with_program("bin", "found", 0755);
  size_t size = PATH_MAX + 256;
  char *path = test_alloc(size);
  const char *place = string_of('a', PATH_MAX);
  (void) snprintf(path, size, "PATH=/%s:%s", place, folder);
  CHECK_STR(output_of(ran("cp-test-program", NULL, &(cp_options){ .env = CP_ARGS(path) }), 1),
            "found\n");
  (void) snprintf(path, size, "PATH=/nowhere:/%s", place);
  CHECK_INT(ran("cp-test-program", NULL, &(cp_options){ .env = CP_ARGS(path) })->code, UV_ENOENT);
}

TEST(a_name_that_is_too_long_says_so) {
  const char *name = string_of('a', NAME_MAX + 1);
  CHECK_INT(ran(name, NULL, NULL)->code, UV_ENAMETOOLONG);
  CHECK_INT(ran(string_of('a', PATH_MAX), NULL, NULL)->code, UV_ENAMETOOLONG);
}

TEST(a_script_without_interpreter_line_is_run_by_the_shell) {
  const char *script = make_file("script", "echo \"$0|$1|$2|$#\"\nexit 6\n", 0755);
  struct watch *w = ran(script, CP_ARGS("a b", "c"), NULL);
  CHECK_STR(output_of(w, 1), text("%s|a b|c|2\n", script));
  CHECK_INT(w->code, 6);
}

TEST(a_script_without_interpreter_line_is_found_in_path) {
  const char *folder = make_folder("bin", 0755);
  make_file("bin/cp-test-program", "echo by the shell: $#\n", 0755);
  CHECK_STR(output_of(ran_with_path(folder), 1), "by the shell: 0\n");
}

TEST(an_empty_file_is_an_empty_script) {
  struct watch *w = ran(make_file("empty", "", 0755), NULL, NULL);
  CHECK_INT(w->code, 0);
  CHECK(has_event(w, "spawn"));
}
