/* SPDX-License-Identifier: MIT */
/*
 * Runs a command to its end by any of the five functions that do so, and keeps all that is told
 * at the end. What must hold for every result is checked here, so each test is also a test of it.
 */
#ifndef TEST_FINISHED_H
#define TEST_FINISHED_H

#include <child_process.h>
#include <stddef.h>

#include "support/watch.h"

enum way { EXEC, EXEC_FILE, SPAWN_SYNC, EXEC_SYNC, EXEC_FILE_SYNC, WAYS };

struct finished {
  enum way way;
  int done;        /* how often it was told */
  cp_error *error; /* a copy; NULL */
  int pid, code, signal;
  struct bytes out, err;
  struct bytes output[WATCHED_SLOTS];
  size_t output_count;
  cp_usage usage;
  const char *ours_err; /* what a blocking call wrote to our stderr */
  cp_child *child;      /* of EXEC and EXEC_FILE: until `close` */
  struct watch *watch;  /* of EXEC and EXEC_FILE */
};

/* As `done` of cp_exec(): `user` is a struct finished. */
void keep_result(const cp_error *error, const cp_result *result, void *user);

/* For EXEC and EXEC_FILE: starts, with watch() unless `is_watched` is false. */
struct finished *started(enum way way, const char *file, const char *const *args,
                         const cp_options *options, bool is_watched);
/* Runs its loop until it is done, and checks that it was told once, before `close`. */
void finish(struct finished *f);

/* Both. The ways with a shell get a command line made of `file` and `args`. */
struct finished *finished(enum way way, const char *file, const char *const *args,
                          const cp_options *options);
/* The same with the helper as the program. */
struct finished *finished_helper(enum way way, const char *const *args, const cp_options *options);
/* A command line by a shell, in any of the ways. */
struct finished *finished_line(enum way way, const char *line, const cp_options *options);

bool is_blocking(enum way way);
bool is_exec(enum way way); /* a bad status is an error */
/* What error->command is for this program in this way. */
const char *command_of(enum way way, const char *file, const char *const *args);

void check_text(const struct bytes *output, const char *expected);
/* All went well: no error, code 0. */
void check_well(const struct finished *f);

#endif /* TEST_FINISHED_H */
