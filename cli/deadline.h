/* SPDX-License-Identifier: MIT */
#ifndef CLI_DEADLINE_H
#define CLI_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "child_process.h"

struct watch;

/** Signals the child when its time is up, and remembers that it did. */
struct deadline {
  int fd; /* a timerfd; -1 */
  struct watch *watch;
  cp_child *child;
  int signal;
  bool has_struck;
};

/** `timeout_ns` from now; 0: never. 0, or -1 with errno. */
int deadline_start(struct deadline *deadline, cp_child *child, uint64_t timeout_ns, int signal);

void deadline_stop(struct deadline *deadline);

#endif
