/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <uv.h>

#include "run/run.h"

static const char *const event_names[] = { "spawn", "error", "exit", "close" };
static const char *const stream_event_names[] = { "data", "end", "drain", "error", "close" };

/* What is not here must not come. `close` straight from RUNNING is that of a child given up. */
static const enum model_state next_state[MODEL_STATES][MODEL_EVENTS] = {
  [NEW] = { [MODEL_SPAWN] = RUNNING, [MODEL_ERROR] = FAILED },
  [RUNNING] = { [MODEL_ERROR] = RUNNING, [MODEL_EXIT] = EXITED, [MODEL_CLOSE] = CLOSED },
  [FAILED] = { [MODEL_CLOSE] = CLOSED },
  [EXITED] = { [MODEL_ERROR] = EXITED, [MODEL_CLOSE] = CLOSED },
};

static const enum model_stream_state next_stream_state[STREAM_STATES][STREAM_EVENTS] = {
  [OPEN] = { [STREAM_DATA] = OPEN,
             [STREAM_END] = ENDED,
             [STREAM_DRAIN] = OPEN,
             [STREAM_ERROR] = BROKEN,
             [STREAM_CLOSE] = SHUT },
  [ENDED] = { [STREAM_DRAIN] = ENDED, [STREAM_ERROR] = BROKEN, [STREAM_CLOSE] = SHUT },
  [BROKEN] = { [STREAM_CLOSE] = SHUT },
};

void model_note(struct model *model, const char *format, ...) {
  va_list arguments;
  size_t room = sizeof model->log - model->length;
  va_start(arguments, format);
  int length = vsnprintf(model->log + model->length, room, format, arguments);
  va_end(arguments);
  if (length > 0 && (size_t) length < room) model->length += (size_t) length;
}

const char *model_story(const struct model *model) {
  const size_t shown = 3000;
  return model->length > shown ? model->log + model->length - shown : model->log;
}

void model_expect(struct model *model, bool holds, const char *what) {
  if (holds) return;
  check_failed(__FILE__, __LINE__,
               "schedule %llu: %s does not hold; CP_TEST_SEED=%llu:1 plays it again\n    %s",
               (unsigned long long) model->seed, what, (unsigned long long) model->seed,
               model_story(model));
}

void model_begin(struct model_child *child, int number, int start_number) {
  child->state = NEW;
  child->number = number;
  child->start_number = start_number;
  for (int slot = 0; slot < MODEL_SLOTS; slot++) child->streams[slot].state = OPEN;
}

static bool all_streams_are_shut(const struct model_child *child) {
  for (int slot = 0; slot < MODEL_SLOTS; slot++)
    if (child->streams[slot].is_there && child->streams[slot].state != SHUT) return false;
  return true;
}

static void check_close(struct model *model, const struct model_child *child, int code,
                        int signal) {
  model_expect(model, all_streams_are_shut(child), "`close` comes after that of each stream");
  model_expect(model, !child->is_exec || child->is_done, "`done` comes before `close`");
  if (child->state == FAILED) {
    model_expect(model, code == child->start_number, "`close` tells why it never ran");
  } else if (child->state == RUNNING) {
    model_expect(model, child->was_given_up, "`close` without `exit` is of one that was given up");
    model_expect(model, code == UV_ECANCELED && signal == 0, "given up is UV_ECANCELED");
  } else {
    model_expect(model, code == child->code && signal == child->signal,
                 "`close` tells what `exit` told");
  }
}

static void check_error(struct model *model, const struct model_child *child) {
  if (child->state == NEW)
    model_expect(model, child->start_number < 0, "`error` comes first only of a failed start");
  else
    model_expect(model, child->may_err, "`error` comes of an abort or a limit");
}

static void check_exit(struct model *model, struct model_child *child, int code, int signal) {
  model_expect(model, !child->was_given_up, "no `exit` comes of a child that was given up");
  bool has_code = signal == 0 && code >= 0 && code <= 255;
  bool has_signal = signal > 0 && code == -1;
  model_expect(model, has_code || has_signal, "there is a code or a signal");
  child->code = code;
  child->signal = signal;
}

void model_hear(struct model *model, struct model_child *child, enum model_event event, int code,
                int signal) {
  model_note(model, "%d:%s ", child->number, event_names[event]);
  model_expect(model, model->calls == 0, "nothing calls back early");
  enum model_state next = next_state[child->state][event];
  model_expect(model, next != MODEL_NEVER, "this event may follow");
  if (event == MODEL_SPAWN)
    model_expect(model, child->start_number == 0, "`spawn` never comes of a failed start");
  if (event == MODEL_ERROR) check_error(model, child);
  if (event == MODEL_EXIT) check_exit(model, child, code, signal);
  if (event == MODEL_CLOSE) check_close(model, child, code, signal);
  child->state = next;
}

void model_hear_stream(struct model *model, struct model_child *child, int slot,
                       enum model_stream_event event, size_t length) {
  struct model_stream *stream = &child->streams[slot];
  model_note(model, "%d.%d:%s ", child->number, slot, stream_event_names[event]);
  model_expect(model, model->calls == 0, "nothing calls back early");
  model_expect(model, child->state != NEW && child->state != CLOSED,
               "a stream has events after the first and before the last of its child");
  enum model_stream_state next = next_stream_state[stream->state][event];
  model_expect(model, next != STREAM_NEVER, "this event of the stream may follow");
  bool never_ran = child->state == FAILED;
  if (event == STREAM_DATA) {
    model_expect(model, stream->is_reader && !never_ran, "`data` comes from what can be read");
    model_expect(model, !stream->is_paused, "no `data` comes while paused");
    model_expect(model, !stream->was_destroyed, "no `data` comes after cp_destroy()");
    model_expect(model, length > 0, "`data` is never empty");
    stream->bytes += length;
  } else if (event == STREAM_END) {
    model_expect(model, stream->is_reader, "`end` comes from what can be read");
    model_expect(model, !stream->was_destroyed || never_ran, "no `end` comes after cp_destroy()");
    model_expect(model, !stream->is_paused || never_ran, "no `end` comes while paused");
  } else if (event == STREAM_DRAIN) {
    model_expect(model, stream->was_full || stream->is_piped_to, "`drain` comes after CP_FULL");
    model_expect(model, !stream->was_destroyed, "no `drain` comes after cp_destroy()");
    stream->was_full = false;
  } else if (event == STREAM_ERROR) {
    model_expect(model, stream->is_writer && !never_ran, "only a write fails");
  }
  stream->state = next;
}

void model_hear_done(struct model *model, struct model_child *child) {
  model_note(model, "%d:done ", child->number);
  model_expect(model, model->calls == 0, "nothing calls back early");
  model_expect(model, child->is_exec && !child->is_done, "`done` comes once");
  model_expect(model, child->state != NEW && child->state != CLOSED, "`done` comes near the end");
  child->is_done = true;
}
