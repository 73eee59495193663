/* SPDX-License-Identifier: MIT */
#ifndef CP_CHILD_START_ERROR_H
#define CP_CHILD_START_ERROR_H

#include "child_process.h"
#include "plan/plan.h"
#include "process/process.h"

/** Why `child` could not be started, in Node's words and with the step. NULL without memory. */
cp_error *start_error_new(const cp_child *child, const struct plan *plan,
                          const struct process_failure *failure);

#endif
