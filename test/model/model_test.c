/* SPDX-License-Identifier: MIT */
/*
 * Many random schedules, each against the model. CP_TEST_SEED=FIRST or FIRST:COUNT says which;
 * without it the same ones are played every time. They run in batches, each in a process, so that
 * a crash and a hang can name their seed, too.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "run/internal.h"
#include "schedule.h"

enum { BATCH = 50, BATCH_TIMEOUT_MS = 40000 };

static _Atomic uint64_t *current; /* seed, seen by the test as well */

/* Sent to one that hangs. */
static void tell_story(int number) {
  (void) number;
  report("  %s\n", schedule_story());
  _exit(TEST_FAILED);
}

__attribute__((noreturn)) static void play_batch(uint64_t first, uint64_t count) {
  guard_begin();
  (void) signal(SIGALRM, tell_story);
  for (uint64_t seed = first; seed < first + count; seed++) {
    atomic_store(current, seed);
    schedule_play(seed);
  }
  _exit(guard_end_quickly() ? TEST_PASSED : TEST_FAILED);
}

static void run_batch(uint64_t first, uint64_t count) {
  pid_t pid = fork();
  if (pid == 0) play_batch(first, count);
  CHECK(pid > 0);
  struct pollfd end = { .fd = (int) syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
  CHECK(end.fd >= 0);
  bool hangs = poll(&end, 1, BATCH_TIMEOUT_MS) == 0;
  if (hangs) kill(pid, SIGALRM);
  int status;
  CHECK_INT(waitpid(pid, &status, 0), pid);
  close(end.fd);
  if (status == 0) return;
  unsigned long long seed = atomic_load(current);
  check_failed(__FILE__, __LINE__, "%s at schedule %llu; CP_TEST_SEED=%llu:1 plays it again",
               hangs                 ? "it hangs"
               : WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                     : "a failure",
               seed, seed);
}

TEST(events_follow_the_model_in_random_schedules) {
  unsigned long long first = 1;
  unsigned long long count = (unsigned long long) test_size(2000, 50000);
  const char *wanted = getenv("CP_TEST_SEED");
  if (wanted) CHECK(sscanf(wanted, "%llu:%llu", &first, &count) >= 1);
  current = mmap(NULL, sizeof *current, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(current != MAP_FAILED);
  for (unsigned long long done = 0; done < count; done += BATCH)
    run_batch(first + done, count - done < BATCH ? count - done : BATCH);
  munmap((void *) current, sizeof *current);
}
