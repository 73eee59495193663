/* SPDX-License-Identifier: MIT */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "child_process.h"

struct watch;

/** Passes the signals that we get on to the child. */
struct signals {
  int fd; /* a signalfd; -1 */
  struct watch *watch;
  cp_child *child;
  sigset_t before;             /* the mask that we were started with */
  bool asked_to_end;           /* one of them was to end the child */
  uint64_t received;           /* bit N - 1: signal N was */
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

/** What comes from now on strikes us; what has come by now does not. */
void signals_release(struct signals *signals);

void signals_close(struct signals *signals);

/**
 * Ends us by the signal that ended the child, if it was sent to us, too, and the exit code would
 * tell of it and nothing else. The last call of all; returns otherwise.
 */
void signals_end_as(const struct signals *signals, int signal, int exit_code);

#endif
