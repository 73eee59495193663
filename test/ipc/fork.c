/* SPDX-License-Identifier: MIT */
/* cp_fork(): which program runs the module, with what, and over which descriptor. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

/* A program that stands for node, and prints what it was called with. */
static const char *make_printer(const char *name) {
  return make_file(name, "#!/bin/sh\nprintf '<%s>' \"${0##*/}\" \"$@\"\n", 0755);
}

static struct watch *ran_fork(const char *module, const char *const *args, cp_options options) {
  options.silent = true;
  struct watch *w = watch(cp_fork(module, args, &options));
  watch_run(w);
  return w;
}

TEST(a_javascript_module_runs_with_node_from_path) {
  static const char *const modules[] = {
    "a.js", "dir/a.cjs", "./a.mjs", "a.ts", "a.b.cts", "a.mts"
  };
  make_printer("node");
  cp_options options = { .env_add = CP_ARGS(text("PATH=%s:/usr/bin:/bin", test_dir())) };
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    struct watch *w = ran_fork(modules[i], CP_ARGS("one", "two words"), options);
    CHECK_STR(output_of(w, 1), text("<node><%s><one><two words>", modules[i]));
  }
}

TEST(any_other_module_runs_as_a_program_of_its_own) {
  static const char *const names[] = { "plain", "a.js.sh", "a.JS", "a.jsx", "js" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct watch *w = ran_fork(make_printer(names[i]), CP_ARGS("one"), (cp_options){ .cwd = "/" });
    CHECK_STR(output_of(w, 1), text("<%s><one>", names[i]));
  }
}

TEST(exec_path_runs_the_module_whatever_its_name) {
  const char *runner = make_printer("runner");
  cp_options options = { .exec_path = runner };
  CHECK_STR(output_of(ran_fork("a.js", CP_ARGS("x"), options), 1), "<runner><a.js><x>");
  CHECK_STR(output_of(ran_fork("anything", NULL, options), 1), "<runner><anything>");
}

TEST(exec_argv_stands_before_the_module) {
  const char *runner = make_printer("runner");
  cp_options options = { .exec_path = runner, .exec_argv = CP_ARGS("--flag", "-x") };
  CHECK_STR(output_of(ran_fork("a.py", CP_ARGS("y"), options), 1), "<runner><--flag><-x><a.py><y>");
  make_printer("node");
  options.exec_path = NULL;
  options.env_add = CP_ARGS(text("PATH=%s:/usr/bin:/bin", test_dir()));
  CHECK_STR(output_of(ran_fork("a.mjs", NULL, options), 1), "<node><--flag><-x><a.mjs>");
}

static void check_refused(const cp_child *child, const char *part) {
  CHECK(child == NULL);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
  CHECK_HAS(cp_last_error()->message, part);
}

TEST(fork_refuses_what_makes_no_sense) {
  check_refused(cp_fork(NULL, NULL, NULL), "module");
  check_refused(cp_fork("", NULL, NULL), "module");
  check_refused(cp_fork("a.js", NULL, &(cp_options){ .shell = CP_DEFAULT_SHELL }), "shell");
  check_refused(cp_fork("/bin/true", NULL, &(cp_options){ .exec_argv = CP_ARGS("-x") }),
                "exec_argv");
  check_refused(cp_fork("a.js", NULL, &(cp_options){ .stdio = CP_STDIO_IGNORE }), "CP_IPC");
  cp_options options = { .serialization = (cp_serialization) 7 };
  CHECK(cp_fork("a.js", NULL, &options) == NULL);
  CHECK(cp_last_error()->number < 0);
  CHECK_HAS(cp_last_error()->message, "serialization");
}

TEST(two_channels_for_one_child_are_refused) {
  const int *stdio = CP_STDIO(CP_IGNORE, CP_IPC, CP_IGNORE, CP_IPC);
  check_refused(cp_spawn(test_tiny(), NULL, &(cp_options){ .stdio = stdio }), "one channel");
  check_refused(cp_fork(test_tiny(), NULL, &(cp_options){ .stdio = stdio }), "one channel");
}

TEST(a_fork_without_node_is_a_failed_start) {
  cp_options options = { .env_add = CP_ARGS("PATH=/nowhere") };
  struct watch *w = watch(cp_fork("a.js", NULL, &options));
  watch_run(w);
  CHECK_INT(w->code, UV_ENOENT);
  CHECK_HAS(w->error->message, "node");
}

TEST(a_forked_child_has_our_stdio_and_the_channel_as_3) {
  int out = make_anonymous(true);
  replace_standard(1, out);
  struct watch *w = watch(cp_fork(test_helper(), CP_ARGS("kinds"), NULL));
  restore_standard();
  CHECK(cp_stdin(w->child) == NULL && cp_stdout(w->child) == NULL && cp_stderr(w->child) == NULL);
  CHECK(cp_ipc(w->child) != NULL);
  CHECK(cp_stdio(w->child, 3) == NULL); /* it is no stream */
  watch_run(w);
  CHECK_HAS(contents_of(out), "0 null both\n1 file ");
  CHECK_HAS(contents_of(out), "\n3 socket both\n");
  close(out);
}

