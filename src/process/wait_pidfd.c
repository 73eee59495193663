/* SPDX-License-Identifier: MIT */
/*
 * Hearing of the end through the pidfd, and signalling by it.
 *
 * A pidfd becomes readable when the process has ended, and hangs up when somebody has taken
 * its status. Normally that is us. If the host ignores SIGCHLD nobody keeps the status, and
 * if another part of the program waits for any child it may have been quicker: then the
 * kernel (6.15 and later) still tells through the pidfd how it ended.
 */
#include "base/fd.h"
#include "process/ways.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From <linux/pidfd.h> of Linux 6.15. */
struct exit_info {
  uint64_t mask;
  uint64_t cgroup_id;
  uint32_t ids[11]; /* pid, tgid, ppid, then users and groups */
  int32_t exit_code;
};
enum { INFO_EXIT = 1 << 3 };
#define GET_EXIT_INFO _IOWR(0xFF, 11, struct exit_info)

static void set_status(struct process_end *end, int status) {
  bool was_killed = WIFSIGNALED(status);
  end->code = was_killed ? -1 : WEXITSTATUS(status);
  end->signal = was_killed ? WTERMSIG(status) : 0;
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
  return true;
}

/* Told once: mostly that is enough, and then there is nothing to take back. */
enum { END = EPOLLIN | EPOLLONESHOT };

/* It has ended, but its status is not to be had: a debugger holds it, or somebody is just about to
 * take it. The pidfd stays readable all the while, so for a moment only its hanging up is heard. */
static void ask_again_later(struct process *process) {
  enum { RETRY_MS = 20 };
  (void) loop_watch(process->loop, &process->watch, EPOLLONESHOT);
  loop_stop_timer(process->loop, &process->retry);
  loop_start_timer(process->loop, &process->retry, RETRY_MS);
}

static void on_retry(struct loop_timer *timer) {
  struct process *process = LIST_ENTRY(timer, struct process, retry);
  (void) loop_watch(process->loop, &process->watch, END);
}

static void on_ready(struct loop_watch *watch, uint32_t events) {
  struct process *process = LIST_ENTRY(watch, struct process, watch);
  struct process_end end = { 0 };
  siginfo_t info;
  int result = reap(ID_IS_PIDFD, process->pidfd, WNOHANG, &info, &end.usage);
  bool is_known = true;
  if (result < 0) {
    is_known = ask_kernel(process, (events & EPOLLHUP) != 0, &end);
  } else if (info.si_pid == 0) {
    is_known = false;
  } else {
    reap_set_end(&end, &info);
  }
  if (is_known) {
    process_emit_end(process, &end);
  } else {
    ask_again_later(process);
  }
}

static int start(struct process *process) {
  process->pidfd = fd_move_up(process->pidfd);
  if (process->pidfd < 0) return process->pidfd;
  process->watch = (struct loop_watch){ .fd = process->pidfd, .ready = on_ready };
  process->retry.expired = on_retry;
  return loop_watch(process->loop, &process->watch, END);
}

static int signal_by_pidfd(const struct process *process, int signal) {
  return syscall(SYS_pidfd_send_signal, process->pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

/* A program may put itself into a sandbox that knows kill() only. Until its status is taken nobody
 * else gets the pid, and it is looked whether somebody took that. */
static int send_signal(const struct process *process, int signal) {
  int result = signal_by_pidfd(process, signal);
  if (result != -ENOSYS && result != -EPERM) return result;
  siginfo_t info;
  cp_usage usage;
  int there = reap(ID_IS_PIDFD, process->pidfd, WNOHANG | WNOWAIT, &info, &usage);
  if (there < 0) return there == -ECHILD ? -ESRCH : result;
  return kill(process->pid, signal) < 0 ? -errno : 0;
}

static void forget(struct process *process) {
  loop_stop_timer(process->loop, &process->retry);
  loop_unwatch(process->loop, &process->watch);
  fd_close(&process->pidfd);
}

const struct wait_way wait_by_pidfd = { .start = start, .kill = send_signal, .forget = forget };

/* Tried on our own process: a signal 0 to it goes, and it is no child of ours. Kernels before 5.4
 * have pidfds and no way to wait by them (EINVAL). */
enum answer wait_pidfd_works(void) {
  int fd = (int) syscall(SYS_pidfd_open, getpid(), 0);
  if (fd < 0) return errno == EMFILE || errno == ENFILE || errno == ENOMEM ? UNKNOWN : NO;
  struct process self = { .pidfd = fd };
  siginfo_t info;
  cp_usage usage;
  bool works = signal_by_pidfd(&self, 0) >= 0 &&
               reap(ID_IS_PIDFD, self.pidfd, WNOHANG, &info, &usage) == -ECHILD;
  fd_close(&self.pidfd);
  return works ? YES : NO;
}
