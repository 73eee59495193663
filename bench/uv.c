/* SPDX-License-Identifier: MIT */
/*
 * libuv as it is installed: uv_spawn and its streams.
 */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

static char buffer[65536];

/* A child and up to three pipes; freed when all of its handles are closed. */
struct child {
  uv_process_t process;
  uv_pipe_t pipes[3];
  int handles;
  int code, signal;
  int expected;
  size_t length;
  char line[64];
  void (*closed)(struct child *child);
};

static uint64_t start_ns, flood_bytes;

static void on_closed(uv_handle_t *handle) {
  struct child *child = handle->data;
  if (--child->handles > 0) return;
  check_exit(child->code, child->signal, child->expected);
  void (*closed)(struct child *) = child->closed;
  closed(child);
  free(child);
}

static void give_room(uv_handle_t *handle, size_t size, uv_buf_t *ret) {
  (void) handle, (void) size;
  *ret = uv_buf_init(buffer, sizeof buffer);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *data) {
  struct child *child = stream->data;
  if (count < 0) {
    uv_close((uv_handle_t *) stream, on_closed);
    return;
  }
  flood_bytes += (uint64_t) count;
  size_t room = sizeof child->line - child->length;
  size_t kept = (size_t) count < room ? (size_t) count : room;
  memcpy(child->line + child->length, data->base, kept);
  child->length += kept;
}

static void on_ended(uv_process_t *process, int64_t code, int signal) {
  struct child *child = process->data;
  child->code = signal ? -1 : (int) code;
  child->signal = signal;
  uv_close((uv_handle_t *) process, on_closed);
  if (child->pipes[0].data && !uv_is_closing((uv_handle_t *) &child->pipes[0]))
    uv_close((uv_handle_t *) &child->pipes[0], on_closed);
}

/* `piped`: a bit for each of the three. */
static struct child *start(char *path, char *argument, unsigned piped, int expected,
                           void (*closed)(struct child *)) {
  struct child *child = calloc(1, sizeof *child);
  if (!child) fail("no memory");
  char *args[] = { path, argument, NULL };
  uv_stdio_container_t stdio[3];
  child->process.data = child;
  child->handles = 1;
  child->expected = expected;
  child->closed = closed;
  for (int i = 0; i < 3; i++) {
    stdio[i].flags = UV_IGNORE;
    if (!(piped & 1u << i)) continue;
    stdio[i].flags = UV_CREATE_PIPE | (i == 0 ? UV_READABLE_PIPE : UV_WRITABLE_PIPE);
    stdio[i].data.stream = (uv_stream_t *) &child->pipes[i];
    (void) uv_pipe_init(uv_default_loop(), &child->pipes[i], 0);
    child->pipes[i].data = child;
    child->handles++;
  }
  const uv_process_options_t options = {
    .file = path, .args = args, .exit_cb = on_ended, .stdio = stdio, .stdio_count = 3
  };
  int result = uv_spawn(uv_default_loop(), &child->process, &options);
  if (result < 0) fail("uv_spawn: %s", uv_strerror(result));
  for (int i = 1; i < 3; i++)
    if (piped & 1u << i) (void) uv_read_start((uv_stream_t *) &child->pipes[i], give_room, on_read);
  return child;
}

static void run_loop(void) {
  (void) uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  fail("the loop has ended before the scenario");
}

enum { ALL = 7, ONLY_OUT = 2 };

static void exit_closed(struct child *child) {
  (void) child;
  if (!another()) finish();
  (void) start(request.exit_path, NULL, 0, EXIT_CODE, exit_closed);
}

static void run_exit(void) {
  (void) another();
  (void) start(request.exit_path, NULL, 0, EXIT_CODE, exit_closed);
  run_loop();
}

static void pipes_closed(struct child *child) {
  if (child->length) fail("it wrote something");
  if (!another()) finish();
  (void) start(request.exit_path, NULL, ALL, EXIT_CODE, pipes_closed);
}

static void run_pipes(void) {
  (void) another();
  (void) start(request.exit_path, NULL, ALL, EXIT_CODE, pipes_closed);
  run_loop();
}

static void line_closed(struct child *child) {
  check_line(child->line, child->length);
  if (!another()) finish();
  (void) start(request.line_path, NULL, ONLY_OUT, 0, line_closed);
}

static void run_line(void) {
  (void) another();
  (void) start(request.line_path, NULL, ONLY_OUT, 0, line_closed);
  run_loop();
}

static void never(struct child *child) {
  (void) child;
  fail("one that should live has ended");
}

static void live(bool pipes) {
  (void) start(request.wait_path, NULL, pipes ? ALL : 0, 0, never);
}

static long crowd_left;

static void one_of_crowd_closed(struct child *child) {
  (void) child;
  if (--crowd_left > 0) return;
  finish_with("us", (double) (now_ns() - start_ns) / 1e3 / (double) request.amount,
              (uint64_t) request.amount);
}

static void run_crowd(void) {
  crowd_left = request.amount;
  start_ns = now_ns();
  for (long i = 0; i < request.amount; i++)
    (void) start(request.exit_path, NULL, 0, EXIT_CODE, one_of_crowd_closed);
  run_loop();
}

static void run_heap(void) {
  live(true);
  size_t before = heap_bytes();
  for (long i = 0; i < request.amount; i++) live(true);
  finish_with("bytes", (double) (heap_bytes() - before) / (double) request.amount,
              (uint64_t) request.amount);
}

static void flood_closed(struct child *child) {
  (void) child;
  finish_bytes(start_ns, flood_bytes);
}

/* What uv_spawn calls a pipe is a socket pair. */
static void run_socket(void) {
  char amount[24];
  (void) snprintf(amount, sizeof amount, "%ld", request.amount);
  start_ns = now_ns();
  (void) start(request.flood_path, amount, ONLY_OUT, 0, flood_closed);
  run_loop();
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "exit", run_exit },
    { "pipes", run_pipes },
    { "line", run_line },
    { "crowd", run_crowd },
    { "heap", run_heap },
    { "socket", run_socket },
    { 0 },
  };
  return bench_main(argc, argv, scenarios, live);
}
