/* SPDX-License-Identifier: MIT */
#include "child/limits.h"

#include "base/errno_names.h"
#include "base/fd.h"
#include "child/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>

bool child_kill_for_limit(cp_child *child) {
  int result = child_kill(child, child->limits.kill_signal);
  if (result >= 0) return true;
  if (result == -ESRCH) return false;
  char message[32];
  (void) snprintf(message, sizeof message, "kill %s", errno_name(result));
  const cp_error error = {
    .number = result,
    .code = errno_name(result),
    .name = "Error",
    .message = message,
    .syscall = "kill",
  };
  child_emit_error(child, &error);
  return false;
}

static void on_timeout(struct loop_timer *timer) {
  struct limits *limits = LIST_ENTRY(timer, struct limits, timer);
  cp_child *child = LIST_ENTRY(limits, cp_child, limits);
  child_hold(child);
  child_tell_spawn(child);
  if (child->state != CHILD_GIVEN_UP) {
    child->has_timed_out = true;
    (void) child_kill_for_limit(child);
    if (child->owner) child->owner->struck(child->owner, -ETIMEDOUT);
  }
  child_release(child);
}

static void stop_watching_abort(cp_child *child) {
  loop_unwatch(child->loop, &child->limits.abort);
  fd_close(&child->limits.abort.fd);
}

static void on_abort(struct loop_watch *watch, uint32_t events) {
  (void) events;
  struct limits *limits = LIST_ENTRY(watch, struct limits, abort);
  cp_child *child = LIST_ENTRY(limits, cp_child, limits);
  stop_watching_abort(child);
  child_hold(child);
  child_tell_spawn(child);
  if (child->state != CHILD_GIVEN_UP) {
    bool was_sent = child_kill_for_limit(child);
    if (was_sent && !child->owner) child_emit_error(child, limits_abort_error());
    if (child->owner) child->owner->struck(child->owner, -ECANCELED);
  }
  child_release(child);
}

const cp_error *limits_abort_error(void) {
  static const cp_error error = {
    .code = "ABORT_ERR",
    .name = "AbortError",
    .message = "The operation was aborted",
  };
  return &error;
}

int limits_init(cp_child *child, const cp_options *options) {
  struct limits *limits = &child->limits;
  limits->kill_signal = options->kill_signal ? options->kill_signal : SIGTERM;
  limits->timer.expired = on_timeout;
  limits->abort = (struct loop_watch){ .fd = -1, .ready = on_abort };
  if (!options->abort) return 0;
  if (cp_abort_triggered(options->abort)) return -ECANCELED;
  int fd = abort_watch_fd(options->abort);
  if (fd < 0) return fd;
  limits->abort.fd = fd;
  return loop_watch(child->loop, &limits->abort, EPOLLIN);
}

void limits_start(cp_child *child, const cp_options *options) {
  if (options->timeout_ms) loop_start_timer(child->loop, &child->limits.timer, options->timeout_ms);
}

void limits_done(cp_child *child) {
  loop_stop_timer(child->loop, &child->limits.timer);
  if (child->limits.abort.fd >= 0) stop_watching_abort(child);
}
