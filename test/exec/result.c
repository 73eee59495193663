/* SPDX-License-Identifier: MIT */
/* What is told at the end of a command: the result, and the error of one that failed. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <uv.h>

#include "finished.h"
#include "support/system.h"

TEST(a_command_that_goes_well_has_a_result_and_no_error) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, CP_ARGS("both", "one", "two"), NULL);
    check_well(f);
    check_text(&f->out, "one");
    check_text(&f->err, "two");
    CHECK_INT(f->output_count, 3);
    CHECK(f->usage.elapsed_us > 0 && f->usage.max_rss_bytes > 0);
  }
}

TEST(exec_runs_a_command_line_in_a_shell) {
  struct finished *f = finished(EXEC, "printf 'a\\nb\\n' | wc -l; echo $0 >&2", NULL, NULL);
  check_well(f);
  CHECK_INT(strtol(f->out.data, NULL, 10), 2);
  check_text(&f->err, "/bin/sh\n");
}

TEST(exec_file_gives_its_arguments_as_they_are) {
  for (enum way way = 0; way < WAYS; way++) {
    if (way == EXEC || way == EXEC_SYNC) continue;
    struct finished *f = finished_helper(way, CP_ARGS("echo", "$HOME", "a  b", "*", ""), NULL);
    check_well(f);
    check_text(&f->out, "$HOME a  b * \n");
  }
}

TEST(exec_file_with_a_shell_takes_a_command_line) {
  cp_options options = { .shell = CP_DEFAULT_SHELL };
  check_text(&finished(EXEC_FILE, "echo a | tr a b", NULL, &options)->out, "b\n");
  check_text(&finished(EXEC_FILE_SYNC, "echo a | tr a b", NULL, &options)->out, "b\n");
  check_text(&finished(SPAWN_SYNC, "echo a | tr a b", NULL, &options)->out, "b\n");
}

TEST(the_options_of_spawn_hold_for_all_of_them) {
  for (enum way way = 0; way < WAYS; way++) {
    cp_options options = { .cwd = "/", .env_add = CP_ARGS("CP_TEST=value") };
    struct finished *f = finished_helper(way, CP_ARGS("env", "CP_TEST"), &options);
    check_well(f);
    check_text(&f->out, "value\n");
    check_text(&finished_helper(way, CP_ARGS("cwd"), &options)->out, "/\n");
  }
}

TEST(a_code_that_is_not_zero_is_an_error_of_all_but_spawn_sync) {
  const char *line = "echo out; echo err >&2; exit 3";
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_line(way, line, NULL);
    CHECK_INT(f->code, 3);
    CHECK_INT(f->signal, 0);
    check_text(&f->out, "out\n");
    check_text(&f->err, "err\n");
    CHECK_INT(f->error != NULL, is_exec(way));
    if (!f->error) continue;
    CHECK_INT(f->error->number, 0);
    CHECK(f->error->code == NULL);
    CHECK_STR(f->error->name, "Error");
    CHECK(!f->error->killed);
    const char *command = way == EXEC || way == EXEC_SYNC ? line : text("/bin/sh -c %s", line);
    CHECK_STR(f->error->command, command);
    CHECK_STR(f->error->message, text("Command failed: %s\nerr\n", command));
  }
}

/* Node's exec() always has the line break, its execSync() only before something. */
TEST(the_message_of_a_failure_without_stderr_is_nodes) {
  const char *const *args = CP_ARGS("exit", "9");
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_helper(way, args, NULL);
    CHECK_INT(f->code, 9);
    if (!is_exec(way)) continue;
    const char *command = command_of(way, test_helper(), args);
    CHECK_STR(f->error->command, command);
    CHECK_STR(f->error->message,
              text("Command failed: %s%s", command, is_blocking(way) ? "" : "\n"));
  }
}

