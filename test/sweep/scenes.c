/* SPDX-License-Identifier: MIT */
#include "scenes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "ipc/wire.h"
#include "support/system.h"
#include "support/watch.h"

enum { LARGE = 200000 }; /* more than a pipe holds */

#define NOT_WHOLE ((size_t) -1)

static const char *name_or_none(const char *name) {
  return name ? name : "";
}

/* A start that failed says at which step, and what the message says of it. */
static void check_start_error(const cp_child *child) {
  const cp_error *error = cp_start_error(child);
  if (!error) return;
  if (strcmp(name_or_none(error->code), "ABORT_ERR") == 0) return;
  CHECK(error->number < 0);
  CHECK(error->step != NULL);
  CHECK_STR(error->code, uv_err_name(error->number));
  CHECK_HAS(error->message, error->code);
}

/* Nothing came of the call: then it says why. */
static bool was_refused(const void *result) {
  if (result) return false;
  CHECK(cp_last_error() != NULL);
  CHECK(cp_last_error()->number < 0);
  return true;
}

static struct watch *watch_start(cp_child *child, uv_loop_t *loop) {
  if (was_refused(child)) return NULL;
  check_start_error(child);
  struct watch *w = watch(child);
  w->loop = loop;
  return w;
}

static void run_to_close(struct watch *w) {
  if (!w) return;
  watch_run(w);
  if (w->error && !w->has_spawned) CHECK_INT(w->code, w->error->number);
}

static void feed(uv_loop_t *loop, bool (*is_spared)(void)) {
  bool becomes_another = others_may_run();
  uint32_t id = test_stranger();
  const char *program = strrchr(test_helper(), '/') + 1;
  const char *folder =
      text("PATH=/nowhere:%.*s", (int) (program - test_helper() - 1), test_helper());
  cp_options options = { .loop = loop,
                         .cwd = "/",
                         .detached = true,
                         .uid = becomes_another ? &id : NULL,
                         .gid = becomes_another ? &id : NULL,
                         .timeout_ms = 50000,
                         .env_add = CP_ARGS(folder),
                         .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_IGNORE, CP_SOCKET) };
  struct watch *w = watch_start(cp_spawn(program, CP_ARGS("cat"), &options), loop);
  if (!w) return;
  if (!cp_start_error(w->child)) {
    int result = cp_write(cp_stdin(w->child), string_of('x', LARGE), LARGE);
    if (result >= 0) (void) cp_end(cp_stdin(w->child));
    if (result < 0) cp_destroy(cp_stdin(w->child));
  }
  run_to_close(w);
  if (is_spared()) {
    CHECK_INT(w->code, 0);
    CHECK_INT(w->output[1].length, LARGE);
  }
}

static void signal_child(cp_child *child, int signal) {
  if (cp_kill(child, signal) >= 0) return;
  CHECK(cp_last_error()->number < 0);
  (void) cp_kill(child, signal); /* only one call fails */
}

static void kill_one(uv_loop_t *loop, bool (*is_spared)(void)) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
    CHECK(!is_spared());
    return;
  }
  cp_options options = { .loop = loop, .cwd = "/", .detached = true, .stdio = CP_STDIO(ends[0]) };
  struct watch *w = watch_start(cp_spawn(test_helper(), CP_ARGS("sleep"), &options), loop);
  close(ends[0]), close(ends[1]);
  if (!w) return;
  if (!cp_start_error(w->child)) signal_child(w->child, SIGTERM);
  run_to_close(w);
  if (is_spared()) CHECK_INT(w->signal, SIGTERM);
}

/* Where the signal of the abort was refused, `error` tells, and the program may try itself. */
static void kill_after_refusal(cp_child *child, const cp_error *error, void *user) {
  (void) user;
  if (strcmp(name_or_none(error->syscall), "kill") == 0) signal_child(child, SIGKILL);
}

