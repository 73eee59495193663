/* SPDX-License-Identifier: MIT */
/*
 * Blocking all signals in this thread around a start, libc's own included. A handler of the host
 * must not run in the child, and a stop signal between clone and exec would leave this thread
 * waiting for a child that is stopped.
 */
#ifndef CP_PROCESS_MASK_H
#define CP_PROCESS_MASK_H

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { KERNEL_SIGNAL_SET_BYTES = 8 };

/** Returns the mask as it was. */
static inline uint64_t mask_block_all(void) {
  const uint64_t all = ~(uint64_t) 0;
  uint64_t before = 0;
  (void) syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &before, KERNEL_SIGNAL_SET_BYTES);
  return before;
}

static inline void mask_restore(uint64_t before) {
  (void) syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, KERNEL_SIGNAL_SET_BYTES);
}

#endif
