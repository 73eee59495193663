/* SPDX-License-Identifier: MIT */
/*
 * run_tests [--list] [--soak|--brief] [--times] [--jobs N] [--timeout SECONDS] [substring...]
 *
 * Runs the tests whose name or file contains one of the substrings, all without one. Prints what
 * failed and one closing line. With --soak the long tests are among them, and others do more;
 * with --brief some do less, for a run that repeats another one in a second build or way. With
 * --times it tells how long each took, and how much of that it used a processor.
 * CP_TEST_WAY in the environment has all of them start and wait in that way (process/ways.h):
 * "clone3+pidfd", "clone+pidfd", "fork+pidfd" or "fork+thread".
 */
#include "internal.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/ways.h"

enum { MOST_JOBS = 32 };

struct selection {
  char **words;
  int count;
  const char *misbehaving; /* the one test of the runner to run instead, or NULL */
};

struct tally {
  int passed, failed, skipped;
};

static bool is_soak;
static bool is_brief;
static bool tells_times;
static struct test *first;
static struct test **last = &first;

void test_register(struct test *test) {
  *last = test;
  last = &test->next;
}

int test_size(int every_day, int soak) {
  return is_soak ? soak : every_day;
}

int test_size_once(int every_day, int brief) {
  return is_brief ? brief : every_day;
}

static bool is_selected(const struct test *test, const struct selection *selection) {
  if (selection->misbehaving) {
    return test->kind == TEST_OF_RUNNER && strcmp(test->name, selection->misbehaving) == 0;
  }
  if (test->kind == TEST_OF_RUNNER) return false;
  if (test->kind == TEST_ONLY_PLAIN && TEST_SANITIZED) return false;
  if (test->kind == TEST_ONLY_SOAK && !is_soak) return false;
  for (int i = 0; i < selection->count; i++) {
    if (strstr(test->name, selection->words[i])) return true;
    if (strstr(test->file, selection->words[i])) return true;
  }
  return selection->count == 0;
}

static struct test *next_selected(struct test *test, const struct selection *selection) {
  while (test && !is_selected(test, selection)) test = test->next;
  return test;
}

static void count(struct tally *tally, int verdict) {
  if (verdict == TEST_PASSED) tally->passed++;
  if (verdict == TEST_FAILED) tally->failed++;
  if (verdict == TEST_SKIPPED) tally->skipped++;
}

/* At once: what a fork copies unwritten would count as the output of the next test. */
static void print_times(const struct job *job, uint64_t now) {
  printf("%6" PRIu64 " ms, %6" PRIu64 " ms used: %s\n", now - job->started_ms, job->used_ms,
         job->test->name);
  fflush(stdout);
}

/* Waits until a job has ended or has used up its time; finishes all such. */
static int finish_some(struct job *jobs, int job_count, struct tally *tally) {
  struct pollfd ends[MOST_JOBS];
  uint64_t now = now_ms();
  uint64_t wait_ms = 1000;
  int finished = 0;
  for (int i = 0; i < job_count; i++) {
    ends[i] = (struct pollfd){ .fd = jobs[i].pid ? jobs[i].pidfd : -1, .events = POLLIN };
    if (!jobs[i].pid) continue;
    if (jobs[i].pidfd < 0) wait_ms = 10; /* nothing tells: look again soon */
    uint64_t left = jobs[i].deadline_ms > now ? jobs[i].deadline_ms - now : 0;
    if (left < wait_ms) wait_ms = left;
  }
  poll(ends, (nfds_t) job_count, (int) wait_ms);
  now = now_ms();
  for (int i = 0; i < job_count; i++) {
    if (!jobs[i].pid) continue;
    bool has_ended = job_has_ended(&jobs[i]);
    if (!has_ended && now < jobs[i].deadline_ms) continue;
    jobs[i].timed_out = !has_ended;
    count(tally, job_finish(&jobs[i]));
    if (tells_times) print_times(&jobs[i], now);
    finished++;
  }
  return finished;
}

