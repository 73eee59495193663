/* SPDX-License-Identifier: MIT */
/*
 * A loop without a loop: for a call that blocks until its one child has ended. It lives in the
 * caller's frame, and has nothing to do with any loop that may run around it.
 */
#ifndef CP_LOOP_HOST_ALONE_H
#define CP_LOOP_HOST_ALONE_H

#include "loop/loop.h"
#include "loop/set_poll.h"

struct host_alone {
  struct loop loop;
  struct set_poll set;
};

void host_alone_init(struct host_alone *host);
void host_alone_done(struct host_alone *host);
/** Turns until nothing keeps the loop alive. */
void host_alone_run(struct host_alone *host);

#endif
