/* SPDX-License-Identifier: MIT */
#ifndef CLI_COLLECT_H
#define CLI_COLLECT_H

#include "options.h"

/**
 * Runs what the options tell of to its end, then writes its output, or the JSON object. Returns
 * the exit code. For `exec`, `exec-file`, and `spawn` with --sync.
 */
int collect_run(const struct options *options);

#endif
