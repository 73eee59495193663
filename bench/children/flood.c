/* SPDX-License-Identifier: MIT */
/* flood MIB: writes as many MiB to stdout, 64 KiB at a time. */
#include "call.h"

START_WITH(run);

enum { PIECE = 65536, PIECES_PER_MIB = 16 };

static char piece[PIECE];

static long number(const char *digits) {
  long value = 0;
  while (*digits >= '0' && *digits <= '9') value = value * 10 + (*digits++ - '0');
  return value;
}

/* `stack` as the kernel leaves it: argc, argv[0], argv[1] ... */
__attribute__((used, noreturn)) void run(long *stack);
void run(long *stack) {
  if (stack[0] < 2) leave(2);
  for (int i = 0; i < PIECE; i++) piece[i] = (char) ('a' + i % 26); /* pages of its own */
  for (long left = number((const char *) stack[2]) * PIECES_PER_MIB; left > 0; left--) {
    for (long at = 0; at < PIECE;) {
      long written = call(SYS_write, 1, (long) (piece + at), PIECE - at);
      if (written <= 0) leave(1);
      at += written;
    }
  }
  leave(0);
}
