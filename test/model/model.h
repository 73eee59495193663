/* SPDX-License-Identifier: MIT */
/*
 * What may follow what: a small model of a child and its streams, as the header promises them. It
 * is told of every event that a listener hears and of every action that bears on them, and fails
 * the test, with the seed of the schedule and all that happened so far, at the first event that
 * must not come.
 */
#ifndef TEST_MODEL_H
#define TEST_MODEL_H

#include <child_process.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum model_event { MODEL_SPAWN, MODEL_ERROR, MODEL_EXIT, MODEL_CLOSE, MODEL_EVENTS };
enum model_stream_event {
  STREAM_DATA,
  STREAM_END,
  STREAM_DRAIN,
  STREAM_ERROR,
  STREAM_CLOSE,
  STREAM_EVENTS
};

/* How far each is; 0 in the tables means that this event must not come. */
enum model_state { MODEL_NEVER, NEW, RUNNING, FAILED, EXITED, CLOSED, MODEL_STATES };
enum model_stream_state { STREAM_NEVER, OPEN, ENDED, BROKEN, SHUT, STREAM_STATES };

enum { MODEL_SLOTS = 4 };

struct model_stream {
  enum model_stream_state state;
  bool is_there; /* the slot is a stream */
  bool is_reader, is_writer;
  bool is_paused;     /* cp_pause() was called, and no cp_resume() since */
  bool was_destroyed; /* by us */
  bool was_full;      /* CP_FULL was returned, and no `drain` came since */
  bool is_piped_to;   /* which fills it, too, unseen by us */
  size_t bytes;
};

struct model_child {
  enum model_state state;
  int number;       /* for the log */
  int start_number; /* of cp_start_error(), or 0 */
  bool is_exec;     /* has a `done` that must come once, right before `close` */
  bool is_done;
  bool was_given_up; /* before `exit` */
  bool may_err;      /* an abort was triggered, or a limit may strike */
  int code, signal;  /* of `exit` */
  struct model_stream streams[MODEL_SLOTS];
};

/* One schedule. */
struct model {
  uint64_t seed;
  int calls; /* of the library that we are in: no event may come then */
  size_t length;
  char log[16384];
};

__attribute__((format(printf, 2, 3))) void model_note(struct model *model, const char *format, ...);
const char *model_story(const struct model *model);
/* Fails the test unless `holds`. */
void model_expect(struct model *model, bool holds, const char *what);

void model_begin(struct model_child *child, int number, int start_number);
void model_hear(struct model *model, struct model_child *child, enum model_event event, int code,
                int signal);
void model_hear_stream(struct model *model, struct model_child *child, int slot,
                       enum model_stream_event event, size_t length);
void model_hear_done(struct model *model, struct model_child *child);

#endif /* TEST_MODEL_H */