static void abort_one(uv_loop_t *loop, bool (*is_spared)(void)) {
  cp_abort *abort = cp_abort_new();
  if (was_refused(abort)) return;
  cp_options options = { .loop = loop, .abort = abort };
  struct watch *w = watch_start(cp_spawn(test_helper(), CP_ARGS("sleep"), &options), loop);
  if (w) (void) cp_on_error(w->child, kill_after_refusal, NULL);
  cp_abort_trigger(abort);
  cp_abort_free(abort);
  run_to_close(w);
  if (is_spared()) CHECK_INT(w->signal, SIGTERM);
}

static void time_out(uv_loop_t *loop, bool (*is_spared)(void)) {
  cp_options options = { .loop = loop, .timeout_ms = 2, .kill_signal = SIGKILL };
  struct watch *w = watch_start(cp_spawn(test_helper(), CP_ARGS("sleep"), &options), loop);
  if (w) (void) cp_on_error(w->child, kill_after_refusal, NULL);
  run_to_close(w);
  if (is_spared()) CHECK_INT(w->signal, SIGKILL);
}

static void pipe_two(uv_loop_t *loop, bool (*is_spared)(void)) {
  cp_options options = { .loop = loop };
  struct watch *to = watch_start(cp_spawn(test_helper(), CP_ARGS("cat"), &options), loop);
  if (!to) return;
  struct watch *from =
      watch_start(cp_spawn(test_helper(), CP_ARGS("spew", "100000"), &options), loop);
  /* A stream that could not be watched is closed already, and is refused. */
  int piped = from ? cp_pipe(cp_stdout(from->child), cp_stdin(to->child)) : UV_EINVAL;
  if (piped < 0) (void) cp_end(cp_stdin(to->child));
  run_to_close(to);
  if (from) CHECK(from->has_closed);
  if (is_spared()) check_pattern(&to->output[1], 100000);
}

static void start_a_missing_program(uv_loop_t *loop, bool (*is_spared)(void)) {
  struct watch *w =
      watch_start(cp_spawn("no-such-program", CP_ARGS("a"), &(cp_options){ .loop = loop }), loop);
  run_to_close(w);
  if (w) CHECK(w->error != NULL && !w->has_spawned);
  if (is_spared()) CHECK_INT(w->code, UV_ENOENT);
}

static void on_done(const cp_error *error, const cp_result *result, void *user) {
  CHECK(error == result->error);
  CHECK(!error || error->message != NULL);
  *(size_t *) user = error ? NOT_WHOLE : result->out.length;
}

static void collect(uv_loop_t *loop, bool (*is_spared)(void)) {
  size_t length = 0;
  cp_options options = { .loop = loop, .input = { string_of('y', LARGE), LARGE } };
  cp_child *child = cp_exec_file(test_helper(), CP_ARGS("cat"), &options, on_done, &length);
  struct watch *w = was_refused(child) ? NULL : watch_child_only(child);
  if (!w) return;
  w->loop = loop;
  watch_run(w);
  if (is_spared() || length != NOT_WHOLE) CHECK_INT(length, LARGE);
}

static void collect_too_much(uv_loop_t *loop, bool (*is_spared)(void)) {
  size_t length = 1;
  cp_options options = { .loop = loop, .max_buffer = 1000, .kill_signal = SIGKILL };
  cp_child *child = cp_exec_file(test_helper(), CP_ARGS("endless"), &options, on_done, &length);
  struct watch *w = was_refused(child) ? NULL : watch_child_only(child);
  if (!w) return;
  w->loop = loop;
  w->may_err_twice = true;
  watch_run(w);
  if (is_spared()) CHECK(w->error && w->error->number == UV_ENOBUFS);
  CHECK(length == NOT_WHOLE);
}

