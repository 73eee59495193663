/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUTCOME_H
#define CLI_OUTCOME_H

#include <stdbool.h>
#include <stdio.h>

#include "child_process.h"

/** What became of a child. */
struct outcome {
  int pid;        /* 0: it never ran */
  bool has_ended; /* `code` and `signal` tell how */
  int code;       /* as in cp_exit_cb */
  int signal;
  bool timed_out;
  bool is_collected;   /* run to its end: `out` and `err` are its output */
  bool has_overflowed; /* it wrote more than --max-buffer */
  cp_bytes out;        /* borrowed */
  cp_bytes err;
  bool has_usage;
  cp_usage usage;
  cp_error *error; /* ours; NULL */
};

/** What the listeners of `error`, `exit` and `close` are told. */
void outcome_take_error(struct outcome *outcome, const cp_error *error);
void outcome_take_usage(struct outcome *outcome, const cp_child *child);
void outcome_take_end(struct outcome *outcome, const cp_child *child, int code, int signal);

/** The exit code of `child` for it. */
int outcome_exit_code(const struct outcome *outcome);

/** Says on stderr what went wrong, if it was not the child's own doing. */
void outcome_explain(const struct outcome *outcome);

/** Writes `before` and one JSON object on a line to a descriptor. 0, or -1 with errno. */
int outcome_write_json(const struct outcome *outcome, const char *before, int fd);

/** Makes it of what a command that was run to its end left behind; that must outlive it. */
void outcome_of_result(struct outcome *outcome, const cp_result *result);

void outcome_done(struct outcome *outcome);

#endif
