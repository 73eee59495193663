/* SPDX-License-Identifier: MIT */
#ifndef CP_CHILD_WIRING_H
#define CP_CHILD_WIRING_H

#include "child_process.h"
#include "plan/plan.h"
#include "process/process.h"

/** The child's ends of what is about to be started. */
struct wiring {
  int *sources; /* for process_start(); one block, owned, with `ends` in it */
  int *ends;    /* descriptors to close after the start, or -1 */
  int count;
};

/**
 * Makes a pipe or a socket pair for each slot that is one; our ends go into the child's
 * streams. 0, or a negative code with `ret_failure` set. In either case call wiring_done().
 */
int wiring_init(struct wiring *wiring, const struct plan *plan, cp_child *child,
                struct process_failure *ret_failure);
void wiring_done(struct wiring *wiring);

/**
 * Looks whether the descriptors that the caller gave are open, and whether they block. To be called
 * before anything of ours is opened: a closed one that got the number of one of ours would pass for
 * open.
 */
void wiring_look(struct plan *plan);

/** How many slots are streams. */
int wiring_count_streams(const struct plan *plan);
bool wiring_is_stream(int slot);

#endif
