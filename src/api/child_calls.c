/* SPDX-License-Identifier: MIT */
/*
 * The public calls on a child: arguments checked, then the child's own. Rule 5 of the header:
 * NULL does nothing.
 */
#include "base/error.h"
#include "child/child.h"

#include <errno.h>
#include <signal.h>

/* ---- listeners: 0 for an event that cannot come any more ---- */

cp_listener cp_on_spawn(cp_child *child, cp_child_cb listener, void *user) {
  if (!child || !child->is_spawn_due) return 0;
  return emitter_add(&child->emitter, CHILD_SPAWN, (emitter_call) listener, user);
}

cp_listener cp_on_error(cp_child *child, cp_error_cb listener, void *user) {
  if (!child || !(child->state == CHILD_RUNNING || child->is_error_due || child->owner)) return 0;
  return emitter_add(&child->emitter, CHILD_ERROR, (emitter_call) listener, user);
}

cp_listener cp_on_exit(cp_child *child, cp_exit_cb listener, void *user) {
  if (!child || child->state != CHILD_RUNNING) return 0;
  return emitter_add(&child->emitter, CHILD_EXIT, (emitter_call) listener, user);
}

cp_listener cp_on_close(cp_child *child, cp_exit_cb listener, void *user) {
  if (!child || child->state == CHILD_CLOSED) return 0;
  return emitter_add(&child->emitter, CHILD_CLOSE, (emitter_call) listener, user);
}

void cp_off(cp_child *child, cp_listener listener) {
  if (child) emitter_remove(&child->emitter, listener);
}

/* ---- its streams ---- */

cp_stream *cp_stdio(const cp_child *child, int fd) {
  if (!child || fd < 0 || fd >= child->slot_count) return NULL;
  return child->slots[fd];
}

cp_stream *cp_stdin(const cp_child *child) {
  return cp_stdio(child, 0);
}

cp_stream *cp_stdout(const cp_child *child) {
  return cp_stdio(child, 1);
}

cp_stream *cp_stderr(const cp_child *child) {
  return cp_stdio(child, 2);
}

cp_channel *cp_ipc(const cp_child *child) {
  return child ? child->channel : NULL;
}

/* ---- questions ---- */

int cp_pid(const cp_child *child) {
  return child ? (int) child->process.pid : 0;
}

const cp_error *cp_start_error(const cp_child *child) {
  return child ? child->start_error : NULL;
}

bool cp_exited(const cp_child *child) {
  return child && child->has_exited;
}

int cp_exit_code(const cp_child *child) {
  if (!child) return -EINVAL;
  bool is_settled =
      child->has_exited || child->state == CHILD_FAILED || child->state == CHILD_CLOSED;
  return is_settled ? child->code : -EBUSY;
}

int cp_exit_signal(const cp_child *child) {
  return child ? child->signal : 0;
}

bool cp_killed(const cp_child *child) {
  return child && child->was_killed;
}

bool cp_timed_out(const cp_child *child) {
  return child && child->has_timed_out;
}

const cp_usage *cp_usage_of(const cp_child *child) {
  return child && child->has_exited ? &child->usage : NULL;
}

const char *cp_spawn_file(const cp_child *child) {
  return child ? child->file : NULL;
}

const char *const *cp_spawn_args(const cp_child *child) {
  return child ? (const char *const *) child->args : NULL;
}

/* ---- acting on it ---- */

int cp_kill(cp_child *child, int signal) {
  if (!child) return -EINVAL;
  if (signal < 0 || signal > SIGRTMAX)
    return error_argument(-EINVAL, "ERR_UNKNOWN_SIGNAL", "Unknown signal: %d", signal);
  int result = child_kill(child, signal);
  return result < 0 ? error_system(result, "kill") : 0;
}

void cp_ref(cp_child *child) {
  if (child) child_set_ref(child, true);
}

void cp_unref(cp_child *child) {
  if (child) child_set_ref(child, false);
}

cp_child *cp_hold(cp_child *child) {
  if (child) child_user_hold(child);
  return child;
}

void cp_release(cp_child *child) {
  if (child) child_user_release(child);
}

void cp_abandon(cp_child *child) {
  if (child) child_abandon(child);
}
