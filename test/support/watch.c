/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "helper/pattern.h"

static void free_errors(void *argument) {
  struct watch *w = argument;
  cp_error_free(w->error);
  cp_error_free(w->stream_error);
}

static void keep_error(cp_error **place, const cp_error *error) {
  CHECK(error != NULL);
  CHECK(error->message != NULL);
  cp_error_free(*place);
  *place = cp_error_copy(error);
  CHECK(*place != NULL);
}

static bool contains_event(const char *events, const char *event, const char **ret_after) {
  size_t length = strlen(event);
  for (const char *at = events; (at = strstr(at, event)); at += length) {
    if ((at == events || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0')) {
      *ret_after = at + length;
      return true;
    }
  }
  return false;
}

bool has_event(const struct watch *w, const char *event) {
  const char *after;
  return contains_event(w->events, event, &after);
}

bool in_order(const struct watch *w, const char *list) {
  char word[32];
  const char *rest = w->events;
  int used;
  for (; sscanf(list, "%31s%n", word, &used) == 1; list += used) {
    if (!contains_event(rest, word, &rest)) return false;
  }
  return true;
}

static void note(struct watch *w, const char *event, bool may_repeat) {
  size_t length = strlen(w->events);
  if (w->has_closed) check_failed(__FILE__, __LINE__, "%s after close: %s", event, w->events);
  if (has_event(w, event)) {
    if (may_repeat) return;
    check_failed(__FILE__, __LINE__, "%s twice: %s", event, w->events);
  }
  if (!w->events[0] && strcmp(event, "spawn") != 0 && strcmp(event, "error") != 0 &&
      strcmp(event, "close") != 0) {
    check_failed(__FILE__, __LINE__, "%s came first, before spawn", event);
  }
  CHECK(length + strlen(event) + 2 < sizeof w->events);
  snprintf(w->events + length, sizeof w->events - length, "%s%s", length ? " " : "", event);
}

static int slot_of(const struct watch *w, const cp_stream *stream) {
  for (int slot = 0; slot < WATCHED_SLOTS; slot++) {
    if (cp_stdio(w->child, slot) == stream) return slot;
  }
  CHECK(!"an event of a stream that is not of the child");
  return -1;
}

static void note_stream(struct watch *w, const cp_stream *stream, const char *event, bool often) {
  char name[32];
  CHECK(cp_stream_child(stream) == w->child);
  snprintf(name, sizeof name, "%d:%s", slot_of(w, stream), event);
  note(w, name, often);
}

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  struct watch *w = user;
  int slot = slot_of(w, stream);
  struct bytes *output = &w->output[slot];
  CHECK(length > 0);
  note_stream(w, stream, "data", true);
  w->data_events[slot]++;
  if (output->length + length + 1 > output->capacity) {
    output->capacity = (output->length + length + 1) * 2;
    output->data =
        output->data ? test_grow(output->data, output->capacity) : test_alloc(output->capacity);
  }
  memcpy(output->data + output->length, data, length);
  output->length += length;
  output->data[output->length] = '\0';
}

static void on_end(cp_stream *stream, void *user) {
  note_stream(user, stream, "end", false);
}

static void on_drain(cp_stream *stream, void *user) {
  note_stream(user, stream, "drain", true);
}

static void on_stream_close(cp_stream *stream, void *user) {
  note_stream(user, stream, "close", false);
  CHECK_INT(cp_stream_fd(stream), -1);
}

static void on_stream_error(cp_stream *stream, const cp_error *error, void *user) {
  struct watch *w = user;
  note_stream(w, stream, "error", false);
  keep_error(&w->stream_error, error);
}

static void on_spawn(cp_child *child, void *user) {
  struct watch *w = user;
  note(w, "spawn", false);
  w->has_spawned = true;
  CHECK(cp_pid(child) > 0);
  CHECK(cp_start_error(child) == NULL);
}

static void on_error(cp_child *child, const cp_error *error, void *user) {
  struct watch *w = user;
  note(w, "error", w->may_err_twice);
  keep_error(&w->error, error);
  if (!w->has_spawned) CHECK(cp_start_error(child) != NULL);
}

