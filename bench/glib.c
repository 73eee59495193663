/* SPDX-License-Identifier: MIT */
/*
 * GLib's GSubprocess.
 */
#include "common.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

static GMainLoop *loop;

static GSubprocess *start(const char *path, const char *argument, GSubprocessFlags flags) {
  const char *args[] = { path, argument, NULL };
  GError *error = NULL;
  GSubprocess *child = g_subprocess_newv(args, flags, &error);
  if (!child) fail("%s", error->message);
  return child;
}

static void run_loop(void) {
  loop = g_main_loop_new(NULL, FALSE);
  g_main_loop_run(loop);
  fail("the loop has ended before the scenario");
}

static const GSubprocessFlags silent =
    G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE;
static const GSubprocessFlags all_pipes =
    G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE;

static void check(GSubprocess *child, int expected) {
  bool has_exited = g_subprocess_get_if_exited(child);
  check_exit(has_exited ? g_subprocess_get_exit_status(child) : -1,
             has_exited ? 0 : g_subprocess_get_term_sig(child), expected);
}

static void next_exit(void);

static void exit_ended(GObject *object, GAsyncResult *result, gpointer user) {
  GSubprocess *child = G_SUBPROCESS(object);
  (void) user;
  if (!g_subprocess_wait_finish(child, result, NULL)) fail("wait");
  check(child, EXIT_CODE);
  g_object_unref(child);
  if (!another()) finish();
  next_exit();
}

static void next_exit(void) {
  g_subprocess_wait_async(start(request.exit_path, NULL, silent), NULL, exit_ended, NULL);
}

static void run_exit(void) {
  (void) another();
  next_exit();
  run_loop();
}

/* GLib's own word for collecting. */
static void next_captured(void);

static bool wants_line, wants_pipes;

static void captured(GObject *object, GAsyncResult *result, gpointer user) {
  GSubprocess *child = G_SUBPROCESS(object);
  GBytes *out = NULL;
  (void) user;
  if (!g_subprocess_communicate_finish(child, result, &out, NULL, NULL)) fail("communicate");
  check(child, wants_line ? 0 : EXIT_CODE);
  gsize length;
  const char *data = g_bytes_get_data(out, &length);
  if (wants_line) {
    check_line(data, length);
  } else if (length) {
    fail("it wrote something");
  }
  g_bytes_unref(out);
  g_object_unref(child);
  if (!another()) finish();
  next_captured();
}

static void next_captured(void) {
  const char *path = wants_line ? request.line_path : request.exit_path;
  GSubprocessFlags flags =
      wants_pipes ? all_pipes : G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE;
  GBytes *nothing = wants_pipes ? g_bytes_new_static("", 0) : NULL;
  g_subprocess_communicate_async(start(path, NULL, flags), nothing, NULL, captured, NULL);
  g_bytes_unref(nothing);
}

static void run_captured(bool line, bool pipes) {
  wants_line = line;
  wants_pipes = pipes;
  (void) another();
  next_captured();
  run_loop();
}

static void run_pipes(void) {
  run_captured(false, true);
}

static void run_line(void) {
  run_captured(true, false);
}

static void run_exec(void) {
  run_captured(true, true);
}

static void run_sync(void) {
  while (another()) {
    GSubprocess *child = start(request.exit_path, NULL, silent);
    if (!g_subprocess_wait(child, NULL, NULL)) fail("wait");
    check(child, EXIT_CODE);
    g_object_unref(child);
  }
}

static void live(bool pipes) {
  (void) start(request.wait_path, NULL, pipes ? all_pipes : silent);
}

static uint64_t start_ns;
static long crowd_left;

static void one_of_crowd_ended(GObject *object, GAsyncResult *result, gpointer user) {
  GSubprocess *child = G_SUBPROCESS(object);
  (void) user;
  if (!g_subprocess_wait_finish(child, result, NULL)) fail("wait");
  check(child, EXIT_CODE);
  g_object_unref(child);
  if (--crowd_left > 0) return;
  finish_with("us", (double) (now_ns() - start_ns) / 1e3 / (double) request.amount,
              (uint64_t) request.amount);
}

static void run_crowd(void) {
  crowd_left = request.amount;
  start_ns = now_ns();
  for (long i = 0; i < request.amount; i++)
    g_subprocess_wait_async(start(request.exit_path, NULL, silent), NULL, one_of_crowd_ended, NULL);
  run_loop();
}

static void run_heap(void) {
  live(true);
  size_t before = heap_bytes();
  for (long i = 0; i < request.amount; i++) live(true);
  finish_with("bytes", (double) (heap_bytes() - before) / (double) request.amount,
              (uint64_t) request.amount);
}

static GSubprocess *start_flood(void) {
  char amount[24];
  (void) snprintf(amount, sizeof amount, "%ld", request.amount);
  start_ns = now_ns();
  return start(request.flood_path, amount,
               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
}

static void run_stream(void) {
  static char buffer[65536];
  GSubprocess *child = start_flood();
  GInputStream *out = g_subprocess_get_stdout_pipe(child);
  uint64_t bytes = 0;
  gssize count;
  while ((count = g_input_stream_read(out, buffer, sizeof buffer, NULL, NULL)) > 0)
    bytes += (uint64_t) count;
  if (!g_subprocess_wait(child, NULL, NULL)) fail("wait");
  check(child, 0);
  finish_bytes(start_ns, bytes);
}

static void run_collect(void) {
  GSubprocess *child = start_flood();
  GBytes *out = NULL;
  if (!g_subprocess_communicate(child, NULL, NULL, &out, NULL, NULL)) fail("communicate");
  check(child, 0);
  finish_bytes(start_ns, g_bytes_get_size(out));
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "exit", run_exit },       { "pipes", run_pipes },
    { "line", run_line },       { "exec", run_exec },
    { "sync", run_sync },       { "crowd", run_crowd },
    { "stream", run_stream },   { "heap", run_heap },
    { "collect", run_collect }, { 0 },
  };
  return bench_main(argc, argv, scenarios, live);
}
