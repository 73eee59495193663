/* SPDX-License-Identifier: MIT */
/*
 * Running one child to its end. Nothing of JavaScript is known here.
 */
#include "sync_run.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* ---- limits ---- */

static void set_error(struct sync_run *run, int number) {
  if (run->error == 0) run->error = number;
}

/* Nothing more is read. What has no right to be signalled is killed by force, as in Node. */
static void stop(struct sync_run *run) {
  if (run->was_killed) return;
  run->was_killed = true;
  if (!run->has_exited) {
    int result = cp_kill(run->child, run->limits.kill_signal);
    if (result < 0 && result != UV_ESRCH) {
      set_error(run, result);
      (void) cp_kill(run->child, SIGKILL);
    }
  }
  for (int i = 0; i < run->slot_count; i++) cp_destroy(cp_stdio(run->child, i));
  (void) uv_timer_stop(&run->timer);
}

static void on_timeout(uv_timer_t *timer) {
  struct sync_run *run = timer->data;
  set_error(run, UV_ETIMEDOUT);
  stop(run);
}

/* ---- streams ---- */

static bool output_append(struct sync_output *output, const char *data, size_t length) {
  if (length > output->capacity - output->length) {
    enum { FIRST = 65536 };
    size_t capacity = output->capacity ? output->capacity * 2 : FIRST;
    while (capacity - output->length < length) capacity *= 2;
    char *grown = realloc(output->data, capacity);
    if (!grown) return false;
    output->data = grown;
    output->capacity = capacity;
  }
  memcpy(output->data + output->length, data, length);
  output->length += length;
  return true;
}

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream;
  struct sync_output *output = user;
  struct sync_run *run = output->run;
  if (!output_append(output, data, length)) {
    set_error(run, UV_ENOMEM);
    stop(run);
    return;
  }
  run->total += (double) length;
  if (run->limits.max_buffer > 0 && run->total > run->limits.max_buffer) {
    set_error(run, UV_ENOBUFS);
    stop(run);
  }
}

static void on_stream_error(cp_stream *stream, const cp_error *error, void *user) {
  (void) stream;
  struct sync_run *run = user;
  if (run->stream_error == 0) run->stream_error = error->number;
}

/* Node's child may leave more unread without anybody noticing than a pipe holds at first. */
static void write_input(struct sync_run *run, cp_stream *stream) {
  enum { PIPE_SIZE = 262144, FIRST_SIZE = 65536 };
  const cp_bytes *input = &run->limits.input;
  if (input->length > FIRST_SIZE) (void) fcntl(cp_stream_fd(stream), F_SETPIPE_SZ, PIPE_SIZE);
  if (input->length > 0) {
    int result = cp_write(stream, input->data, input->length);
    if (result < 0) run->stream_error = result;
  }
  (void) cp_end(stream);
}

static void use_streams(struct sync_run *run, bool is_input) {
  for (int i = 0; i < run->slot_count; i++) {
    cp_stream *stream = cp_stdio(run->child, i);
    if (!stream) continue;
    (void) cp_on_stream_error(stream, on_stream_error, run);
    if (i == 0 && is_input) {
      write_input(run, stream);
    } else {
      run->outputs[i].run = run;
      (void) cp_on_data(stream, on_data, &run->outputs[i]);
    }
  }
}

/* ---- the child ---- */

static void on_exit_of(cp_child *child, int code, int signal, void *user) {
  (void) child;
  struct sync_run *run = user;
  run->has_exited = true;
  run->code = code;
  run->signal = signal;
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  struct sync_run *run = user;
  (void) uv_timer_stop(&run->timer);
  run->child = NULL;
}

static int start(struct sync_run *run, const char *file, const char *const *args,
                 const cp_options *options) {
  cp_options own = *options;
  own.loop = &run->loop;
  if (run->limits.timeout_ms > 0) {
    uv_update_time(&run->loop);
    (void) uv_timer_start(&run->timer, on_timeout, run->limits.timeout_ms, 0);
  }
  run->child = cp_spawn(file, args, &own);
  if (!run->child) return cp_last_error()->number;
  (void) cp_on_close(run->child, on_close, run);
  if (cp_start_error(run->child)) return 0;
  run->pid = cp_pid(run->child);
  if (!cp_on_exit(run->child, on_exit_of, run)) return UV_ENOMEM;
  use_streams(run, options->stdio[0] == CP_PIPE);
  return 0;
}

int sync_run(struct sync_run *run, const char *file, const char *const *args,
             const cp_options *options, const struct sync_limits *limits) {
  *run = (struct sync_run){ .limits = *limits, .code = -1 };
  int result = uv_loop_init(&run->loop);
  if (result < 0) {
    run->loop.data = NULL;
    return result;
  }
  run->loop.data = run;
  (void) uv_timer_init(&run->loop, &run->timer);
  run->timer.data = run;
  while (options->stdio[run->slot_count] != CP_STDIO_END) run->slot_count++;
  run->outputs = calloc((size_t) run->slot_count + 1, sizeof *run->outputs);
  return run->outputs ? start(run, file, args, options) : UV_ENOMEM;
}

void sync_run_done(struct sync_run *run) {
  for (int i = 0; run->outputs && i < run->slot_count; i++) free(run->outputs[i].data);
  free(run->outputs);
  run->outputs = NULL;
  if (!run->loop.data) return;
  (void) cp_shutdown(&run->loop);
  uv_close((uv_handle_t *) &run->timer, NULL);
  (void) uv_run(&run->loop, UV_RUN_DEFAULT);
  (void) uv_loop_close(&run->loop);
}
