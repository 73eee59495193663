/* SPDX-License-Identifier: MIT */
/*
 * The children that are measured have no libc and one page of code, so that what is measured is
 * the start and not the loader.
 */
#ifndef BENCH_CALL_H
#define BENCH_CALL_H

#include <sys/syscall.h>

#if defined(__x86_64__)
static inline __attribute__((always_inline)) long call4(long number, long a, long b, long c,
                                                        long d) {
  long result;
  register long r10 __asm__("r10") = d;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}
/* The kernel starts a program with the argument count on top of the stack. */
#  define START_WITH(function) \
    __asm__(".globl _start\n" \
            "_start: xorl %ebp, %ebp\n" \
            "        movq %rsp, %rdi\n" \
            "        andq $-16, %rsp\n" \
            "        call " #function "\n")
#elif defined(__aarch64__)
static inline __attribute__((always_inline)) long call4(long number, long a, long b, long c,
                                                        long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory", "cc");
  return x0;
}
#  define START_WITH(function) \
    __asm__(".globl _start\n" \
            "_start: mov x29, #0\n" \
            "        mov x0, sp\n" \
            "        bl " #function "\n")
#else
#  error "no system calls by hand for this processor"
#endif

static inline __attribute__((always_inline)) long call(long number, long a, long b, long c) {
  return call4(number, a, b, c, 0);
}

static inline __attribute__((noreturn, always_inline)) void leave(int code) {
  for (;;) (void) call(SYS_exit_group, code, 0, 0);
}

#endif
