/* SPDX-License-Identifier: MIT */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "options.h"
#include "outcome.h"

/** Where --json is written to. */
struct report {
  bool is_wanted;
  int fd; /* -1: our stdout */
};

/** Opens its file, before anything runs. 0, or an exit code: then a message was printed. */
int report_open(struct report *report, const struct options *options);

/** Writes `before` and the object, if it is wanted. False, and said, if it cannot be written. */
bool report_write(const struct report *report, const char *before, const struct outcome *outcome);

void report_close(struct report *report);

#endif
