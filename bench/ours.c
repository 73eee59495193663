/* SPDX-License-Identifier: MIT */
/*
 * The library, by its public header.
 */
#include "child_process.h"
#include "common.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static cp_child *start(const char *path, const char *const *args, const int *stdio) {
  cp_child *child = cp_spawn(path, args, &(cp_options){ .stdio = stdio });
  if (!child) fail("%s", cp_last_error()->message);
  if (cp_start_error(child)) fail("%s", cp_start_error(child)->message);
  return child;
}

/* The loop does not end before the live ones do, so a callback ends the program. */
static void run_loop(void) {
  (void) cp_run(NULL);
  fail("the loop has ended before the scenario");
}

/* ---- one after the other ---- */

static void next_exit(void);

static void exit_closed(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  check_exit(code, signal, EXIT_CODE);
  if (!another()) finish();
  next_exit();
}

static void next_exit(void) {
  cp_child *child = start(request.exit_path, NULL, CP_STDIO_IGNORE);
  (void) cp_on_close(child, exit_closed, NULL);
}

static void run_exit(void) {
  (void) another();
  next_exit();
  run_loop();
}

static void unexpected_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) user;
  fail("it wrote %zu bytes", length);
}

static void next_pipes(void);

static void pipes_closed(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  check_exit(code, signal, EXIT_CODE);
  if (!another()) finish();
  next_pipes();
}

static void listen_to_both(cp_child *child) {
  (void) cp_on_data(cp_stdout(child), unexpected_data, NULL);
  (void) cp_on_data(cp_stderr(child), unexpected_data, NULL);
}

static void next_pipes(void) {
  cp_child *child = start(request.exit_path, NULL, NULL);
  listen_to_both(child);
  (void) cp_on_close(child, pipes_closed, NULL);
}

static void run_pipes(void) {
  (void) another();
  next_pipes();
  run_loop();
}

static void next_line(void);

static struct {
  char data[64];
  size_t length;
} line;

static void line_came(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) user;
  if (length > sizeof line.data - line.length) fail("too much output");
  memcpy(line.data + line.length, data, length);
  line.length += length;
}

static void line_closed(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  check_exit(code, signal, 0);
  check_line(line.data, line.length);
  if (!another()) finish();
  next_line();
}

static void next_line(void) {
  line.length = 0;
  cp_child *child = start(request.line_path, NULL, CP_STDIO(CP_IGNORE, CP_PIPE, CP_IGNORE));
  (void) cp_on_data(cp_stdout(child), line_came, NULL);
  (void) cp_on_close(child, line_closed, NULL);
}

static void run_line(void) {
  (void) another();
  next_line();
  run_loop();
}

static void next_exec(void);

static void exec_done(const cp_error *error, const cp_result *result, void *user) {
  (void) user;
  if (error) fail("%s", error->message);
  check_line(result->out.data, result->out.length);
  if (!another()) finish();
  next_exec();
}

static void next_exec(void) {
  if (!cp_exec_file(request.line_path, NULL, NULL, exec_done, NULL))
    fail("%s", cp_last_error()->message);
}

static void run_exec(void) {
  (void) another();
  next_exec();
  run_loop();
}

static void run_sync(void) {
  while (another()) {
    cp_result *result =
        cp_spawn_sync(request.exit_path, NULL, &(cp_options){ .stdio = CP_STDIO_IGNORE });
    if (!result) fail("%s", cp_last_error()->message);
    if (result->error) fail("%s", result->error->message);
    check_exit(result->code, result->signal, EXIT_CODE);
    cp_result_free(result);
  }
}

/* ---- many ---- */

static void live(bool pipes) {
  cp_child *child = start(request.wait_path, NULL, pipes ? NULL : CP_STDIO_IGNORE);
  if (pipes) listen_to_both(child);
}

static struct {
  uint64_t start_ns;
  long left;
} crowd;

static void one_of_crowd_closed(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  check_exit(code, signal, EXIT_CODE);
  if (--crowd.left > 0) return;
  finish_with("us", (double) (now_ns() - crowd.start_ns) / 1e3 / (double) request.amount,
              (uint64_t) request.amount);
}

static void run_crowd(void) {
  crowd.left = request.amount;
  crowd.start_ns = now_ns();
  for (long i = 0; i < request.amount; i++)
    (void) cp_on_close(start(request.exit_path, NULL, CP_STDIO_IGNORE), one_of_crowd_closed, NULL);
  run_loop();
}

static void run_heap(void) {
  live(true); /* what belongs to the loop */
  size_t before = heap_bytes();
  for (long i = 0; i < request.amount; i++) live(true);
  finish_with("bytes", (double) (heap_bytes() - before) / (double) request.amount,
              (uint64_t) request.amount);
}

/* ---- bytes ---- */

static struct { uint64_t start_ns, bytes; } flood;

static void flood_came(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) user;
  flood.bytes += length;
}

static void flood_closed(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  check_exit(code, signal, 0);
  finish_bytes(flood.start_ns, flood.bytes);
}

static char amount[24];

static void read_flood(int slot) {
  (void) snprintf(amount, sizeof amount, "%ld", request.amount);
  flood.start_ns = now_ns();
  cp_child *child =
      start(request.flood_path, CP_ARGS(amount), CP_STDIO(CP_IGNORE, slot, CP_IGNORE));
  (void) cp_on_data(cp_stdout(child), flood_came, NULL);
  (void) cp_on_close(child, flood_closed, NULL);
  run_loop();
}

static void run_stream(void) {
  read_flood(CP_PIPE);
}

static void run_socket(void) {
  read_flood(CP_SOCKET);
}

static void collected(const cp_error *error, const cp_result *result, void *user) {
  (void) user;
  if (error) fail("%s", error->message);
  finish_bytes(flood.start_ns, result->out.length);
}

static void run_collect(void) {
  (void) snprintf(amount, sizeof amount, "%ld", request.amount);
  flood.start_ns = now_ns();
  if (!cp_exec_file(request.flood_path, CP_ARGS(amount),
                    &(cp_options){ .max_buffer = CP_UNLIMITED }, collected, NULL))
    fail("%s", cp_last_error()->message);
  run_loop();
}

/* ---- for steps.c, which counts instructions ---- */

static long steps_left;

static void step_closed(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  check_exit(code, signal, EXIT_CODE);
  steps_left--;
  /* The tracer takes this signal for the beginning, and then for the end. */
  if (steps_left == request.amount || steps_left == 0) (void) raise(SIGUSR1);
  if (steps_left == 0) finish_with("steps", 0, (uint64_t) request.amount);
  (void) cp_on_close(start(request.exit_path, NULL, CP_STDIO_IGNORE), step_closed, NULL);
}

static void run_steps(void) {
  steps_left = request.amount + 3;
  (void) cp_on_close(start(request.exit_path, NULL, CP_STDIO_IGNORE), step_closed, NULL);
  run_loop();
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "exit", run_exit },     { "pipes", run_pipes },   { "line", run_line },
    { "exec", run_exec },     { "sync", run_sync },     { "crowd", run_crowd },
    { "stream", run_stream }, { "socket", run_socket }, { "collect", run_collect },
    { "heap", run_heap },     { "steps", run_steps },   { 0 },
  };
  return bench_main(argc, argv, scenarios, live);
}
