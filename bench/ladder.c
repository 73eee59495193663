/* SPDX-License-Identifier: MIT */
/*
 * ladder CHILD ROUNDS: what each promise of a start costs. Begins with the limit (vfork, execve,
 * wait4) and adds one feature of the library's at a time, by hand: so the last steps are the floor
 * for any library with the same promises. All steps take turns in each round; printed are the
 * median and the median of the ratios to the first step of the same round.
 */
#include "children/call.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The library's stub: src/process/clone3_*.S. */
long clone3_call(struct clone_args *args, size_t size, int (*run)(void *), void *argument);

#ifndef CLONE_CLEAR_SIGHAND
#  define CLONE_CLEAR_SIGHAND 0x100000000ull
#endif

enum { ID_IS_PIDFD = 3, EXIT_CODE = 7, SIGNAL_SET_BYTES = 8 };

enum {
  BY_CLONE = 1 << 0,  /* clone3 on a stack of its own, and no handler stays */
  OWN_TABLE = 1 << 1, /* the table of descriptors shared, then its low part copied */
  PIDFD = 1 << 2,     /* made, waited for, closed */
  MASK = 1 << 3,      /* all signals blocked meanwhile */
  POLL = 1 << 4,      /* the end heard by poll */
  EPOLL = 1 << 5,     /* the end heard by an epoll set */
  NESTED = 1 << 6,    /* which is watched by another one: the loop's */
  STANDARD = 1 << 7,  /* signals 1 to 31 to their defaults */
  REAL_TIME = 1 << 8, /* those above, too */
  PENDING = 1 << 9,   /* a look for stop signals that wait */
};

static const struct step {
  const char *name;
  unsigned features;
} steps[] = {
  { "vfork, execve, wait4", 0 },
  { "+ clone3, handlers cleared", BY_CLONE },
  { "+ no descriptor leaks", BY_CLONE | OWN_TABLE },
  { "+ signals blocked", BY_CLONE | OWN_TABLE | MASK },
  { "+ ignored signals reset, 1..31", BY_CLONE | OWN_TABLE | MASK | STANDARD },
  { "+ stop signals postponed", BY_CLONE | OWN_TABLE | MASK | STANDARD | PENDING },
  { "+ pidfd (kill is safe)", BY_CLONE | OWN_TABLE | MASK | STANDARD | PENDING | PIDFD },
  { "  blocking call: + poll", BY_CLONE | OWN_TABLE | MASK | STANDARD | PENDING | PIDFD | POLL },
  { "  loop: + epoll set", BY_CLONE | OWN_TABLE | MASK | STANDARD | PENDING | PIDFD | EPOLL },
  { "  loop: + watched by the loop's",
    BY_CLONE | OWN_TABLE | MASK | STANDARD | PENDING | PIDFD | EPOLL | NESTED },
  { "  the same, signals 1..64",
    BY_CLONE | OWN_TABLE | MASK | STANDARD | REAL_TIME | PENDING | PIDFD | EPOLL | NESTED },
};

enum { STEPS = sizeof steps / sizeof *steps, EACH = 20, WARM = 20, MOST_ROUNDS = 200 };

static struct {
  unsigned features;
  char *args[2];
  int set, loop; /* epoll: ours, and one that stands for the loop's */
} state;

static inline __attribute__((always_inline)) bool has(unsigned feature) {
  return (state.features & feature) != 0;
}

static _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

/* ---- the child's side: no libc ---- */

static void reset_signals(int last) {
  static const struct {
    uintptr_t handler, flags, restorer;
    uint64_t mask;
  } by_default;
  for (int number = 1; number <= last; number++)
    if (number != SIGKILL && number != SIGSTOP)
      (void) call4(SYS_rt_sigaction, number, (long) &by_default, 0, SIGNAL_SET_BYTES);
}

static int run_child(void *unused) {
  (void) unused;
  const uint64_t none = 0;
  uint64_t pending;
  if (has(OWN_TABLE)) (void) call(SYS_close_range, 3, ~0u, CLOSE_RANGE_UNSHARE);
  if (has(STANDARD)) reset_signals(has(REAL_TIME) ? 64 : 31);
  (void) call(SYS_close, 0, 0, 0);
  (void) call4(SYS_openat, AT_FDCWD, (long) "/dev/null", O_RDONLY, 0);
  (void) call(SYS_close, 1, 0, 0);
  (void) call4(SYS_openat, AT_FDCWD, (long) "/dev/null", O_RDWR, 0);
  (void) call(SYS_dup3, 1, 2, 0);
  if (has(PENDING)) (void) call(SYS_rt_sigpending, (long) &pending, SIGNAL_SET_BYTES, 0);
  if (has(MASK)) (void) call4(SYS_rt_sigprocmask, SIG_SETMASK, (long) &none, 0, SIGNAL_SET_BYTES);
  (void) call(SYS_execve, (long) state.args[0], (long) state.args, (long) environ);
  return 127;
}

