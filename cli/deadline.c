/* SPDX-License-Identifier: MIT */
/*
 * --timeout. Not by timeout_ms of the options: those who see a child end by SIGTERM cannot tell
 * the timeout from a signal that we passed on, and exit code 124 must tell. A timer of our own
 * knows, and wakes a stopped child as well.
 */
#include "deadline.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "message.h"
#include "watch.h"

enum { NS_PER_SECOND = 1000000000 };

static void on_time(void *user) {
  struct deadline *deadline = user;
  deadline->has_struck = true;
  cp_child *child = deadline->child;
  int error = cp_kill(child, deadline->signal);
  if (error < 0 && error != -ESRCH) {
    message("cannot kill %d: %s", cp_pid(child), strerror(-error));
  } else if (error == 0 && deadline->signal != SIGKILL && deadline->signal != SIGCONT) {
    (void) cp_kill(child, SIGCONT); /* a stopped process would not notice until then */
  }
  deadline_stop(deadline);
}

int deadline_start(struct deadline *deadline, cp_child *child, uint64_t timeout_ns, int signal) {
  *deadline = (struct deadline){ .fd = -1, .child = child, .signal = signal };
  if (timeout_ns == 0) {
    return 0;
  }
  struct itimerspec time = {
    .it_value = { .tv_sec = (time_t) (timeout_ns / NS_PER_SECOND),
                  .tv_nsec = (long) (timeout_ns % NS_PER_SECOND) },
  };
  deadline->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (deadline->fd < 0 || timerfd_settime(deadline->fd, 0, &time, NULL) < 0) {
    return -1;
  }
  deadline->watch = watch_readable(deadline->fd, on_time, deadline);
  return deadline->watch ? 0 : -1;
}

void deadline_stop(struct deadline *deadline) {
  watch_free(deadline->watch);
  deadline->watch = NULL;
  if (deadline->fd >= 0) {
    (void) close(deadline->fd);
    deadline->fd = -1;
  }
}