/* Node's execFileSync() names argv0 where it is given, its execFile() the file. */
TEST(the_message_of_a_blocking_call_names_argv0) {
  cp_options options = { .argv0 = "name" };
  struct finished *f = finished_helper(EXEC_FILE_SYNC, CP_ARGS("exit", "3"), &options);
  CHECK_STR(f->error->message, "Command failed: name exit 3");
  f = finished_helper(EXEC_FILE, CP_ARGS("exit", "3"), &options);
  CHECK_STR(f->error->message, text("Command failed: %s exit 3\n", test_helper()));
}

TEST(a_signal_that_was_not_ours_is_an_error_that_is_not_killed) {
  for (enum way way = 0; way < WAYS; way++) {
    struct finished *f = finished_line(way, "kill -USR1 $$", NULL);
    CHECK_INT(f->code, -1);
    CHECK_INT(f->signal, SIGUSR1);
    CHECK_INT(f->error != NULL, is_exec(way));
    if (!f->error) continue;
    CHECK_INT(f->error->number, 0);
    CHECK_INT(f->error->signal, SIGUSR1);
    CHECK(!f->error->killed);
    CHECK_HAS(f->error->message, "Command failed: ");
  }
}

TEST(a_command_that_we_kill_is_killed) {
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("sleep"), NULL, true);
  RUN_UNTIL(NULL, f->watch->has_spawned);
  CHECK_INT(cp_kill(f->child, SIGINT), 0);
  finish(f);
  CHECK_INT(f->signal, SIGINT);
  CHECK(f->error->killed);
  CHECK_INT(f->error->number, 0);
  CHECK_HAS(f->error->message, "Command failed: ");
  CHECK(!has_event(f->watch, "error"));
}

TEST(a_command_that_the_shell_does_not_find_is_code_127) {
  for (enum way way = 0; way < WAYS; way++) {
    if (way != EXEC && way != EXEC_SYNC) continue;
    struct finished *f = finished(way, "cp-no-such-command", NULL, NULL);
    CHECK_INT(f->code, 127);
    CHECK_INT(f->error->number, 0);
    CHECK_HAS(f->err.data, "not found");
    CHECK_HAS(f->error->message, "not found");
  }
}

TEST(done_comes_before_the_close_listeners_and_once) {
  struct finished *f = started(EXEC, "exit 0", NULL, NULL, true);
  finish(f); /* keep_result() checks the order, finish() the count */
  check_well(f);
  CHECK(in_order(f->watch, "spawn exit close"));
}

TEST(done_comes_after_the_streams_have_closed) {
  struct finished *f = started(EXEC, "echo x", NULL, NULL, true);
  finish(f);
  CHECK(in_order(f->watch, "spawn 1:data 1:end 1:close close"));
}

static void count_done(const cp_error *error, const cp_result *result, void *user) {
  (void) error, (void) result;
  ++*(int *) user;
}

