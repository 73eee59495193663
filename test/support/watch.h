/* SPDX-License-Identifier: MIT */
/*
 * Watches a child: listens to all that it and its streams emit, keeps the output, and writes the
 * names of the events down in their order, "spawn 1:data 1:end 1:close exit close". What must hold
 * for every child is checked at every event, so each test is also a test of the order:
 * `spawn` or `error` comes first, nothing comes twice that must come once, `close` is the last.
 */
#ifndef TEST_WATCH_H
#define TEST_WATCH_H

#include <child_process.h>
#include <stdbool.h>
#include <stddef.h>

#include "run/run.h"

enum { WATCHED_SLOTS = 10 };

struct bytes {
  char *data; /* always followed by a '\0' */
  size_t length;
  size_t capacity;
};

struct watch {
  cp_child *child;        /* do not use after `close` unless held */
  struct uv_loop_s *loop; /* that watch_run() runs */
  char events[1024];      /* data and drain only the first time */
  struct bytes output[WATCHED_SLOTS];
  size_t data_events[WATCHED_SLOTS];
  int exit_code, exit_signal; /* as given to the `exit` listener */
  int code, signal;           /* as given to the `close` listener */
  bool has_spawned, has_exited, has_closed;
  bool may_err_twice;     /* set by a test: a limit that strikes, and a kill for it that fails */
  cp_error *error;        /* the last of the child, copied */
  cp_error *stream_error; /* the last of a stream, copied */
};

/* Fails the test, with cp_last_error(), if `child` is NULL. Freed by the runner. */
struct watch *watch(cp_child *child);
/* The same without listening to the streams. */
struct watch *watch_child_only(cp_child *child);
/* Adds the listeners of one stream. */
void watch_stream(struct watch *w, int slot);

/* Runs the loop (that of `loop`, or the default one) until the child has closed. */
void watch_run(struct watch *w);
/* Runs the loop until the condition of a test holds; fails the test when nothing is left to do. */
#define RUN_UNTIL(loop, condition) \
  do { \
    while (!(condition)) { \
      bool more_to_do = run_once(loop); \
      if (!more_to_do && !(condition)) CHECK(!"the loop ended before: " #condition); \
    } \
  } while (0)
bool run_once(struct uv_loop_s *loop);
/* Lets the loop go round without waiting, for "and then nothing happens". */
void run_idle(struct uv_loop_s *loop);

/* spawn, watch, run: for children that end by themselves. */
struct watch *ran(const char *file, const char *const *args, const cp_options *options);
/* The same with the helper as the program. */
struct watch *ran_helper(const char *const *args, const cp_options *options);

/* What came out of a slot, as a string. */
const char *output_of(const struct watch *w, int slot);
bool has_event(const struct watch *w, const char *event);
/* In `events` the names of `list`, separated by blanks, come in this order. */
bool in_order(const struct watch *w, const char *list);

/* Checks that `output` is `length` bytes of the helper's pattern. */
void check_pattern(const struct bytes *output, size_t length);

#endif /* TEST_WATCH_H */
