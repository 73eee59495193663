/* SPDX-License-Identifier: MIT */
/* Every failure of a start names the step, what it was given, and the code. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

/* Runs a start that must fail; checks what holds for every failure, before and after the loop. */
static struct watch *failed(const char *file, const char *const *args, const cp_options *options,
                            int number, const char *step) {
  cp_child *child = cp_spawn(file, args, options);
  CHECK(child != NULL);
  CHECK(cp_start_error(child) != NULL);
  CHECK_INT(cp_start_error(child)->number, number);
  CHECK_INT(cp_pid(child), 0);
  CHECK(!cp_killed(child));
  struct watch *w = watch(child);
  watch_run(w);
  CHECK(strncmp(w->events, "error", 5) == 0);
  CHECK(!has_event(w, "spawn"));
  CHECK(!has_event(w, "exit"));
  CHECK_INT(w->error->number, number);
  CHECK_STR(w->error->code, uv_err_name(number));
  CHECK_STR(w->error->name, "Error");
  CHECK_STR(w->error->syscall, text("spawn %s", file));
  CHECK_STR(w->error->step, step);
  CHECK_HAS(w->error->message, uv_err_name(number));
  CHECK(w->error->spawn_args != NULL);
  CHECK_INT(w->code, number);
  CHECK_INT(w->signal, 0);
  return w;
}

TEST(a_missing_program) {
  struct watch *w = failed("/no/such/program", CP_ARGS("a"), NULL, UV_ENOENT, "exec");
  CHECK_STR(w->error->path, "/no/such/program");
  CHECK_STR(w->error->message, "spawn /no/such/program ENOENT");
  CHECK_STR(w->error->spawn_args[0], "a");
}

TEST(a_missing_program_in_path) {
  /* Not ours: it may hold a folder that we may not search, which is EACCES then. */
  cp_options options = { .env_add = CP_ARGS("PATH=/usr/bin:/bin") };
  struct watch *w = failed("cp-no-such-program", NULL, &options, UV_ENOENT, "exec");
  CHECK_STR(w->error->path, "cp-no-such-program");
  CHECK_STR(w->error->message, "spawn cp-no-such-program ENOENT");
  CHECK(w->error->spawn_args[0] == NULL);
}

TEST(a_missing_directory_is_told_from_a_missing_program) {
  struct watch *w = failed(test_helper(), CP_ARGS("cwd"), &(cp_options){ .cwd = "/no/such/folder" },
                           UV_ENOENT, "chdir");
  CHECK_STR(w->error->path, "/no/such/folder");
  CHECK_HAS(w->error->message, "/no/such/folder");
  CHECK_STR(w->error->spawn_args[0], "cwd");
}

TEST(a_file_as_directory) {
  const char *file = make_file("file", "", 0644);
  struct watch *w = failed(test_tiny(), NULL, &(cp_options){ .cwd = file }, UV_ENOTDIR, "chdir");
  CHECK_STR(w->error->path, file);
  CHECK_HAS(w->error->message, file);
}

TEST(a_directory_that_may_not_be_entered) {
  const char *folder = make_folder("closed", 0);
  become_unprivileged();
  struct watch *w = failed(test_tiny(), NULL, &(cp_options){ .cwd = folder }, UV_EACCES, "chdir");
  CHECK_STR(w->error->path, folder);
}

TEST(an_empty_directory_name) {
  failed(test_tiny(), NULL, &(cp_options){ .cwd = "" }, UV_ENOENT, "chdir");
}

TEST(a_directory_as_program) {
  struct watch *w = failed("/usr", NULL, NULL, UV_EACCES, "exec");
  CHECK_STR(w->error->path, "/usr");
}

TEST(a_program_that_may_not_be_executed) {
  const char *file = make_file("file", "#!/bin/sh\n", 0644);
  failed(file, NULL, NULL, UV_EACCES, "exec");
}

TEST(a_program_below_a_file) {
  const char *file = make_file("file", "", 0755);
  failed(text("%s/program", file), NULL, NULL, UV_ENOTDIR, "exec");
}

TEST(a_program_behind_a_loop_of_links) {
  const char *link = text("%s/link", test_dir());
  CHECK_INT(symlink("link", link), 0);
  failed(link, NULL, NULL, UV_ELOOP, "exec");
}

