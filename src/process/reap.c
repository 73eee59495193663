/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/fd.h"
#include "process/ways.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t microseconds(struct timeval time) {
  return (uint64_t) time.tv_sec * 1000000u + (uint64_t) time.tv_usec;
}

int reap(int id_type, int id, int how, siginfo_t *ret_info, cp_usage *ret_usage) {
  struct rusage used = { 0 };
  *ret_info = (siginfo_t){ 0 };
  long result;
  /* libc's waitid() does not hand over the usage; the system call does. */
  do result = syscall(SYS_waitid, id_type, id, ret_info, WEXITED | how, &used);
  while (result < 0 && errno == EINTR);
  if (result < 0) return -errno;
  *ret_usage = (cp_usage){
    .user_us = microseconds(used.ru_utime),
    .system_us = microseconds(used.ru_stime),
    .max_rss_bytes = (uint64_t) used.ru_maxrss * 1024,
  };
  return 0;
}

void reap_set_end(struct process_end *end, const siginfo_t *info) {
  bool has_exited = info->si_code == CLD_EXITED;
  end->code = has_exited ? info->si_status : -1;
  end->signal = has_exited ? 0 : info->si_status;
}

void reap_discard(struct process *process) {
  siginfo_t info;
  cp_usage usage;
  bool has_pidfd = process->pidfd >= 0;
  (void) reap(has_pidfd ? ID_IS_PIDFD : P_PID, has_pidfd ? process->pidfd : process->pid, 0, &info,
              &usage);
  fd_close(&process->pidfd);
  process->pid = 0;
}

void process_emit_end(struct process *process, struct process_end *end) {
  end->usage.elapsed_us = (clock_now_ns() - process->started_ns) / 1000;
  process_forget(process);
  process->ended(process, end);
}
