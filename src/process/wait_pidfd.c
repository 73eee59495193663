/* SPDX-License-Identifier: MIT */
/*
 * Hearing of the end through the pidfd, and signalling by it.
 *
 * A pidfd becomes readable when the process has ended, and hangs up when somebody has taken
 * its status. Normally that is us. If the host ignores SIGCHLD nobody keeps the status, and
 * if another part of the program waits for any child it may have been quicker: then the
 * kernel (6.15 and later) still tells through the pidfd how it ended.
 */
#include "base/clock.h"
#include "base/fd.h"
#include "process/ways.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef P_PIDFD
#  define P_PIDFD 3
#endif

/* From <linux/pidfd.h> of Linux 6.15, which Debian 12 does not have. */
struct exit_info {
  uint64_t mask;
  uint64_t cgroup_id;
  uint32_t ids[11]; /* pid, tgid, ppid, then users and groups */
  int32_t exit_code;
};
enum { INFO_EXIT = 1 << 3 };
#define GET_EXIT_INFO _IOWR(0xFF, 11, struct exit_info)

static uint64_t microseconds(struct timeval time) {
  return (uint64_t) time.tv_sec * 1000000u + (uint64_t) time.tv_usec;
}

static void set_usage(cp_usage *usage, const struct rusage *used) {
  usage->user_us = microseconds(used->ru_utime);
  usage->system_us = microseconds(used->ru_stime);
  usage->max_rss_bytes = (uint64_t) used->ru_maxrss * 1024;
}

static void set_status(struct process_end *end, int status) {
  if (WIFSIGNALED(status)) {
    end->code = -1;
    end->signal = WTERMSIG(status);
  } else {
    end->code = WEXITSTATUS(status);
    end->signal = 0;
  }
}

/* Somebody else has the status. False: ask again when the pidfd hangs up, since just now he
 * is about to take it. */
static bool ask_kernel(const struct process *process, bool has_hung_up, struct process_end *end) {
  struct exit_info info = { .mask = INFO_EXIT };
  if (ioctl(process->pidfd, GET_EXIT_INFO, &info) == 0) {
    if (info.mask & INFO_EXIT) {
      set_status(end, info.exit_code);
      return true;
    }
    if (!has_hung_up) return false;
  }
  end->code = -ECHILD;
  end->signal = 0;
  return true;
}

/* libc's waitid() does not hand over the usage; the system call does. */
static int take_status(int id_type, int id, siginfo_t *info, struct rusage *used, int how) {
  long result;
  do result = syscall(SYS_waitid, id_type, id, info, WEXITED | how, used);
  while (result < 0 && errno == EINTR);
  return result < 0 ? -errno : 0;
}

void process_forget(struct process *process) {
  if (process->pidfd < 0) return;
  loop_unwatch(process->loop, &process->watch);
  fd_close(&process->pidfd);
}

static void on_ready(struct loop_watch *watch, uint32_t events) {
  struct process *process = LIST_ENTRY(watch, struct process, watch);
  struct process_end end = { 0 };
  siginfo_t info = { 0 };
  struct rusage used = { 0 };
  int result = take_status(P_PIDFD, process->pidfd, &info, &used, WNOHANG);
  if (result < 0) {
    if (!ask_kernel(process, (events & EPOLLHUP) != 0, &end)) return;
  } else if (info.si_pid == 0) {
    return; /* not yet: a debugger has it */
  } else {
    bool has_exited = info.si_code == CLD_EXITED;
    end.code = has_exited ? info.si_status : -1;
    end.signal = has_exited ? 0 : info.si_status;
    set_usage(&end.usage, &used);
  }
  end.usage.elapsed_us = (clock_now_ns() - process->started_ns) / 1000;
  process_forget(process);
  process->ended(process, &end);
}

int wait_start(struct process *process) {
  process->pidfd = fd_move_up(process->pidfd);
  if (process->pidfd < 0) return process->pidfd;
  process->watch = (struct loop_watch){ .fd = process->pidfd, .ready = on_ready };
  return loop_watch(process->loop, &process->watch, EPOLLIN);
}

void wait_discard(struct process *process) {
  siginfo_t info;
  struct rusage used;
  bool by_pidfd = process->pidfd >= 0;
  (void) take_status(by_pidfd ? P_PIDFD : P_PID, by_pidfd ? process->pidfd : process->pid, &info,
                     &used, 0);
  fd_close(&process->pidfd);
}

int process_kill(const struct process *process, int signal) {
  if (process->pidfd < 0) return -ESRCH;
  return syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}
