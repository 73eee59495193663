/* SPDX-License-Identifier: MIT */
/*
 * The parent's side of a start.
 */
#include "process/process.h"

#include "base/clock.h"
#include "process/mask.h"
#include "process/ways.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

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
  bool changes =
      (plan->has_uid && changes_user(plan->uid)) || (plan->has_gid && changes_group(plan->gid));
  if (!changes) return;
  side->sets_groups = true;
  side->sets_gid = plan->has_gid;
  side->gid = plan->gid;
  side->sets_uid = plan->has_uid;
  side->uid = plan->uid;
}

/* Linux before 5.9, or a sandbox: then each child has a copy from the start. */
static atomic_bool cannot_unshare;

/* A copy of our table costs by the number of open descriptors, twice: to copy and to close.
 * Sharing it and copying the low part only is flat, as long as what the child needs is low. */
static void share_table(struct child_side *side) {
  enum { LOW = 256 };
  int highest = side->source_count - 1;
  for (int i = 0; i < side->source_count; i++)
    if (side->sources[i] > highest) highest = side->sources[i];
  side->shares_table =
      highest < LOW && !atomic_load_explicit(&cannot_unshare, memory_order_relaxed);
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
    .nonblocking = plan->nonblocking,
    .is_detached = plan->is_detached,
    .report_fd = -1,
    .report.slot = -1,
  };
  set_identity(&side, plan);
  share_table(&side);
  return side;
}

/* ---- starting ---- */

static int run_once(const struct way *way, struct process *process, struct child_side *side) {
  side->signals = way->signals;
  uint64_t mask = mask_block_all();
  int result = way->start(process, side);
  mask_restore(mask);
  return result;
}

static int run(struct way *way, struct process *process, struct child_side *side) {
  int result = run_once(way, process, side);
  while (result < 0 && ways_next(way, result)) result = run_once(way, process, side);
  return result;
}

static int failure(struct process_failure *ret_failure, enum process_step step, int number,
                   int slot) {
  *ret_failure = (struct process_failure){ .step = step, .number = number, .slot = slot };
  return number;
}

/* The process is there: it runs its program, or says why not. */
static int settle(const struct way *way, struct process *process, const struct child_side *side,
                  struct process_failure *ret_failure) {
  if (side->report.step != STEP_NONE) {
    reap_discard(process);
    return failure(ret_failure, (enum process_step) side->report.step, side->report.number,
                   side->report.slot);
  }
  bool by_pidfd = way->uses_pidfd && process->pidfd >= 0;
  const struct wait_way *wait = by_pidfd ? &wait_by_pidfd : &wait_by_thread;
  int result = wait->start(process);
  if (result < 0) {
    if (process->pidfd >= 0) {
      (void) wait_by_pidfd.kill(process, SIGKILL);
    } else {
      (void) kill(process->pid, SIGKILL);
    }
    reap_discard(process);
    return failure(ret_failure, STEP_WATCH, result, -1);
  }
  process->wait = wait;
  if (side->report.stop) (void) process_kill(process, side->report.stop);
  return 0;
}

int process_start(struct process *process, struct loop *loop, const struct plan *plan, int *sources,
                  struct process_failure *ret_failure) {
  process->loop = loop;
  process->pidfd = -1;
  process->started_ns = clock_now_ns();
  struct way way = ways_now();
  struct child_side side = side_of(plan, sources);
  /* In a memory that both share, a change of user makes the *parent* one that may not be dumped or
   * traced any more, for good: that is a matter of the memory, as the kernel sees it. */
  if (side.sets_groups) ways_separate(&way);
  int result = run(&way, process, &side);
  if (result >= 0 && side.report.step == STEP_UNSHARE && side.shares_table) {
    /* It had not touched anything yet. With a table of its own from the start it may go. */
    reap_discard(process);
    if (start_is_refused(side.report.number)) atomic_store(&cannot_unshare, true);
    side.shares_table = false;
    side.report.step = STEP_NONE;
    result = run(&way, process, &side);
  }
  if (result < 0) return failure(ret_failure, STEP_CLONE, result, -1);
  return settle(&way, process, &side, ret_failure);
}
