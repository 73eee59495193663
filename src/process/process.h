/* SPDX-License-Identifier: MIT */
/*
 * One process: start it, hear of its end, signal it. Knows no streams and no events.
 *
 *     start.c         what the parent does, whatever the way
 *     choose.c        which way
 *     start_clone.c   shared memory, like vfork: costs the same in a parent of any size
 *     start_fork.c    where memory cannot be shared
 *     child_side.c    all that runs between clone or fork, and exec
 *     wait_pidfd.c    the end, heard through the pidfd
 *     wait_thread.c   where there are no pidfds
 *     reap.c          its status
 *
 * States: started (`wait` is set), then either ended (its status is taken, `ended` was called)
 * or forgotten (nobody waits; it becomes the zombie of whoever comes after us). In both
 * `wait` is NULL, and no signal can hit a stranger who got the pid.
 */
#ifndef CP_PROCESS_PROCESS_H
#define CP_PROCESS_PROCESS_H

#include "loop/loop.h"
#include "plan/plan.h"

#include <sys/types.h>

/** How it ended: as cp_exit_cb has code and signal. */
struct process_end {
  int code;
  int signal;
  cp_usage usage;
};

struct process {
  pid_t pid;
  int pidfd;                   /* of the processes that have one; else -1 */
  struct waiter *waiter;       /* of those that have a thread */
  const struct wait_way *wait; /* how its end is heard; NULL: not there */
  uint64_t started_ns;
  struct loop *loop;
  struct loop_watch watch;
  struct loop_timer retry; /* of wait_pidfd.c */
  void (*ended)(struct process *process, const struct process_end *end);
};

/** In the order of the start; process_step_name() gives the word for cp_error.step. */
enum process_step {
  STEP_NONE,
  STEP_ABORT,   /* listening for a cp_abort */
  STEP_STDIO,   /* pipes, descriptors, /dev/null */
  STEP_CLONE,   /* making the process */
  STEP_UNSHARE, /* its own table of descriptors */
  STEP_SETSID,
  STEP_CHDIR,
  STEP_SETGROUPS,
  STEP_SETGID,
  STEP_SETUID,
  STEP_EXEC,
  STEP_WATCH /* hearing of its end */
};

/** What failed, and how. */
struct process_failure {
  enum process_step step;
  int number; /* negative code */
  int slot;   /* of STEP_STDIO, or -1 */
};

/** What a slot is wired to, besides a descriptor of ours (>= 0). */
enum { SOURCE_NOTHING = -1, SOURCE_NULL = -2 };

/**
 * Starts what the plan says, with `sources[i]` as descriptor i, and begins to listen for
 * the end; `ended` is called once, from the loop. `sources` may be changed. The child's
 * end of each pipe stays the caller's to close. 0; or a negative code with `ret_failure` set,
 * and nothing left behind.
 */
int process_start(struct process *process, struct loop *loop, const struct plan *plan, int *sources,
                  struct process_failure *ret_failure);

/** 0, or a negative code: -ESRCH once it has ended. */
int process_kill(const struct process *process, int signal);

bool process_is_there(const struct process *process);

/** Stops listening for the end. `ended` is not called any more. */
void process_forget(struct process *process);

const char *process_step_name(enum process_step step);

#endif