TEST(done_never_comes_inside_the_call) {
  int done = 0;
  CHECK(cp_exec_file("/no/such/program", NULL, NULL, count_done, &done) != NULL);
  CHECK_INT(done, 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(done, 1);
}

TEST(done_may_be_null) {
  struct watch *w = watch(cp_exec("echo text; exit 3", NULL, NULL, NULL));
  watch_run(w);
  CHECK_INT(w->code, 3);
  w = watch(cp_exec_file("/no/such/program", NULL, NULL, NULL, NULL));
  watch_run(w);
  CHECK_INT(w->code, UV_ENOENT);
  CHECK(cp_exec("echo nobody listens", NULL, NULL, NULL) != NULL);
  CHECK_INT(cp_run(NULL), 0);
}

TEST(listeners_see_what_is_collected) {
  struct finished *f =
      finished_helper(EXEC_FILE, CP_ARGS("flood", "300000"), &(cp_options){ .max_buffer = 300000 });
  check_well(f);
  for (int slot = 1; slot <= 2; slot++) {
    check_pattern(&f->output[slot], 300000);
    check_pattern(&f->watch->output[slot], 300000);
  }
  CHECK(in_order(f->watch, "spawn 1:data 1:end 1:close close"));
}

TEST(stdin_of_exec_stays_open_to_be_written) {
  struct finished *f = started(EXEC, "cat", NULL, NULL, true);
  RUN_UNTIL(NULL, f->watch->has_spawned);
  CHECK_INT(cp_write(cp_stdin(f->child), "one ", 4), 0);
  CHECK_INT(cp_write(cp_stdin(f->child), "two", 3), 0);
  RUN_UNTIL(NULL, f->watch->output[1].length == 7);
  CHECK_INT(f->done, 0);
  CHECK_INT(cp_end(cp_stdin(f->child)), 0);
  finish(f);
  check_well(f);
  check_text(&f->out, "one two");
}

TEST(a_stream_that_is_destroyed_leaves_what_came_before) {
  struct finished *f = started(EXEC, "echo text; cat; exit 0", NULL, NULL, true);
  RUN_UNTIL(NULL, f->watch->output[1].length == 5);
  cp_destroy(cp_stdout(f->child));
  CHECK_INT(cp_end(cp_stdin(f->child)), 0);
  finish(f);
  check_well(f);
  check_text(&f->out, "text\n");
}

TEST(a_stream_that_is_paused_is_collected_when_it_goes_on) {
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("spew", "200000"), NULL, true);
  cp_pause(cp_stdout(f->child));
  RUN_UNTIL(NULL, f->watch->has_spawned);
  run_idle(NULL);
  CHECK_INT(f->watch->output[1].length, 0);
  cp_resume(cp_stdout(f->child));
  finish(f);
  check_well(f);
  check_pattern(&f->out, 200000);
}

TEST(a_command_that_is_given_up_is_done_with_ecanceled) {
  struct finished *f = started(EXEC_FILE, test_helper(), CP_ARGS("cat"), NULL, true);
  RUN_UNTIL(NULL, f->watch->has_spawned);
  int pid = cp_pid(f->child);
  cp_abandon(f->child);
  finish(f);
  CHECK_INT(f->code, UV_ECANCELED);
  CHECK(f->error != NULL);
  CHECK_INT(f->error->number, UV_ECANCELED);
  CHECK_INT(cp_shutdown(NULL), 0);
  CHECK_INT(cp_run(NULL), 0);
  /* Whoever was first has reaped it: the loop, while it still ran, or we. */
  int reaped = (int) waitpid(pid, NULL, 0);
  CHECK(reaped == pid || errno == ECHILD);
}

TEST(many_commands_run_beside_one_another) {
  struct finished *f[20];
  for (int i = 0; i < 20; i++)
    f[i] = started(EXEC, text("echo %d; exit %d", i, i), NULL, NULL, true);
  CHECK_INT(cp_run(NULL), 0);
  for (int i = 0; i < 20; i++) {
    CHECK_INT(f[i]->done, 1);
    CHECK_INT(f[i]->code, i);
    check_text(&f[i]->out, text("%d\n", i));
    CHECK_INT(f[i]->error != NULL, i != 0);
  }
}

static void start_next(const cp_error *error, const cp_result *result, void *user) {
  struct finished *f = user;
  check_text(&(struct bytes){ .data = (char *) result->out.data, .length = result->out.length },
             "1\n");
  CHECK(error == NULL);
  CHECK(cp_exec("echo 2", NULL, keep_result, f) != NULL);
}

TEST(done_may_start_the_next_one) {
  struct finished *f = test_alloc(sizeof *f);
  CHECK(cp_exec("echo 1", NULL, start_next, f) != NULL);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(f->done, 1);
  check_text(&f->out, "2\n");
}

TEST(exec_runs_on_the_loop_that_it_is_given) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  struct finished *f = finished(EXEC, "echo text", NULL, &(cp_options){ .loop = &loop });
  check_well(f);
  check_text(&f->out, "text\n");
  CHECK_INT(uv_loop_close(&loop), 0);
}
