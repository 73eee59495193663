/* SPDX-License-Identifier: MIT */
/*
 * Which way to start. Chosen at the first start, by trying: a sandbox may refuse clone3, and an
 * emulator may give a copy of our memory where it should share it (valgrind, qemu-user, WSL1);
 * then a missing program would pass for a running one. Kept until it is refused.
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

/* What was found. The facts are there before the choice is; each is a word of its own, and all that
 * write one at the same time write the same, so nobody waits for another: a lock would have to be
 * looked after whenever the program forks. */
static const struct choice *_Atomic chosen;
static atomic_bool has_pidfds;
static _Atomic uint64_t signals_of_clone3;

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

static struct way way_of(const struct choice *choice, bool has_pidfd, uint64_t of_clone3) {
  return (struct way){
    .choice = choice,
    .start = choice->start,
    .uses_pidfd = choice->wants_pidfd && has_pidfd,
    .signals = choice->start == start_by_clone3 ? of_clone3 : all_signals,
  };
}

/* From that one on. The last but one always works: without pidfds it hears of the end by a
 * thread. */
static enum answer try_choices(const struct choice *choice, const struct choice **ret_choice) {
  for (;; choice++) {
    *ret_choice = choice;
    enum answer works = choice->needs_shared_memory ? start_shares_memory(choice->start) : YES;
    if (works != NO) return works;
  }
}

struct way ways_now(void) {
  const struct choice *choice = atomic_load(&chosen);
  if (choice) return way_of(choice, atomic_load(&has_pidfds), atomic_load(&signals_of_clone3));
  enum answer works = try_choices(&choices[first_choice], &choice);
  enum answer has_pidfd = wait_pidfd_works();
  bool is_standard = choice->start == start_by_clone3 && !(ignored_signals() & ~standard_signals);
  uint64_t of_clone3 = is_standard ? standard_signals : all_signals;
  /* No process or no descriptor is left: this start will say so, and the next one asks again. */
  if (works == YES && has_pidfd != UNKNOWN) {
    atomic_store(&has_pidfds, has_pidfd == YES);
    atomic_store(&signals_of_clone3, of_clone3);
    const struct choice *none = NULL;
    (void) atomic_compare_exchange_strong(&chosen, &none, choice);
  }
  return way_of(choice, has_pidfd != NO, of_clone3);
}

bool ways_next(struct way *way, int number) {
  if (!start_is_refused(number) || way->start == start_by_fork) return false;
  if (way->start == start_by_waiting_fork) {
    way->start = start_by_fork;
    return true;
  }
  const struct choice *refused = way->choice;
  const struct choice *next;
  enum answer works = try_choices(refused + 1, &next);
  *way = way_of(next, way->uses_pidfd, all_signals);
  if (works == YES) (void) atomic_compare_exchange_strong(&chosen, &refused, next);
  return true;
}

void ways_separate(struct way *way) {
  if (way->choice->needs_shared_memory) way->start = start_by_waiting_fork;
  way->signals = all_signals;
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
