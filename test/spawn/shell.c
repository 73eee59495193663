/* SPDX-License-Identifier: MIT */
/* A command line for a shell. */
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

TEST(the_default_shell_is_bin_sh) {
  struct watch *w = watch(cp_spawn("echo a  $((1 + 1)) | tr a b; exit 3", NULL,
                                   &(cp_options){ .shell = CP_DEFAULT_SHELL }));
  CHECK_STR(cp_spawn_file(w->child), "/bin/sh");
  CHECK_STR(cp_spawn_args(w->child)[0], "/bin/sh");
  CHECK_STR(cp_spawn_args(w->child)[1], "-c");
  CHECK_STR(cp_spawn_args(w->child)[2], "echo a  $((1 + 1)) | tr a b; exit 3");
  CHECK(cp_spawn_args(w->child)[3] == NULL);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "b 2\n");
  CHECK_INT(w->code, 3);
}

TEST(another_shell_is_looked_up_in_path) {
  make_folder("bin", 0755);
  make_file("bin/my-shell", "#!/bin/sh\necho \"$#:$1:$2\"\n", 0755);
  cp_options options = { .shell = "my-shell",
                         .env_add = CP_ARGS(text("PATH=%s/bin:/bin:/usr/bin", test_dir())) };
  struct watch *w = watch(cp_spawn("some command", NULL, &options));
  CHECK_STR(cp_spawn_file(w->child), "my-shell");
  watch_run(w);
  CHECK_STR(output_of(w, 1), "2:-c:some command\n");
}

TEST(a_shell_takes_argv0) {
  struct watch *w = ran("echo $0", NULL, &(cp_options){ .shell = "/bin/sh", .argv0 = "my name" });
  CHECK_STR(output_of(w, 1), "my name\n");
}

TEST(a_missing_shell_is_an_error_of_the_start) {
  struct watch *w = ran("echo x", NULL, &(cp_options){ .shell = "/no/such/shell" });
  CHECK_STR(w->error->step, "exec");
  CHECK_STR(w->error->path, "/no/such/shell");
  CHECK_INT(w->code, UV_ENOENT);
}

TEST(a_command_that_is_missing_is_exit_code_127_of_the_shell) {
  struct watch *w = ran("cp-no-such-command", NULL, &(cp_options){ .shell = CP_DEFAULT_SHELL });
  CHECK_INT(w->code, 127);
  CHECK(has_event(w, "spawn"));
  CHECK_HAS(output_of(w, 2), "cp-no-such-command");
}

TEST(dev_stdout_can_be_opened_again_by_a_shell) {
  struct watch *w = ran("echo out >/dev/stdout; echo err >/dev/stderr; cat /dev/fd/0 </dev/null",
                        NULL, &(cp_options){ .shell = CP_DEFAULT_SHELL });
  CHECK_STR(output_of(w, 1), "out\n");
  CHECK_STR(output_of(w, 2), "err\n");
  CHECK_INT(w->code, 0);
}

TEST(dev_stdin_can_be_opened_again_by_a_shell) {
  struct watch *w =
      watch(cp_spawn("cat /dev/stdin", NULL, &(cp_options){ .shell = CP_DEFAULT_SHELL }));
  CHECK_INT(cp_write(cp_stdin(w->child), "through\n", 8), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "through\n");
  CHECK_INT(w->code, 0);
}
