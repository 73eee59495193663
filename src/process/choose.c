/* SPDX-License-Identifier: MIT */
/*
 * Which way to start. Chosen once for the process, by trying: a sandbox may refuse clone3, and
 * an emulator may give a copy of our memory where it should share it (valgrind, qemu-user,
 * WSL1); then a missing program would pass for a running one.
 */
#include "base/fd.h"
#include "process/ways.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
static uint64_t signals;

static const uint64_t all_signals = ~(uint64_t) 0;
static const uint64_t standard_signals = ((uint64_t) 1 << 31) - 1;

/* As /proc tells it; all of them where it does not. */
static uint64_t ignored_signals(void) {
  char text[4096];
  int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  fd_close(&fd);
  if (length < 0) return all_signals;
  text[length] = '\0';
  const char *at = strstr(text, "\nSigIgn:\t");
  return at ? strtoull(at + strlen("\nSigIgn:\t"), NULL, 16) : all_signals;
}

/* The last but one always works: without pidfds it hears of the end by a thread. */
static void choose(void) {
  int i = first_choice;
  while (choices[i].needs_shared_memory && !start_shares_memory(choices[i].start)) i++;
  chosen = &choices[i];
  bool is_standard = chosen->start == start_by_clone3 && !(ignored_signals() & ~standard_signals);
  signals = is_standard ? standard_signals : all_signals;
}

static const struct choice *choice(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void) pthread_once(&once, choose);
  return chosen;
}

start_way ways_start(void) {
  return choice()->start;
}

uint64_t ways_signals(void) {
  (void) choice();
  return signals;
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
