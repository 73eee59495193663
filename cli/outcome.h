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
  bool has_usage;
  cp_usage usage;
  cp_error *error; /* ours; NULL */
};

/** The exit code of `child` for it. */
int outcome_exit_code(const struct outcome *outcome);

/** Says on stderr what went wrong, if it was not the child's own doing. */
void outcome_explain(const struct outcome *outcome);

/** One JSON object on one line, without a newline at its end. */
void outcome_print_json(const struct outcome *outcome, FILE *out);

void outcome_done(struct outcome *outcome);

#endif
