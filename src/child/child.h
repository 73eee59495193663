/* SPDX-License-Identifier: MIT */
/*
 * The child: a plan that runs, its streams, and the events of both.
 *
 *     child.c    states, exit + closed streams -> close, who holds it
 *     wiring.c   slots of the plan -> descriptors for the child, streams for us
 *     stream.c   one end of a pipe: reading, writing, closing
 *     limits.c   timeout and abort -> one kill
 *
 * The public calls of both objects are in api/.
 */
#ifndef CP_CHILD_CHILD_H
#define CP_CHILD_CHILD_H

#include "child/limits.h"
#include "child/stream.h"
#include "event/emitter.h"
#include "ipc/channel.h"
#include "loop/loop.h"
#include "plan/plan.h"
#include "process/process.h"

enum child_event { CHILD_SPAWN, CHILD_ERROR, CHILD_EXIT, CHILD_CLOSE, CHILD_EVENTS };

/*
 * How far its life has come. It only grows.
 *
 *     RUNNING -> EXITED -> CLOSED
 *     RUNNING -> GIVEN_UP -> CLOSED   the process runs on; we only reap it
 *     FAILED -> CLOSED                it never ran; `error` is due, or was emitted
 *
 * It leaves the loop when it is CLOSED and its process has ended or was forgotten.
 */
enum child_state {
  CHILD_RUNNING,
  CHILD_EXITED, /* `exit` was emitted, or is being emitted */
  CHILD_FAILED,
  CHILD_GIVEN_UP,
  CHILD_CLOSED /* `close` was emitted, or is being emitted */
};

/** Who runs a child to its end: exec and the blocking calls (collect.c). */
struct child_owner {
  /** A limit has struck: -ETIMEDOUT or -ECANCELED. The child was killed, if it was there. */
  void (*struck)(struct child_owner *owner, int number);
  /** `close` is about to be emitted. The last that it is told. */
  void (*closing)(struct child_owner *owner);
};

struct cp_child {
  enum child_state state;
  int open_parts;      /* the process, the channel, and each stream that has not emitted `close` */
  unsigned holds;      /* ours: one until it has left the loop, one around each emission */
  unsigned user_holds; /* cp_hold() */
  bool is_ref;         /* keeps the loop alive; until `close` */
  bool is_closing;     /* `close` is being emitted */
  bool is_spawn_due;
  bool is_error_due; /* of a failed start */
  bool has_exited;   /* `exit` was emitted, or is being emitted */
  bool was_killed;
  bool has_timed_out;
  int code, signal; /* as `close` will tell them */
  cp_usage usage;

  struct loop *loop;
  struct loop_member member; /* of the loop, until it has left it */
  struct loop_task task;     /* what was promised for "after this call" */
  struct process process;
  struct limits limits;
  struct child_owner *owner; /* NULL: nobody */
  const char *verb;          /* how its caller calls a start: "spawn", "spawnSync" */
  cp_error *start_error;     /* owned */
  char **args;               /* owned; with argv[0] */
  const char *file;          /* inside `args` */

  struct emitter emitter;
  struct listener_list listeners[CHILD_EVENTS];
  cp_channel *channel; /* NULL: none; behind the struct, as the streams are */
  struct channel_owner channel_owner;
  bool is_channel_ref; /* keeps the loop alive by itself */
  int slot_count;
  cp_stream **slots; /* NULL where there is no stream; behind the struct, as the streams are */
  int stream_count;
  cp_stream *streams;
};

/**
 * A child of this plan on this loop, of which it takes the caller's hold. Started or not: it
 * lives from now on, and will emit. NULL without memory; then the hold is released.
 */
cp_child *child_start(struct plan *plan, struct loop *loop, const cp_options *options,
                      const char *verb);

/** Keeps it from being freed. */
void child_hold(cp_child *child);
void child_release(cp_child *child);

/** As cp_hold() and cp_release(). A release too many is ignored. */
void child_user_hold(cp_child *child);
void child_user_release(cp_child *child);

/**
 * Emits `spawn`, if that is still due: whatever a descriptor or a timer tells of comes after it.
 * Of a child that was started in a listener they may be ready before its task has run.
 */
void child_tell_spawn(cp_child *child);

/** A stream has emitted `close`. May free the child. */
void child_stream_closed(cp_child *child);

/** Sends a signal and notes it. 0 or a negative code. */
int child_kill(cp_child *child, int signal);
/**
 * Kills it for a limit; true if the signal was sent. A refusal is emitted as `error`; that the
 * child was quicker is none.
 */
bool child_kill_for_limit(cp_child *child);
/** Emits `error` for something that is no failed start. */
void child_emit_error(cp_child *child, const cp_error *error);

void child_set_ref(cp_child *child, bool is_ref);
void child_set_channel_ref(cp_child *child, bool is_ref);
/** As cp_abandon(). */
void child_abandon(cp_child *child);
/** As cp_abandon(), and its end is not heard of any more. */
void child_forget(cp_child *child);

#endif
