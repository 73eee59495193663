/* SPDX-License-Identifier: MIT */
/*
 * System calls without libc. See child_side.c for why.
 */
#ifndef CP_PROCESS_RAW_H
#define CP_PROCESS_RAW_H

#include <sys/syscall.h>

static inline __attribute__((always_inline)) long raw_call(long number, long a, long b, long c,
                                                           long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
                   : "memory", "cc");
  return x0;
}

#endif