static void on_exit_event(cp_child *child, int code, int signal, void *user) {
  struct watch *w = user;
  note(w, "exit", false);
  w->has_exited = true;
  w->exit_code = code;
  w->exit_signal = signal;
  CHECK(w->has_spawned);
  CHECK(cp_exited(child));
  CHECK_INT(cp_exit_code(child), code);
  CHECK_INT(cp_exit_signal(child), signal);
  CHECK(cp_usage_of(child) != NULL);
  CHECK_INT(cp_kill(child, 0), UV_ESRCH);
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  struct watch *w = user;
  note(w, "close", false);
  w->has_closed = true;
  w->code = code;
  w->signal = signal;
  if (w->has_exited) {
    CHECK_INT(code, w->exit_code);
    CHECK_INT(signal, w->exit_signal);
  }
  for (int slot = 0; slot < WATCHED_SLOTS; slot++) {
    CHECK_INT(cp_stream_fd(cp_stdio(child, slot)), -1);
  }
}

void watch_stream(struct watch *w, int slot) {
  cp_stream *stream = cp_stdio(w->child, slot);
  CHECK(stream != NULL);
  bool added = cp_on_stream_close(stream, on_stream_close, w) != 0;
  if (slot == 0 || slot > 2) added = cp_on_drain(stream, on_drain, w) != 0 && added;
  if (slot > 0) {
    added = cp_on_data(stream, on_data, w) != 0 && added;
    added = cp_on_end(stream, on_end, w) != 0 && added;
  }
  added = cp_on_stream_error(stream, on_stream_error, w) != 0 && added;
  /* Streams of a start that failed have events that cannot come any more; so has one that the
   * system did not let us watch. */
  CHECK(added || cp_start_error(w->child) || cp_stream_fd(stream) < 0);
}

struct watch *watch_child_only(cp_child *child) {
  struct watch *w = test_alloc(sizeof *w);
  if (!child) {
    const cp_error *error = cp_last_error();
    check_failed(__FILE__, __LINE__, "no child: %s", error ? error->message : "and no error");
  }
  w->child = child;
  test_at_end(free_errors, w);
  if (!cp_start_error(child)) {
    CHECK(cp_on_spawn(child, on_spawn, w) != 0);
    CHECK(cp_on_exit(child, on_exit_event, w) != 0);
  }
  CHECK(cp_on_error(child, on_error, w) != 0);
  CHECK(cp_on_close(child, on_close, w) != 0);
  return w;
}

struct watch *watch(cp_child *child) {
  struct watch *w = watch_child_only(child);
  for (int slot = 0; slot < WATCHED_SLOTS; slot++) {
    if (cp_stdio(child, slot)) watch_stream(w, slot);
  }
  return w;
}

bool run_once(struct uv_loop_s *loop) {
  return uv_run(loop ? loop : uv_default_loop(), UV_RUN_ONCE) != 0;
}

void run_idle(struct uv_loop_s *loop) {
  for (int i = 0; i < 200; i++) uv_run(loop ? loop : uv_default_loop(), UV_RUN_NOWAIT);
}

void watch_run(struct watch *w) {
  CHECK_INT(cp_run(w->loop), 0);
  if (!w->has_closed) check_failed(__FILE__, __LINE__, "no close; so far: %s", w->events);
}

struct watch *ran(const char *file, const char *const *args, const cp_options *options) {
  struct watch *w = watch(cp_spawn(file, args, options));
  if (options) w->loop = options->loop;
  watch_run(w);
  return w;
}

struct watch *ran_helper(const char *const *args, const cp_options *options) {
  return ran(test_helper(), args, options);
}

const char *output_of(const struct watch *w, int slot) {
  return w->output[slot].data ? w->output[slot].data : "";
}

void check_pattern(const struct bytes *output, size_t length) {
  const unsigned char *data = (const unsigned char *) output->data;
  CHECK_INT(output->length, length);
  for (size_t i = 0; i < length; i++) {
    if (data[i] != pattern_byte(i)) {
      check_failed(__FILE__, __LINE__, "byte %zu is 0x%02x, expected 0x%02x", i, data[i],
                   pattern_byte(i));
    }
  }
}
