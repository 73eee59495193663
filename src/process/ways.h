/* SPDX-License-Identifier: MIT */
/*
 * The ways to start a process and to hear of its end.
 */
#ifndef CP_PROCESS_WAYS_H
#define CP_PROCESS_WAYS_H

#include "process/child_side.h"
#include "process/process.h"

#include <signal.h>

/**
 * A way to start: runs child_side_run(side) in a new process. All signals are blocked when it
 * is called. 0 with `pid` set, and `pidfd` if the kernel gave one, when the process exists,
 * whatever `side` tells of it then; or a negative code.
 */
typedef int (*start_way)(struct process *process, struct child_side *side);

int start_by_clone3(struct process *process, struct child_side *side); /* start_clone.c */
int start_by_clone(struct process *process, struct child_side *side);  /* start_clone.c */
int start_by_fork(struct process *process, struct child_side *side);   /* start_fork.c */
/** The same where the kernel keeps us waiting as asked: it shares memory as asked, too. */
int start_by_waiting_fork(struct process *process, struct child_side *side);

enum answer { NO, YES, UNKNOWN };
/**
 * Whether a process made by clone really shares our memory. Not so under valgrind. UNKNOWN: just
 * now none could be made.
 */
enum answer start_shares_memory(start_way way);
/** What a sandbox or an older kernel says to such a call; any other code may pass. */
bool start_is_refused(int number);

/** A way to hear of the end, and to signal until then. */
struct wait_way {
  /** Begins to listen. 0 or a negative code. */
  int (*start)(struct process *process);
  int (*kill)(const struct process *process, int signal);
  void (*forget)(struct process *process);
};

extern const struct wait_way wait_by_pidfd;  /* wait_pidfd.c */
extern const struct wait_way wait_by_thread; /* wait_thread.c */

/** wait_pidfd.c: whether the kernel, and a sandbox around us, let us use them. */
enum answer wait_pidfd_works(void);

/** How processes are started and waited for here. */
struct way {
  const struct choice *choice; /* choose.c's own */
  start_way start;
  bool uses_pidfd;
  /**
   * Which signals a child must reset to their defaults: bit n - 1 for signal n. All that there are;
   * or only 1 to 31, where the kernel clears our handlers and no real-time signal was ignored at
   * the first start. Each signal costs a system call in each start, these 33 a twentieth of it.
   */
  uint64_t signals;
};

/** choose.c tries, and keeps the answer. */
struct way ways_now(void);
/**
 * Where `way` was answered with `number`: the next one, for now and for later, since a program may
 * put itself into a sandbox at any time. False: it was no refusal, or there is none left.
 */
bool ways_next(struct way *way, int number);
/** Gives the child a memory of its own. */
void ways_separate(struct way *way);

/**
 * For tests, before the first start: "clone3+pidfd", "clone+pidfd", "fork+pidfd" or
 * "fork+thread"; false for any other. Where a way does not work here the next one is taken.
 */
bool ways_force(const char *name);
/** The name of what is in use. */
const char *ways_name(void);

/* ---- reap.c: what the ways to wait have in common ---- */

enum { ID_IS_PIDFD = 3 }; /* P_PIDFD, which older libcs do not have */

/** Waits (or not: WNOHANG) for one process and takes its status. 0, or a negative code. */
int reap(int id_type, int id, int how, siginfo_t *ret_info, cp_usage *ret_usage);
/** `code` and `signal` of what reap() has told. */
void reap_set_end(struct process_end *end, const siginfo_t *info);
/** Takes what is left of a process that has not become its program. */
void reap_discard(struct process *process);
/** It is over: calls `ended`. */
void process_emit_end(struct process *process, struct process_end *end);

#endif
