/* SPDX-License-Identifier: MIT */
/*
 * A process whose system calls ask before they happen (seccomp's user notification). The test
 * lets each happen, or has it fail: in the process itself, where the library works, and in the
 * children that it starts, until they have become their program.
 */
#ifndef TEST_NOTIFY_H
#define TEST_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct asked_call {
  pid_t thread;           /* who calls */
  bool is_of_child;       /* that has not become its program yet */
  int number;             /* SYS_... */
  const uint64_t *values; /* of its arguments */
};

struct notified {
  const int *numbers; /* what asks; ends in -1 */
  void (*play)(void *user);
  /* 0: let it happen. A positive errno: fail with that. */
  int (*answer)(const struct asked_call *call, void *user);
  void *user;
  int timeout_ms;
};

/* It took too long, and was killed. */
enum { NOTIFIED_HUNG = -1 };

/*
 * Calls play(user) in a copy of this process, which then exits with 0, unless play() ends it.
 * Returns its status as waitpid() tells it. Calls are asked about only between the two calls of
 * notify_listen() in play(). Skips the test where the kernel has no such filters.
 */
int notify_run(const struct notified *notified);
void notify_listen(bool wanted);

#endif /* TEST_NOTIFY_H */
