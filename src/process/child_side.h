/* SPDX-License-Identifier: MIT */
/*
 * What the parent hands to the child's side of a start. It lies in the parent's memory; the
 * child works in it while the parent stands still, or in a copy of it after a real fork.
 */
#ifndef CP_PROCESS_CHILD_SIDE_H
#define CP_PROCESS_CHILD_SIDE_H

#include <stdbool.h>
#include <stdint.h>

/** What the child tells. */
struct child_report {
  int step;   /* that failed: enum process_step; STEP_NONE: it runs its program */
  int number; /* negative code */
  int slot;   /* of STEP_STDIO, or -1 */
  int stop;   /* a stop signal that came too early: to be sent again */
};

struct child_side {
  /* the program */
  const char *candidates; /* paths to try, each ending in '\0', then an empty one */
  char *const *args;
  char **shell_args; /* [1] is filled in */
  char *const *env;
  const char *cwd;

  /* its descriptors: as process_start() has them */
  int *sources;
  int source_count;
  unsigned nonblocking;  /* bit n: slot n is to be set blocking, see struct plan */
  bool shares_table;     /* the parent's own table of descriptors, until unshared */
  unsigned first_unused; /* then: no source is this high */

  uint64_t signals; /* to be reset to their defaults: bit n - 1 for signal n */
  bool is_detached;
  bool sets_groups, sets_gid, sets_uid;
  uint32_t gid, uid;

  int report_fd; /* after a real fork: where `report` is to be written; else -1 */
  volatile struct child_report report;
};

/** Becomes the program, or says in `side` why not. Returns the exit code. */
int child_side_run(void *side);
/** The same after a real fork. */
_Noreturn void child_side_run_and_exit(struct child_side *side);

#endif
