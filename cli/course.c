/* SPDX-License-Identifier: MIT */
#include "course.h"

static void on_error(cp_child *child, const cp_error *error, void *user) {
  (void) child;
  struct course *course = user;
  outcome_take_error(&course->outcome, error);
}

static void on_exit_of_child(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  struct course *course = user;
  outcome_take_usage(&course->outcome, child);
  course->outcome.timed_out = course->deadline.has_struck;
  deadline_stop(&course->deadline);
  course->exited(course->user);
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  struct course *course = user;
  outcome_take_end(&course->outcome, child, code, signal);
  deadline_stop(&course->deadline);
  course->closed(course->user);
}

bool course_follow(struct course *course, cp_child *child, const struct options *options) {
  course->outcome.pid = cp_pid(child);
  if (!cp_on_error(child, on_error, course) || !cp_on_close(child, on_close, course)) {
    return false;
  }
  if (cp_start_error(child)) {
    return true; /* `error` and `close` are all that comes */
  }
  return cp_on_exit(child, on_exit_of_child, course) &&
         deadline_start(&course->deadline, child, options->timeout_ns, options->kill_signal) == 0;
}
