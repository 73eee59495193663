/* SPDX-License-Identifier: MIT */
/*
 * Which way to start. Chosen once for the process, by trying: a sandbox may refuse clone3, and
 * an emulator may give a copy of our memory where it should share it (valgrind, qemu-user,
 * WSL1); then a missing program would pass for a running one.
 */
#include "process/ways.h"

#include <pthread.h>
#include <string.h>

static const struct choice {
  const char *name;
  start_way start;
  bool needs_shared_memory;
  bool wants_pidfd;
} choices[] = {
  { "clone3+pidfd", start_by_clone3, true, true },
  { "clone+pidfd", start_by_clone, true, true },
  { "fork+pidfd", start_by_fork, false, true },
  { "fork+thread", start_by_fork, false, false },
};

enum { CHOICE_COUNT = sizeof choices / sizeof *choices };

static int first_choice;
static const struct choice *chosen;

/* The last but one always works: without pidfds it hears of the end by a thread. */
static void choose(void) {
  int i = first_choice;
  while (choices[i].needs_shared_memory && !start_shares_memory(choices[i].start)) i++;
  chosen = &choices[i];
}

static const struct choice *choice(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void) pthread_once(&once, choose);
  return chosen;
}

start_way ways_start(void) {
  return choice()->start;
}

const struct wait_way *ways_wait(const struct process *process) {
  return choice()->wants_pidfd && process->pidfd >= 0 ? &wait_by_pidfd : &wait_by_thread;
}

const char *ways_name(void) {
  return choice()->name;
}

bool ways_force(const char *name) {
  for (int i = 0; i < CHOICE_COUNT; i++) {
    if (strcmp(choices[i].name, name) != 0) continue;
    first_choice = i;
    return true;
  }
  return false;
}
