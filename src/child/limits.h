/* SPDX-License-Identifier: MIT */
/*
 * What ends a child early: its timeout, and a cp_abort. Each strikes once.
 */
#ifndef CP_CHILD_LIMITS_H
#define CP_CHILD_LIMITS_H

#include "child_process.h"
#include "loop/loop.h"

struct limits {
  int kill_signal;
  struct loop_timer timer;
  struct loop_watch abort; /* a descriptor of our own for the abort's event; -1: none */
};

/** Before the start. 0; -ECANCELED if the abort is triggered already; or a negative code. */
int limits_init(cp_child *child, const cp_options *options);
/** The process runs: time counts from now. */
void limits_start(cp_child *child, const cp_options *options);
/** It has ended, or never ran. */
void limits_done(cp_child *child);

/** What a child that is aborted emits. */
const cp_error *limits_abort_error(void);

/** A descriptor of the caller's own that becomes readable with the abort; or a negative code. */
int abort_watch_fd(const cp_abort *abort);

#endif