/* ---- the parent's side ---- */

static pid_t start_by_clone(int *ret_pidfd) {
  char stack[16384] __attribute__((aligned(16)));
  struct clone_args args = {
    .flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND | (has(PIDFD) ? CLONE_PIDFD : 0) |
             (has(OWN_TABLE) ? CLONE_FILES : 0),
    .pidfd = (uint64_t) (uintptr_t) ret_pidfd,
    .exit_signal = SIGCHLD,
    .stack = (uint64_t) (uintptr_t) stack,
    .stack_size = sizeof stack,
  };
  return (pid_t) clone3_call(&args, sizeof args, run_child, NULL);
}

static pid_t start_by_vfork(void) {
  pid_t pid = vfork();
  if (pid == 0) _exit(run_child(NULL));
  return pid;
}

static pid_t start(int *ret_pidfd) {
  const uint64_t all = ~(uint64_t) 0;
  uint64_t before;
  if (has(MASK))
    (void) call4(SYS_rt_sigprocmask, SIG_BLOCK, (long) &all, (long) &before, SIGNAL_SET_BYTES);
  pid_t pid = has(BY_CLONE) ? start_by_clone(ret_pidfd) : start_by_vfork();
  if (has(MASK)) (void) call4(SYS_rt_sigprocmask, SIG_SETMASK, (long) &before, 0, SIGNAL_SET_BYTES);
  if (pid < 0) fail("start");
  return pid;
}

static void hear(int pidfd) {
  if (has(POLL)) {
    struct pollfd polled = { pidfd, POLLIN, 0 };
    (void) poll(&polled, 1, -1);
  }
  if (has(EPOLL)) {
    struct epoll_event event = { .events = EPOLLIN };
    (void) epoll_ctl(state.set, EPOLL_CTL_ADD, pidfd, &event);
    if (has(NESTED)) (void) epoll_wait(state.loop, &event, 1, -1);
    (void) epoll_wait(state.set, &event, 1, has(NESTED) ? 0 : -1);
  }
}

static void one(void) {
  int pidfd = -1;
  pid_t pid = start(&pidfd);
  hear(pidfd);
  struct rusage used;
  int code;
  if (has(PIDFD)) {
    siginfo_t info = { 0 };
    if (syscall(SYS_waitid, ID_IS_PIDFD, pidfd, &info, WEXITED, &used) < 0) fail("waitid");
    code = info.si_status;
    if (has(EPOLL)) (void) epoll_ctl(state.set, EPOLL_CTL_DEL, pidfd, &(struct epoll_event){ 0 });
    (void) close(pidfd);
  } else {
    int status;
    if (wait4(pid, &status, 0, &used) != pid) fail("wait4");
    code = WEXITSTATUS(status);
  }
  if (code == EXIT_CODE) return;
  (void) fprintf(stderr, "ladder: the child ended with code %d\n", code);
  exit(1);
}

/* ---- measuring ---- */

static double now_us(void) {
  struct timespec now;
  (void) clock_gettime(CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b) {
  double first = *(const double *) a, second = *(const double *) b;
  return (first > second) - (first < second);
}

static double median(double *numbers, int count) {
  qsort(numbers, (size_t) count, sizeof *numbers, compare);
  return numbers[count / 2];
}

static double measure(const struct step *step) {
  double spans[EACH];
  state.features = step->features;
  for (int i = 0; i < EACH; i++) {
    double before = now_us();
    one();
    spans[i] = now_us() - before;
  }
  return median(spans, EACH);
}

static void prepare(char *child) {
  state.args[0] = child;
  state.set = epoll_create1(EPOLL_CLOEXEC);
  state.loop = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = { .events = EPOLLIN };
  if (epoll_ctl(state.loop, EPOLL_CTL_ADD, state.set, &event) < 0) fail("epoll_ctl");
  for (int i = 0; i < STEPS; i++) {
    state.features = steps[i].features;
    for (int j = 0; j < WARM; j++) one();
  }
}

int main(int argc, char **argv) {
  static double spans[STEPS][MOST_ROUNDS], ratios[STEPS][MOST_ROUNDS];
  int rounds = argc == 3 ? atoi(argv[2]) : 0;
  if (rounds < 1 || rounds > MOST_ROUNDS) {
    (void) fprintf(stderr, "usage: ladder CHILD ROUNDS\n");
    return 2;
  }
  prepare(argv[1]);
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < STEPS; i++) {
      spans[i][round] = measure(&steps[i]);
      ratios[i][round] = spans[i][round] / spans[0][round];
    }
  }
  for (int i = 0; i < STEPS; i++)
    (void) printf("%-32s %8.1f us  %.3f\n", steps[i].name, median(spans[i], rounds),
                  median(ratios[i], rounds));
  return 0;
}
