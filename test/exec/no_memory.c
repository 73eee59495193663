/* SPDX-License-Identifier: MIT */
/*
 * The n-th allocation of the library fails, for every n until a run has no failure: once alone, and
 * once with all that come after it, in each of the five functions. `done` comes exactly once if the
 * call returned something, and a result that is not whole says so.
 */
#include <string.h>
#include <uv.h>

#include "finished.h"
#include "support/system.h"

struct scene {
  uv_loop_t loop;
  int done;
  bool is_whole; /* the result is what it would be with memory */
  cp_abort *abort;
};

struct play {
  const char *line; /* for a shell; NULL: the helper with `args` */
  const char *const *args;
  cp_bytes input;
  const char *cwd;
  size_t max_buffer;
  bool is_aborted;
  bool fails;   /* with memory as well */
  bool is_code; /* by a code, which is no error of spawn_sync */
  size_t length;
};

static void look(struct scene *scene, enum way way, const struct play *play,
                 const cp_result *result) {
  scene->done++;
  bool is_short_of_memory = result->error && result->error->number == UV_ENOMEM;
  if (is_short_of_memory) return;
  CHECK_INT(result->error != NULL, play->fails && (is_exec(way) || !play->is_code));
  if (!play->fails) CHECK_INT(result->code, 0);
  CHECK_INT(result->out.length, play->length);
  scene->is_whole = true;
}

struct pair {
  struct scene *scene;
  enum way way;
  const struct play *play;
};

static void on_done(const cp_error *error, const cp_result *result, void *user) {
  struct pair *pair = user;
  CHECK(error == result->error);
  look(pair->scene, pair->way, pair->play, result);
}

static void run(struct scene *scene, enum way way, const struct play *play) {
  struct pair pair = { scene, way, play };
  cp_options options = { .loop = &scene->loop,
                         .input = play->input,
                         .cwd = play->cwd,
                         .max_buffer = play->max_buffer,
                         .timeout_ms = 50000,
                         .abort = play->is_aborted ? scene->abort : NULL,
                         .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_SOCKET) };
  const char *command = play->line ? play->line : command_of(EXEC, test_helper(), play->args);
  const char *file = play->line ? "/bin/sh" : test_helper();
  const char *const *args = play->line ? CP_ARGS("-c", play->line) : play->args;
  cp_child *child = NULL;
  cp_result *result = NULL;
  switch (way) {
    case EXEC:
      child = cp_exec(command, &options, on_done, &pair);
      break;
    case EXEC_FILE:
      child = cp_exec_file(file, args, &options, on_done, &pair);
      break;
    case SPAWN_SYNC:
      result = cp_spawn_sync(file, args, &options);
      break;
    case EXEC_SYNC:
      result = cp_exec_sync(command, &options);
      break;
    default:
      result = cp_exec_file_sync(file, args, &options);
  }
  if (!child && !result) CHECK_INT(cp_last_error()->number, UV_ENOMEM);
  if (result) look(scene, way, play, result);
  cp_result_free(result);
  CHECK_INT(cp_run(&scene->loop), 0);
  CHECK_INT(scene->done, child || result ? 1 : 0);
}

static void sweep_way(enum way way, const struct play *play, bool later_too) {
  bool has_failed = true;
  for (long number = 1; has_failed; number++) {
    struct scene scene;
    memset(&scene, 0, sizeof scene);
    CHECK(number < 500);
    CHECK_INT(uv_loop_init(&scene.loop), 0);
    scene.abort = cp_abort_new();
    CHECK(scene.abort != NULL);
    cp_abort_trigger(scene.abort);
    test_fail_allocation(number, later_too);
    run(&scene, way, play);
    has_failed = test_allocation_failed();
    test_fail_allocation(0, false);
    CHECK(has_failed || scene.is_whole);
    cp_abort_free(scene.abort);
    CHECK_INT(uv_loop_close(&scene.loop), 0);
  }
}

static void sweep(const struct play *play) {
  for (enum way way = 0; way < WAYS; way++) {
    sweep_way(way, play, false);
    sweep_way(way, play, true);
  }
}

TEST(no_memory_while_a_command_is_fed_and_collected) {
  const size_t length = 100000;
  sweep(&(struct play){
      .args = CP_ARGS("cat"), .input = { string_of('x', length), length }, .length = length });
}

TEST(no_memory_while_a_command_fails) {
  sweep(&(struct play){
      .args = CP_ARGS("exit", "3"), .fails = true, .is_code = true, .input = { "", 0 } });
}

TEST(no_memory_while_a_command_cannot_be_started) {
  sweep(&(struct play){ .args = CP_ARGS("exit", "0"), .fails = true, .cwd = "/no/such/folder" });
}

TEST(no_memory_while_a_command_writes_too_much) {
  sweep(&(struct play){
      .args = CP_ARGS("spew", "70000"), .fails = true, .max_buffer = 60000, .length = 60000 });
}

TEST(no_memory_while_a_command_is_aborted) {
  sweep(&(struct play){ .args = CP_ARGS("sleep"), .fails = true, .is_aborted = true });
}
