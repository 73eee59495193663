/* SPDX-License-Identifier: MIT */
/*
 * The ways to start a process and to hear of its end, as start.c chooses among them.
 */
#ifndef CP_PROCESS_WAYS_H
#define CP_PROCESS_WAYS_H

#include "process/child_side.h"
#include "process/process.h"

/**
 * A way to start: runs child_side_run(side) in a new process. All signals are blocked when it
 * is called. 0 with `pid` and `pidfd` set, when the process exists, whatever `side` tells
 * of it then; or a negative code.
 */
typedef int (*start_way)(struct process *process, struct child_side *side);

/* start_clone.c: 0x100 kernels (5.3 and up), memory shared. */
int start_by_clone3(struct process *process, struct child_side *side);
/* start_clone.c: where clone3 is not there or not allowed. */
int start_by_clone(struct process *process, struct child_side *side);
/** Whether a process made in this way really shares our memory: not so under valgrind. */
bool start_shares_memory(start_way way);

/** wait_pidfd.c: begins to listen. 0 or a negative code. */
int wait_start(struct process *process);
/** Takes what is left of a process that could not become its program. */
void wait_discard(struct process *process);

#endif
