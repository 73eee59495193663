/* SPDX-License-Identifier: MIT */
#include "finished.h"

#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"

bool is_blocking(enum way way) {
  return way != EXEC && way != EXEC_FILE;
}

bool is_exec(enum way way) {
  return way != SPAWN_SYNC;
}

static bool has_shell(enum way way) {
  return way == EXEC || way == EXEC_SYNC;
}

static void free_error(void *argument) {
  struct finished *f = argument;
  cp_error_free(f->error);
}

static struct finished *new_finished(enum way way) {
  struct finished *f = test_alloc(sizeof *f);
  f->way = way;
  f->ours_err = "";
  test_at_end(free_error, f);
  return f;
}

static struct bytes copy_bytes(cp_bytes bytes) {
  struct bytes copy = { .length = bytes.length };
  CHECK(bytes.data != NULL);
  CHECK_INT(bytes.data[bytes.length], '\0');
  copy.data = test_alloc(bytes.length + 1);
  memcpy(copy.data, bytes.data, bytes.length);
  return copy;
}

static void check_error(const struct finished *f, const cp_result *result) {
  const cp_error *error = result->error;
  CHECK(error->message != NULL && error->name != NULL);
  CHECK(error->command != NULL);
  CHECK_INT(error->exit_code, result->code);
  CHECK_INT(error->signal, result->signal);
  if (error->number) CHECK_STR(error->code, uv_err_name(error->number));
  if (result->pid > 0) CHECK(error->step == NULL);
  if (f->child) CHECK_INT(error->killed, cp_killed(f->child));
}

void keep_result(const cp_error *error, const cp_result *result, void *user) {
  struct finished *f = user;
  f->done++;
  CHECK(error == result->error);
  CHECK(result->output_count >= 3 && result->output_count <= WATCHED_SLOTS);
  CHECK(result->output[1].data == result->out.data && result->output[2].data == result->err.data);
  CHECK_INT(result->output[0].length, 0);
  if (error) check_error(f, result);
  f->error = error ? cp_error_copy(error) : NULL;
  f->pid = result->pid;
  f->code = result->code;
  f->signal = result->signal;
  f->out = copy_bytes(result->out);
  f->err = copy_bytes(result->err);
  for (size_t i = 0; i < result->output_count; i++) f->output[i] = copy_bytes(result->output[i]);
  f->output_count = result->output_count;
  f->usage = result->usage;
  if (f->watch) CHECK(!f->watch->has_closed);
}

struct finished *started(enum way way, const char *file, const char *const *args,
                         const cp_options *options, bool is_watched) {
  CHECK(!is_blocking(way));
  struct finished *f = new_finished(way);
  f->child = way == EXEC ? cp_exec(file, options, keep_result, f)
                         : cp_exec_file(file, args, options, keep_result, f);
  if (!f->child) check_failed(__FILE__, __LINE__, "no child: %s", cp_last_error()->message);
  CHECK_INT(f->done, 0);
  if (!is_watched) return f;
  /* Small input is out, and stdin ended, when the call returns: nothing comes of it any more. */
  f->watch = watch_child_only(f->child);
  for (int slot = options && options->input.data ? 1 : 0; slot < WATCHED_SLOTS; slot++)
    if (cp_stdio(f->child, slot)) watch_stream(f->watch, slot);
  f->watch->loop = options ? options->loop : NULL;
  return f;
}

void finish(struct finished *f) {
  watch_run(f->watch);
  CHECK_INT(f->done, 1);
  CHECK_INT(f->watch->code, f->code);
  CHECK_INT(f->watch->signal, f->signal);
}

static void run_blocking(struct finished *f, const char *file, const char *const *args,
                         const cp_options *options) {
  int ours = make_anonymous(true);
  replace_standard(2, ours);
  cp_result *result = f->way == SPAWN_SYNC  ? cp_spawn_sync(file, args, options)
                      : f->way == EXEC_SYNC ? cp_exec_sync(file, options)
                                            : cp_exec_file_sync(file, args, options);
  restore_standard();
  f->ours_err = contents_of(ours);
  close(ours);
  if (!result) check_failed(__FILE__, __LINE__, "no result: %s", cp_last_error()->message);
  keep_result(result->error, result, f);
  cp_result_free(result);
}

/* By `exec`, so that it is the program that gets the signals, and nothing of it stays. */
const char *command_of(enum way way, const char *file, const char *const *args) {
  const char *before = has_shell(way) ? " '" : " ";
  const char *behind = has_shell(way) ? "'" : "";
  const char *first = has_shell(way) ? "exec " : "";
  size_t size = strlen(first) + strlen(file) + 1;
  for (size_t i = 0; args && args[i]; i++) size += strlen(args[i]) + sizeof " ''";
  char *line = test_alloc(size);
  char *end = stpcpy(stpcpy(line, first), file);
  for (size_t i = 0; args && args[i]; i++)
    end = stpcpy(stpcpy(stpcpy(end, before), args[i]), behind);
  return line;
}

struct finished *finished(enum way way, const char *file, const char *const *args,
                          const cp_options *options) {
  if (has_shell(way) && args) {
    file = command_of(way, file, args);
    args = NULL;
  }
  if (is_blocking(way)) {
    struct finished *f = new_finished(way);
    run_blocking(f, file, args, options);
    return f;
  }
  struct finished *f = started(way, file, args, options, true);
  finish(f);
  return f;
}

struct finished *finished_helper(enum way way, const char *const *args, const cp_options *options) {
  return finished(way, test_helper(), args, options);
}

struct finished *finished_line(enum way way, const char *line, const cp_options *options) {
  if (has_shell(way)) return finished(way, line, NULL, options);
  return finished(way, "/bin/sh", CP_ARGS("-c", line), options);
}

void check_text(const struct bytes *output, const char *expected) {
  CHECK_MEM(output->data, output->length, expected, strlen(expected));
}

void check_well(const struct finished *f) {
  if (f->error) check_failed(__FILE__, __LINE__, "it failed: %s", f->error->message);
  CHECK_INT(f->code, 0);
  CHECK_INT(f->signal, 0);
  CHECK(f->pid > 0);
}
