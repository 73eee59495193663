/* SPDX-License-Identifier: MIT */
/*
 * The parent's side of a start.
 */
#include "process/process.h"

#include "base/clock.h"
#include "base/fd.h"
#include "process/ways.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- which way ---- */

static start_way chosen_way;

/* Once for the process, by trying: a sandbox may refuse clone3, and an emulator may give us
 * a copy of our memory instead of the memory. */
static void choose_way(void) {
  chosen_way = start_shares_memory(start_by_clone3) ? start_by_clone3 : start_by_clone;
}

static start_way way(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void) pthread_once(&once, choose_way);
  return chosen_way;
}

/* ---- what the child is told ---- */

/* Whether setting this id would change any of the three that there are. */
static bool changes_user(uint32_t wanted) {
  uid_t real, effective, saved;
  if (getresuid(&real, &effective, &saved) < 0) return true;
  return real != wanted || effective != wanted || saved != wanted;
}

static bool changes_group(uint32_t wanted) {
  gid_t real, effective, saved;
  if (getresgid(&real, &effective, &saved) < 0) return true;
  return real != wanted || effective != wanted || saved != wanted;
}

/* A process that takes on another identity keeps no group of ours. Who asks for what he is
 * already asks for nothing: that needs no privilege. */
static void set_identity(struct child_side *side, const struct plan *plan) {
  bool changes = (plan->has_uid && changes_user(plan->uid)) ||
                 (plan->has_gid && changes_group(plan->gid));
  if (!changes) return;
  side->sets_groups = true;
  side->sets_gid = plan->has_gid;
  side->gid = plan->gid;
  side->sets_uid = plan->has_uid;
  side->uid = plan->uid;
}

/* A copy of our table costs by the number of open descriptors, twice: to copy and to close.
 * Sharing it and copying the low part only is flat, as long as what the child needs is low. */
static void share_table(struct child_side *side) {
  enum { LOW = 256 };
  int highest = side->source_count - 1;
  for (int i = 0; i < side->source_count; i++)
    if (side->sources[i] > highest) highest = side->sources[i];
  side->shares_table = highest < LOW;
  side->first_unused = (unsigned) highest + 1;
}

static struct child_side side_of(const struct plan *plan, int *sources) {
  struct child_side side = {
    .candidates = plan->candidates,
    .args = plan->args,
    .shell_args = plan->shell_args,
    .env = (char *const *) plan->env,
    .cwd = plan->cwd,
    .sources = sources,
    .source_count = plan->slot_count,
    .is_detached = plan->is_detached,
    .slot = -1,
  };
  set_identity(&side, plan);
  share_table(&side);
  return side;
}

/* ---- starting ---- */

enum { SIGNAL_SET_BYTES = 8 };

/* All signals, libc's own included. A handler of ours must not run in the child, and a stop
 * signal between clone and exec would leave this thread waiting for a stopped child. */
static void block_signals(uint64_t *ret_before) {
  const uint64_t all = ~(uint64_t) 0;
  (void) syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, ret_before, SIGNAL_SET_BYTES);
}

static void restore_signals(const uint64_t *before) {
  (void) syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, SIGNAL_SET_BYTES);
}

static int run(struct process *process, struct child_side *side) {
  uint64_t mask;
  start_way start = way();
  block_signals(&mask);
  int result = start(process, side);
  restore_signals(&mask);
  return result;
}

static int failure(struct process_failure *ret_failure, enum process_step step, int number,
                   int slot) {
  *ret_failure = (struct process_failure){ .step = step, .number = number, .slot = slot };
  return number;
}

/* The process is there: it runs its program, or says why not. */
static int settle(struct process *process, const struct child_side *side,
                  struct process_failure *ret_failure) {
  if (side->step != STEP_NONE) {
    wait_discard(process);
    return failure(ret_failure, (enum process_step) side->step, side->number, side->slot);
  }
  int result = wait_start(process);
  if (result >= 0) return 0;
  (void) kill(process->pid, SIGKILL); /* nobody has waited for it, so the pid is still its own */
  wait_discard(process);
  return failure(ret_failure, STEP_WATCH, result, -1);
}

int process_start(struct process *process, struct loop *loop, const struct plan *plan,
                  int *sources, struct process_failure *ret_failure) {
  process->loop = loop;
  process->pidfd = -1;
  process->started_ns = clock_now_ns();
  struct child_side side = side_of(plan, sources);
  int result = run(process, &side);
  if (result >= 0 && side.step == STEP_UNSHARE && side.shares_table) {
    /* It had not touched anything yet. With a table of its own from the start it may go. */
    wait_discard(process);
    side.shares_table = false;
    side.step = STEP_NONE;
    result = run(process, &side);
  }
  if (result < 0) return failure(ret_failure, STEP_CLONE, result, -1);
  return settle(process, &side, ret_failure);
}

const char *process_step_name(enum process_step step) {
  static const char *const names[] = {
    [STEP_NONE] = "start",         [STEP_ABORT] = "abort",   [STEP_STDIO] = "stdio",
    [STEP_CLONE] = "clone",        [STEP_UNSHARE] = "unshare", [STEP_SETSID] = "setsid",
    [STEP_CHDIR] = "chdir",        [STEP_SETGROUPS] = "setgroups", [STEP_SETGID] = "setgid",
    [STEP_SETUID] = "setuid",      [STEP_EXEC] = "exec",     [STEP_WATCH] = "watch",
  };
  return names[step];
}
