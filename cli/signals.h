/* SPDX-License-Identifier: MIT */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "child_process.h"

struct watch;

/** Passes the signals that we get on to the child. */
struct signals {
  int fd; /* a signalfd; -1 */
  struct watch *watch;
  cp_child *child;
  sigset_t before;             /* the mask that we were started with */
  bool asked_to_end;           /* one of them was to end the child */
  void (*on_late)(void *user); /* a signal came after the child's end */
  void *user;
};

/**
 * Holds the signals back, from before the child starts: what arrives meanwhile is passed on
 * as well. 0, or -1 with errno.
 */
int signals_open(struct signals *signals);

/** From now on they go to the child; those that come when it has ended to `on_late`. */
int signals_pass_to(struct signals *signals, cp_child *child, void (*on_late)(void *user),
                    void *user);

/** What comes from now on strikes us, as if we had not been here. */
void signals_release(struct signals *signals);

void signals_close(struct signals *signals);

#endif