TEST(a_silent_fork_has_pipes) {
  struct watch *w = ran_fork(test_helper(), CP_ARGS("kinds"), (cp_options){ 0 });
  CHECK_STR(output_of(w, 1), "0 fifo read\n1 fifo write\n2 fifo write\n3 socket both\n");
}

TEST(a_list_overrules_silent) {
  struct watch *w = watch(cp_fork(
      test_helper(), CP_ARGS("expect", "0=null", "1=null", "2=null", "3=socket"),
      &(cp_options){ .silent = true, .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC) }));
  CHECK(cp_stdout(w->child) == NULL);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(the_environment_of_a_forked_child_names_descriptor_and_mode) {
  struct watch *w = ran_fork(test_helper(), CP_ARGS("env", "NODE_CHANNEL_FD"), (cp_options){ 0 });
  CHECK_STR(output_of(w, 1), "3\n");
  w = ran_fork(test_helper(), CP_ARGS("env", "NODE_CHANNEL_SERIALIZATION_MODE"), (cp_options){ 0 });
  CHECK_STR(output_of(w, 1), "json\n");
  w = ran_fork(test_helper(), CP_ARGS("env", "NODE_CHANNEL_FD"),
               (cp_options){ .env = CP_ARGS("NODE_CHANNEL_FD=77", "A=1") });
  CHECK_STR(output_of(w, 1), "3\n");
}

TEST(the_channel_may_be_any_slot) {
  for (int slot = 0; slot < 8; slot++) {
    int stdio[9];
    for (int i = 0; i < slot; i++) stdio[i] = CP_IGNORE;
    stdio[slot] = CP_IPC;
    for (int i = slot + 1; i < 3; i++) stdio[i] = CP_IGNORE;
    stdio[slot + 1 > 3 ? slot + 1 : 3] = CP_STDIO_END;
    struct line line = { 0 };
    struct watch *w = watch(
        cp_spawn(ipc_program(), CP_ARGS("say", text("%d", slot)), &(cp_options){ .stdio = stdio }));
    line.channel = cp_ipc(w->child);
    line_listen(&line);
    watch_run(w);
    CHECK_STR(line_heard(&line), text("%d\n", slot));
    CHECK_INT(w->code, 0);
  }
}

TEST(a_start_without_a_channel_tells_nothing_of_ours) {
  pretend_parent("3", "json");
  CHECK_INT(ran_helper(CP_ARGS("env", "NODE_CHANNEL_FD"), NULL)->code, 1);
  CHECK_INT(ran_helper(CP_ARGS("env", "NODE_CHANNEL_SERIALIZATION_MODE"), NULL)->code, 1);
  pretend_parent(NULL, NULL);
}

TEST(no_other_child_gets_a_channel) {
  struct watch *first =
      watch(cp_fork(test_helper(), CP_ARGS("sleep"), &(cp_options){ .silent = true }));
  struct watch *second = watch(cp_spawn(test_helper(), CP_ARGS("fds"), NULL));
  RUN_UNTIL(NULL, second->has_closed);
  CHECK_STR(output_of(second, 1), "0\n1\n2\n");
  CHECK_INT(cp_kill(first->child, SIGKILL), 0);
  watch_run(first);
}

TEST(the_two_ends_of_the_library_talk) {
  struct line line = { 0 };
  struct watch *w = watch(cp_fork(ipc_program(), CP_ARGS("echo"), &(cp_options){ .silent = true }));
  line.channel = cp_ipc(w->child);
  line_listen(&line);
  CHECK_INT(cp_send(line.channel, "{\"hello\" : \"\\u00e4\xc3\xa4\"}", NULL), 0);
  CHECK_INT(cp_send(line.channel, text("\"%s\"", string_of('l', 3000)), NULL), 0);
  RUN_UNTIL(NULL, line.messages == 2);
  cp_disconnect(line.channel);
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_HAS(line_heard(&line), "{\"hello\":\"");
  CHECK_HAS(line_heard(&line), string_of('l', 3000));
}

TEST(a_forked_child_keeps_the_loop_alive_and_an_unreferenced_one_does_not) {
  struct watch *w =
      watch(cp_fork(test_helper(), CP_ARGS("sleep"), &(cp_options){ .silent = true }));
  cp_unref(w->child);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!w->has_closed);
  cp_channel_ref(cp_ipc(w->child));
  CHECK_INT(uv_run(uv_default_loop(), UV_RUN_NOWAIT), 1);
  cp_channel_unref(cp_ipc(w->child));
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!w->has_closed);
  cp_ref(w->child);
  CHECK_INT(cp_kill(w->child, SIGKILL), 0);
  watch_run(w);
}
