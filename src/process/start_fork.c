/* SPDX-License-Identifier: MIT */
/*
 * Starting by a real fork, where memory cannot be shared. The child works on a copy of
 * `side`, so it tells what failed through a pipe, which exec closes: nothing in it means that
 * all went well.
 *
 * Whoever forks in another thread meanwhile holds our pipe open for as long as he likes. So where
 * the kernel does as told it lets us wait (CLONE_VFORK), not the pipe; an emulator may not.
 *
 * The system call and not libc's fork(): the child runs none of the host's code, so the
 * host's pthread_atfork() handlers have nothing to prepare.
 */
#include "base/fd.h"
#include "process/ways.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The child's end must lie above all slots, and be the only one in its way there. */
static int make_report(int ends[2], int slots) {
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  ends[0] = fd_move_off_stdio(ends[0]);
  ends[1] = fd_move_up(ends[1]);
  if (ends[0] >= 0 && ends[1] >= 0 && ends[1] < slots) {
    int above = fcntl(ends[1], F_DUPFD_CLOEXEC, slots);
    int number = errno;
    fd_close(&ends[1]);
    ends[1] = above < 0 ? -number : above;
  }
  int result = ends[0] < 0 ? ends[0] : ends[1] < 0 ? ends[1] : 0;
  if (result >= 0) return 0;
  fd_close(&ends[0]);
  fd_close(&ends[1]);
  return result;
}

/* There may be two: of a stop signal, and then of a failure. The later one tells of both. If all is
 * there already, the pipe is one that does not block. */
static int read_report(int fd, bool is_all_there, struct child_side *side) {
  struct child_report report;
  ssize_t count;
  while ((count = read(fd, &report, sizeof report)) != 0) {
    if (count == sizeof report) {
      side->report = report;
      if (report.step != STEP_NONE) return 0; /* the last word */
    } else if (count < 0 && errno == EAGAIN && is_all_there) {
      return 0;
    } else if (count > 0 || errno != EINTR) {
      return count < 0 ? -errno : -EIO;
    }
  }
  return 0;
}

/* Whether it runs its program is not known, so it must not. */
static void give_up(pid_t pid, struct child_side *side, int number) {
  (void) kill(pid, SIGKILL);
  side->report.step = STEP_CLONE;
  side->report.number = number;
}

/* With a pidfd from the start: a child that has ended and that nobody keeps, since the host ignores
 * SIGCHLD, could not be found by its pid any more. Before Linux 5.2 there is none. */
static pid_t fork_alone(int flags, int *ret_pidfd) {
  flags |= SIGCHLD;
  *ret_pidfd = -1;
  long pid = syscall(SYS_clone, flags | CLONE_PIDFD, 0, ret_pidfd, 0, 0);
  if (pid < 0 && errno == EINVAL) pid = syscall(SYS_clone, flags, 0, 0, 0, 0);
  return (pid_t) pid;
}

static int start(struct process *process, struct child_side *side, int flags) {
  int ends[2];
  int result = make_report(ends, side->source_count);
  if (result < 0) return result;
  if (flags & CLONE_VFORK) (void) fd_set_nonblocking(ends[0], O_RDONLY); /* or it waits twice */
  side->shares_table = false;
  side->report_fd = ends[1];
  int pidfd;
  pid_t pid = fork_alone(flags, &pidfd);
  if (pid == 0) child_side_run_and_exit(side);
  int number = errno;
  fd_close(&ends[1]);
  if (pid > 0) {
    result = read_report(ends[0], (flags & CLONE_VFORK) != 0, side);
    if (result < 0) give_up(pid, side, result);
    process->pid = pid;
    process->pidfd = pidfd;
  }
  fd_close(&ends[0]);
  return pid < 0 ? -number : 0;
}

int start_by_fork(struct process *process, struct child_side *side) {
  return start(process, side, 0);
}

int start_by_waiting_fork(struct process *process, struct child_side *side) {
  return start(process, side, CLONE_VFORK);
}
