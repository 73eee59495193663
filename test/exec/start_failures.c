/* SPDX-License-Identifier: MIT */
/*
 * Commands that could not be started: the error of the start with the command beside it. Node
 * throws for E2BIG, ENOTDIR, EBADF and EPERM in its exec pair; here each is an `error` and `done`.
 */
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "finished.h"
#include "support/system.h"

static struct finished *failed(enum way way, const char *file, const char *const *args,
                               const cp_options *options, int number, const char *step) {
  struct finished *f = finished(way, file, args, options);
  const char *verb = is_blocking(way) ? "spawnSync" : "spawn";
  bool by_shell = way == EXEC || way == EXEC_SYNC;
  const char *program = !by_shell ? file : options && options->shell ? options->shell : "/bin/sh";
  CHECK(f->error != NULL);
  CHECK_INT(f->error->number, number);
  CHECK_STR(f->error->name, "Error");
  CHECK_STR(f->error->step, step);
  CHECK_STR(f->error->syscall, text("%s %s", verb, program));
  CHECK_HAS(f->error->message, text("%s %s %s", verb, program, uv_err_name(number)));
  CHECK(f->error->spawn_args != NULL);
  CHECK(!f->error->killed);
  CHECK_INT(f->pid, 0);
  CHECK_INT(f->code, number);
  CHECK_INT(f->signal, 0);
  CHECK_INT(f->out.length + f->err.length, 0);
  CHECK_INT(f->output_count, 3);
  if (f->watch) CHECK(in_order(f->watch, "error 1:close close"));
  return f;
}

TEST(a_program_that_is_missing) {
  for (enum way way = 0; way < WAYS; way++) {
    if (way == EXEC || way == EXEC_SYNC) continue;
    struct finished *f =
        failed(way, "/no/such/program", CP_ARGS("a", "b"), NULL, UV_ENOENT, "exec");
    CHECK_STR(f->error->path, "/no/such/program");
    CHECK_STR(f->error->spawn_args[0], "a");
    CHECK_STR(f->error->command, "/no/such/program a b");
  }
}

TEST(an_unknown_shell_is_named_with_the_step) {
  cp_options options = { .shell = "/no/such/shell" };
  for (enum way way = 0; way < WAYS; way++) {
    if (way != EXEC && way != EXEC_SYNC) continue;
    struct finished *f = failed(way, "echo text", NULL, &options, UV_ENOENT, "exec");
    CHECK_STR(f->error->path, "/no/such/shell");
    CHECK_STR(f->error->command, "echo text");
    CHECK_STR(f->error->spawn_args[0], "-c");
    CHECK_STR(f->error->spawn_args[1], "echo text");
  }
}

TEST(a_folder_that_is_missing_is_told_from_a_program) {
  cp_options options = { .cwd = "/no/such/folder" };
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = failed(way, test_helper(), CP_ARGS("cwd"), &options, UV_ENOENT, "chdir");
    CHECK_STR(f->error->path, "/no/such/folder");
    CHECK_HAS(f->error->message, "chdir '/no/such/folder'");
  }
}

TEST(a_program_that_may_not_be_run_is_eacces) {
  const char *file = make_file("plain", "text", 0644);
  for (enum way way = 0; way < WAYS; way++) {
    if (way == EXEC || way == EXEC_SYNC) continue;
    failed(way, file, NULL, NULL, UV_EACCES, "exec");
  }
}

TEST(a_path_through_a_file_is_enotdir) {
  const char *path = text("%s/x", make_file("plain", "text", 0644));
  cp_options options = { .cwd = path };
  for (enum way way = 0; way < WAYS; way++) {
    failed(way, test_helper(), CP_ARGS("cwd"), &options, UV_ENOTDIR, "chdir");
    if (way != EXEC && way != EXEC_SYNC) failed(way, path, NULL, NULL, UV_ENOTDIR, "exec");
  }
}

TEST(an_argument_that_is_too_long_is_e2big) {
  const char *longer = string_of('x', 200000); /* than MAX_ARG_STRLEN, 32 pages */
  for (enum way way = 0; way < WAYS; way++)
    failed(way, test_helper(), CP_ARGS("echo", longer), NULL, UV_E2BIG, "exec");
}

TEST(a_descriptor_that_is_closed_is_ebadf) {
  cp_options options = { .stdio = CP_STDIO(CP_PIPE, CP_PIPE, 777) };
  for (enum way way = 0; way < WAYS; way++)
    failed(way, test_helper(), CP_ARGS("exit", "0"), &options, UV_EBADF, "stdio");
}

TEST(an_id_that_we_may_not_take_is_eperm) {
  need_root();
  become_unprivileged();
  const uint32_t root = 0;
  for (enum way way = 0; way < WAYS; way++)
    failed(way, test_helper(), CP_ARGS("exit", "0"), &(cp_options){ .uid = &root }, UV_EPERM,
           "setgroups");
}