TEST(a_program_whose_name_is_too_long) {
  failed(text("/%s", string_of('x', 300)), NULL, NULL, UV_ENAMETOOLONG, "exec");
  failed(string_of('y', 300), NULL, NULL, UV_ENAMETOOLONG, "exec");
}

TEST(a_directory_whose_name_is_too_long) {
  const char *name = string_of('z', 3000);
  cp_options options = { .cwd = name };
  struct watch *w = failed(test_tiny(), NULL, &options, UV_ENAMETOOLONG, "chdir");
  CHECK_STR(w->error->path, name);
}

TEST(a_script_whose_interpreter_is_missing) {
  const char *file = make_file("script", "#!/no/such/interpreter\n", 0755);
  struct watch *w = failed(file, NULL, NULL, UV_ENOENT, "exec");
  CHECK_STR(w->error->path, file);
}

TEST(a_program_that_is_being_written) {
  const char *file = make_file("file", "", 0755);
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  failed(file, NULL, NULL, UV_ETXTBSY, "exec");
  close(fd);
}

TEST(an_argument_that_is_too_long) {
  struct watch *w =
      failed(test_helper(), CP_ARGS("echo", string_of('x', 200000)), NULL, UV_E2BIG, "exec");
  CHECK_STR(w->error->path, test_helper());
}

TEST(an_environment_that_is_too_long) {
  char *entry = test_alloc(200001);
  memset(entry, 'x', 200000);
  memcpy(entry, "LONG=", 5);
  failed(test_helper(), CP_ARGS("exit"), &(cp_options){ .env_add = CP_ARGS(entry) }, UV_E2BIG,
         "exec");
}

/* What the start itself opens must not pass for the closed one, by getting its number. */
TEST(a_descriptor_that_is_closed_when_the_default_loop_is_made) {
  int fd = make_anonymous(true);
  close(fd);
  failed(test_tiny(), NULL, &(cp_options){ .stdio = CP_STDIO(CP_PIPE, fd) }, UV_EBADF, "stdio");
}

TEST(a_descriptor_that_is_closed) {
  CHECK_INT(ran(test_tiny(), NULL, NULL)->code, 0);
  int fd = make_anonymous(true);
  close(fd);
  failed(test_tiny(), NULL, &(cp_options){ .stdio = CP_STDIO(CP_PIPE, fd) }, UV_EBADF, "stdio");
  failed(test_tiny(), NULL, &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_PIPE, 1999) },
         UV_EBADF, "stdio");
  failed(test_tiny(), NULL, &(cp_options){ .stdio = CP_STDIO(1 << 30) }, UV_EBADF, "stdio");
}

TEST(the_first_failure_of_several_is_told) {
  failed("/no/such/program", NULL, &(cp_options){ .cwd = "/no/such/folder" }, UV_ENOENT, "chdir");
}

TEST(a_failed_start_of_a_shell_names_the_shell) {
  cp_child *child = cp_spawn("echo x", NULL, &(cp_options){ .shell = "/no/such/shell" });
  struct watch *w = watch(child);
  CHECK_STR(cp_spawn_file(child), "/no/such/shell");
  watch_run(w);
  CHECK_STR(w->error->path, "/no/such/shell");
  CHECK_STR(w->error->syscall, "spawn /no/such/shell");
  CHECK_STR(w->error->message, "spawn /no/such/shell ENOENT");
  CHECK_STR(w->error->spawn_args[0], "-c");
  CHECK_STR(w->error->spawn_args[1], "echo x");
}

TEST(a_failed_start_can_be_written_to_as_if_it_ran) {
  struct watch *w = watch(cp_spawn("/no/such/program", NULL, NULL));
  CHECK(cp_stdin(w->child) != NULL);
  (void) cp_write(cp_stdin(w->child), string_of('x', 300000), 300000);
  (void) cp_end(cp_stdin(w->child));
  watch_run(w);
  CHECK(in_order(w, "error 0:close close"));
}

TEST(a_thousand_failed_starts_leave_nothing) {
  int before = 0;
  for (int i = 0; i < 1000; i++) {
    struct watch *w = watch_child_only(cp_spawn("/no/such/program", NULL, NULL));
    watch_run(w);
    CHECK_STR(w->events, "error close");
    if (i == 10) before = count_descriptors();
  }
  CHECK_INT(count_descriptors(), before);
}