static void block(uv_loop_t *loop, bool (*is_spared)(void)) {
  (void) loop;
  cp_options options = { .input = { string_of('z', LARGE), LARGE }, .timeout_ms = 50000 };
  cp_result *result = cp_spawn_sync(test_helper(), CP_ARGS("cat"), &options);
  if (was_refused(result)) return;
  if (result->error) {
    CHECK(result->error->number < 0 && result->error->message != NULL);
    if (!result->pid) CHECK(result->error->step != NULL);
  }
  if (is_spared()) CHECK(!result->error);
  if (!result->error) CHECK_INT(result->out.length, LARGE);
  cp_result_free(result);
}

static void block_and_time_out(uv_loop_t *loop, bool (*is_spared)(void)) {
  (void) loop;
  /* Where it may not be killed it is waited for, so this one ends when nobody reads it. */
  cp_options options = { .timeout_ms = 2, .kill_signal = SIGKILL, .max_buffer = CP_UNLIMITED };
  cp_result *result = cp_spawn_sync(test_helper(), CP_ARGS("endless"), &options);
  if (was_refused(result)) return;
  CHECK(result->error != NULL);
  if (is_spared()) CHECK_INT(result->error->number, UV_ETIMEDOUT);
  cp_result_free(result);
}

/* A descriptor goes to a child of the library, which sends it back. */
struct passing {
  unsigned long inode;
  bool has_returned;
};

static void on_returned(cp_channel *channel, cp_message *message, void *user) {
  struct passing *passing = user;
  int fd = cp_message_take_fd(message);
  if (fd >= 0) {
    CHECK_INT(inode_of(fd), passing->inode);
    close(fd);
    passing->has_returned = true;
  }
  cp_disconnect(channel);
}

static void on_passed(cp_channel *channel, const cp_error *error, void *user) {
  (void) user;
  if (error) CHECK(error->number < 0);
  if (error) cp_disconnect(channel);
}

static void on_channel_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) user;
  CHECK(error->number < 0 && error->message != NULL);
}

static void pass(uv_loop_t *loop, cp_serialization serialization, bool (*is_spared)(void)) {
  struct passing passing = { 0 };
  cp_options options = { .loop = loop,
                         .silent = true,
                         .serialization = serialization,
                         .timeout_ms = 50000,
                         .kill_signal = SIGKILL };
  struct watch *w = watch_start(cp_fork(handle_program(), CP_ARGS("return"), &options), loop);
  if (!w) return;
  cp_channel *channel = cp_ipc(w->child);
  int fd = make_anonymous(true);
  passing.inode = inode_of(fd);
  cp_send_options with = { .handle = { CP_HANDLE_NATIVE, fd }, .sent = on_passed };
  /* Those of a channel that was closed already are none. */
  (void) cp_on_message(channel, on_returned, &passing);
  (void) cp_on_channel_error(channel, on_channel_error, NULL);
  if (cp_send(channel, "{\"a\":1}", &with) < 0) cp_disconnect(channel);
  close(fd);
  run_to_close(w);
  if (is_spared()) CHECK(passing.has_returned && w->code == 0);
}

static void pass_in_json(uv_loop_t *loop, bool (*is_spared)(void)) {
  pass(loop, CP_JSON, is_spared);
}

static void pass_in_clones(uv_loop_t *loop, bool (*is_spared)(void)) {
  pass(loop, CP_ADVANCED, is_spared);
}

const struct scene scenes[] = {
  { "a child is fed, read and ended", feed },
  { "a child is killed", kill_one },
  { "a child is aborted", abort_one },
  { "a child runs out of time", time_out },
  { "a child is piped to another", pipe_two },
  { "a program is missing", start_a_missing_program },
  { "output is collected", collect },
  { "too much output is collected", collect_too_much },
  { "a call blocks", block },
  { "a call that blocks runs out of time", block_and_time_out },
  { "a descriptor goes to a child and comes back", pass_in_json },
  { "a descriptor goes to a child and comes back with clones", pass_in_clones },
  { NULL, NULL },
};
