/* SPDX-License-Identifier: MIT */
#include "process/process.h"

#include "process/ways.h"

#include <errno.h>

int process_kill(const struct process *process, int signal) {
  return process->wait ? process->wait->kill(process, signal) : -ESRCH;
}

void process_forget(struct process *process) {
  if (!process->wait) return;
  process->wait->forget(process);
  process->wait = NULL;
}

bool process_is_there(const struct process *process) {
  return process->wait != NULL;
}

const char *process_step_name(enum process_step step) {
  static const char *const names[] = {
    [STEP_NONE] = "start",    [STEP_ABORT] = "abort",         [STEP_STDIO] = "stdio",
    [STEP_CLONE] = "clone",   [STEP_UNSHARE] = "unshare",     [STEP_SETSID] = "setsid",
    [STEP_CHDIR] = "chdir",   [STEP_SETGROUPS] = "setgroups", [STEP_SETGID] = "setgid",
    [STEP_SETUID] = "setuid", [STEP_EXEC] = "exec",           [STEP_WATCH] = "watch",
  };
  return names[step];
}