static struct tally run(const struct selection *selection, int job_count, uint64_t timeout_ms) {
  struct tally tally = { 0, 0, 0 };
  struct job jobs[MOST_JOBS];
  struct test *test = next_selected(first, selection);
  int running = 0;
  memset(jobs, 0, sizeof jobs);
  while (test || running) {
    for (int i = 0; i < job_count && test; i++) {
      if (jobs[i].pid) continue;
      if (job_start(&jobs[i], test, timeout_ms) < 0) {
        perror(test->name);
        tally.failed++;
      } else {
        running++;
      }
      test = next_selected(test->next, selection);
    }
    running -= finish_some(jobs, job_count, &tally);
  }
  return tally;
}

static void list(const struct selection *selection) {
  for (struct test *test = next_selected(first, selection); test;
       test = next_selected(test->next, selection)) {
    printf("%s\n", test->name);
  }
}

/* Without the thread cache mallinfo2() counts what is in use, and nothing else. */
static void switch_thread_cache_off(char **argv) {
  if (!TEST_SANITIZED && !getenv("GLIBC_TUNABLES")) {
    setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1);
    execv("/proc/self/exe", argv);
  }
  unsetenv("GLIBC_TUNABLES");
}

/* In a copy of us: to ask is to begin, and what the library sees then belongs to each test. */
static bool way_works(const char *way) {
  int status = 0;
  pid_t pid = fork();
  if (pid == 0) _exit(ways_force(way) && strcmp(ways_name(), way) == 0 ? 0 : 1);
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* False, and said so, if it is not what the tests would then run on. The tests do not see it. */
static bool choose_way(void) {
  const char *way = getenv("CP_TEST_WAY");
  if (!way) return true;
  if (!way_works(way) || !ways_force(way)) {
    fprintf(stderr, "run_tests: no way to start is called %s here\n", way);
    return false;
  }
  unsetenv("CP_TEST_WAY");
  return true;
}

static int usage(void) {
  fprintf(stderr,
          "usage: run_tests [--list] [--soak|--brief] [--times] [--jobs N] [--timeout SECONDS] "
          "[substring...]\n");
  return 2;
}

int main(int argc, char **argv) {
  struct selection selection = { NULL, 0, NULL };
  bool only_list = false;
  long job_count = 2;
  long timeout_s = 60;
  switch_thread_cache_off(argv);
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    bool has_value = i + 1 < argc;
    if (strcmp(argv[i], "--list") == 0)
      only_list = true;
    else if (strcmp(argv[i], "--soak") == 0)
      is_soak = true;
    else if (strcmp(argv[i], "--brief") == 0)
      is_brief = true;
    else if (strcmp(argv[i], "--times") == 0)
      tells_times = true;
    else if (strcmp(argv[i], "--jobs") == 0 && has_value)
      job_count = atol(argv[++i]);
    else if (strcmp(argv[i], "--timeout") == 0 && has_value)
      timeout_s = atol(argv[++i]);
    else if (strcmp(argv[i], "--misbehave") == 0 && has_value)
      selection.misbehaving = argv[++i];
    else
      return usage();
  }
  selection.words = argv + i;
  selection.count = argc - i;
  if (job_count < 1 || job_count > MOST_JOBS || timeout_s < 1) return usage();
  if (!choose_way()) return 2;
  if (only_list) {
    list(&selection);
    return 0;
  }
  if (place_open() < 0) {
    place_close();
    return 2;
  }
  struct tally tally = run(&selection, (int) job_count, (uint64_t) timeout_s * 1000);
  place_close();
  printf("tests: %d passed, %d failed", tally.passed, tally.failed);
  if (tally.skipped) printf(", %d skipped", tally.skipped);
  printf("\n");
  return tally.failed || tally.passed == 0 ? 1 : 0;
}
