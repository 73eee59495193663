/* SPDX-License-Identifier: MIT */
/*
 * One test in its process. Its output goes to a file in memory: nothing that a forgotten process
 * holds open can keep the runner waiting. The process leads a group, which is killed before the
 * leader is reaped, so the group's number cannot have been given to anyone else.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

__attribute__((noreturn)) static void run_in_this_process(const struct test *test, int output) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) abort();
  syscall(SYS_close_range, 3, ~0U, 0);
  report_open();
  setvbuf(stdout, NULL, _IONBF, 0);
  place_enter(test->name);
  guard_begin();
  test->body();
  _exit(guard_end() ? TEST_PASSED : TEST_FAILED);
}

int job_start(struct job *job, const struct test *test, uint64_t timeout_ms) {
  *job = (struct job){ .test = test, .pidfd = -1 };
  job->output = memfd_create("output", MFD_CLOEXEC);
  if (job->output < 0) return -1;
  /* Both 1 and 2 write at the end, whoever wrote last. */
  (void) fcntl(job->output, F_SETFL, O_APPEND);
  job->pid = fork();
  if (job->pid == 0) run_in_this_process(test, job->output);
  if (job->pid < 0) {
    close(job->output);
    job->pid = 0;
    return -1;
  }
  job->pidfd = (int) syscall(SYS_pidfd_open, job->pid, 0); /* valgrind knows none */
  job->started_ms = now_ms();
  job->deadline_ms = job->started_ms + timeout_ms;
  return 0;
}

static void print_output(const struct job *job) {
  char text[8192];
  off_t offset = 0;
  for (;;) {
    ssize_t length = pread(job->output, text, sizeof text, offset);
    if (length <= 0) return;
    fwrite(text, 1, (size_t) length, stdout);
    offset += length;
  }
}

static int judge(const struct job *job, int status) {
  const char *name = job->test->name;
  if (job->timed_out) {
    printf("FAIL %s: it took too long and was killed\n", name);
  } else if (WIFSIGNALED(status)) {
    printf("FAIL %s: killed by signal %d (%s)\n", name, WTERMSIG(status),
           strsignal(WTERMSIG(status)));
  } else if (WEXITSTATUS(status) == TEST_PASSED) {
    return TEST_PASSED;
  } else if (WEXITSTATUS(status) == TEST_SKIPPED) {
    printf("SKIP %s\n", name);
    return TEST_SKIPPED;
  } else if (WEXITSTATUS(status) == TEST_FAILED) {
    printf("FAIL %s\n", name);
  } else {
    printf("FAIL %s: the process ended with code %d\n", name, WEXITSTATUS(status));
  }
  return TEST_FAILED;
}

bool job_has_ended(const struct job *job) {
  siginfo_t info = { .si_pid = 0 };
  (void) waitid(P_PID, (id_t) job->pid, &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == job->pid;
}

static uint64_t to_ms(struct timeval time) {
  return (uint64_t) time.tv_sec * 1000 + (uint64_t) time.tv_usec / 1000;
}

int job_finish(struct job *job) {
  siginfo_t info;
  int status = 0;
  if (job->timed_out) kill(job->pid, SIGKILL);
  while (waitid(P_PID, (id_t) job->pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
  kill(-job->pid, SIGKILL);
  struct rusage usage = { 0 };
  while (wait4(job->pid, &status, 0, &usage) < 0 && errno == EINTR) continue;
  job->used_ms = to_ms(usage.ru_utime) + to_ms(usage.ru_stime);
  int verdict = judge(job, status);
  struct stat output;
  bool has_output = fstat(job->output, &output) == 0 && output.st_size > 0;
  if (has_output && verdict == TEST_PASSED) printf("NOTE %s\n", job->test->name);
  print_output(job);
  fflush(stdout);
  if (job->pidfd >= 0) close(job->pidfd);
  close(job->output);
  job->pid = 0;
  return verdict;
}
