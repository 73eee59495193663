/* SPDX-License-Identifier: MIT */
/*
 * System calls without libc. See child_side.c for why.
 */
#ifndef CP_PROCESS_RAW_H
#define CP_PROCESS_RAW_H

#include <sys/syscall.h>

static inline __attribute__((always_inline)) long raw_call(long number, long a, long b, long c,
                                                           long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}

#endif
