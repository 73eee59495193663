/* SPDX-License-Identifier: MIT */
#ifndef CLI_COURSE_H
#define CLI_COURSE_H

#include <stdbool.h>

#include "child_process.h"
#include "deadline.h"
#include "options.h"
#include "outcome.h"

/** A child from its start to its end: what becomes of it, and the time that it is given. */
struct course {
  struct outcome outcome;
  struct deadline deadline;
  void (*exited)(void *user); /* its process has ended */
  void (*closed)(void *user); /* the last of all */
  void *user;
};

/**
 * Listens, and begins the timeout of a child that runs. `exited` and `closed` are told after the
 * outcome knows of it. False, with errno, if we cannot watch over it.
 */
bool course_follow(struct course *course, cp_child *child, const struct options *options);

#endif
