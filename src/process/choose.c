/* SPDX-License-Identifier: MIT */
/*
 * Which way to start. Chosen once for the process, by trying: a sandbox may refuse clone3, and
 * an emulator may give a copy of our memory where it should share it (valgrind, qemu-user,
 * WSL1); then a missing program would pass for a running one.
 */
#include "base/fd.h"
#include "process/ways.h"

#include <fcntl.h>
#include <stdatomic.h>
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
static const struct choice *_Atomic chosen;
static struct way way; /* of what was chosen */

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

static struct way way_of(const struct choice *choice, bool has_pidfd) {
  bool is_standard = choice->start == start_by_clone3 && !(ignored_signals() & ~standard_signals);
  return (struct way){
    .start = choice->start,
    .uses_pidfd = choice->wants_pidfd && has_pidfd,
    .signals = is_standard ? standard_signals : all_signals,
  };
}

/* The last but one always works: without pidfds it hears of the end by a thread. */
static enum answer try_choices(const struct choice **ret_choice) {
  for (int i = first_choice;; i++) {
    *ret_choice = &choices[i];
    enum answer works =
        (*ret_choice)->needs_shared_memory ? start_shares_memory((*ret_choice)->start) : YES;
    if (works != NO) return works;
  }
}

/* Threads that come here at once find the same, so nobody waits for another: a lock would have
 * to be looked after whenever the program forks. */
struct way ways_now(void) {
  if (atomic_load(&chosen)) return way;
  const struct choice *choice;
  enum answer works = try_choices(&choice);
  enum answer has_pidfd = wait_pidfd_works();
  struct way now = way_of(choice, has_pidfd != NO);
  /* No process or no descriptor is left: this start will say so, and the next one asks again. */
  if (works != YES || has_pidfd == UNKNOWN) return now;
  static atomic_flag is_being_kept = ATOMIC_FLAG_INIT;
  if (!atomic_flag_test_and_set(&is_being_kept)) {
    way = now;
    atomic_store(&chosen, choice);
  }
  return now;
}

const char *ways_name(void) {
  (void) ways_now();
  const struct choice *choice = atomic_load(&chosen);
  return choice ? choice->name : "none yet";
}

bool ways_force(const char *name) {
  for (int i = 0; i < CHOICE_COUNT; i++) {
    if (strcmp(choices[i].name, name) != 0) continue;
    first_choice = i;
    return true;
  }
  return false;
}
