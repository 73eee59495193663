/* SPDX-License-Identifier: MIT */
/*
 * Starting without a copy of the parent: the child runs in our memory while this thread waits
 * (CLONE_VM | CLONE_VFORK), on a stack of its own in our frame. So a start costs the same
 * from a parent of any size, and what went wrong stands in memory when we go on.
 *
 * The table of descriptors may be shared as well, until the child takes a copy of the low
 * part of it: see share_table() in start.c.
 */
#include "process/mask.h"
#include "process/ways.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>

#ifndef CLONE_CLEAR_SIGHAND
#  define CLONE_CLEAR_SIGHAND 0x100000000ull
#endif

enum { CHILD_STACK_SIZE = 16384 };

long clone3_call(struct clone_args *args, size_t size, int (*run)(void *), void *argument);

static int start_on_stack_by_clone3(struct process *process, bool shares_table, int (*run)(void *),
                                    void *argument) {
  char stack[CHILD_STACK_SIZE] __attribute__((aligned(16)));
  int pidfd = -1;
  struct clone_args args = {
    .flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND |
             (shares_table ? CLONE_FILES : 0),
    .pidfd = (uint64_t) (uintptr_t) &pidfd,
    .exit_signal = SIGCHLD,
    .stack = (uint64_t) (uintptr_t) stack,
    .stack_size = sizeof stack,
  };
  long pid = clone3_call(&args, sizeof args, run, argument);
  if (pid < 0) return (int) pid;
  process->pid = (pid_t) pid;
  process->pidfd = pidfd;
  return 0;
}

static int start_on_stack_by_clone(struct process *process, bool shares_table, int (*run)(void *),
                                   void *argument) {
  char stack[CHILD_STACK_SIZE] __attribute__((aligned(16)));
  int pidfd = -1;
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | (shares_table ? CLONE_FILES : 0) | SIGCHLD;
  int pid = clone(run, stack + sizeof stack, flags, argument, &pidfd);
  if (pid < 0) return -errno;
  process->pid = pid;
  process->pidfd = pidfd;
  return 0;
}

int start_by_clone3(struct process *process, struct child_side *side) {
  return start_on_stack_by_clone3(process, side->shares_table, child_side_run, side);
}

int start_by_clone(struct process *process, struct child_side *side) {
  return start_on_stack_by_clone(process, side->shares_table, child_side_run, side);
}

/* ---- the probe ---- */

static int set_word(void *argument) {
  *(volatile int *) argument = 1;
  return 0;
}

bool start_is_refused(int number) {
  return number == -ENOSYS || number == -EPERM || number == -EINVAL;
}

enum answer start_shares_memory(start_way way) {
  volatile int word = 0;
  struct process process = { .pidfd = -1 };
  uint64_t mask = mask_block_all();
  int result = way == start_by_clone3
                   ? start_on_stack_by_clone3(&process, false, set_word, (void *) &word)
                   : start_on_stack_by_clone(&process, false, set_word, (void *) &word);
  mask_restore(mask);
  if (result < 0) return start_is_refused(result) ? NO : UNKNOWN;
  reap_discard(&process);
  return word == 1 ? YES : NO;
}
