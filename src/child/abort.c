/* SPDX-License-Identifier: MIT */
/*
 * cp_abort: an eventfd that becomes readable once and stays so. Writing it is all that
 * cp_abort_trigger() does, since it may be a signal handler's or another thread's call; each
 * loop sees it and kills its own children. A child watches a duplicate, so that the abort may
 * be freed before it.
 */
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "child/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct cp_abort {
  int fd;
  atomic_bool is_triggered;
};

cp_abort *cp_abort_new(void) {
  cp_abort *abort = memory_new(sizeof *abort);
  if (!abort) {
    (void) error_no_memory();
    return NULL;
  }
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  abort->fd = fd < 0 ? -errno : fd_move_up(fd);
  if (abort->fd >= 0) return abort;
  (void) error_system(abort->fd, "eventfd");
  memory_free(abort);
  return NULL;
}

void cp_abort_trigger(cp_abort *abort) {
  if (!abort || atomic_exchange(&abort->is_triggered, true)) return;
  int saved = errno; /* this may be a signal handler */
  const uint64_t one = 1;
  ssize_t written;
  do written = write(abort->fd, &one, sizeof one);
  while (written < 0 && errno == EINTR);
  errno = saved;
}

bool cp_abort_triggered(const cp_abort *abort) {
  return abort && atomic_load(&abort->is_triggered);
}

void cp_abort_free(cp_abort *abort) {
  if (!abort) return;
  fd_close(&abort->fd);
  memory_free(abort);
}

int abort_watch_fd(const cp_abort *abort) {
  int fd = fcntl(abort->fd, F_DUPFD_CLOEXEC, 3);
  return fd < 0 ? -errno : fd_move_up(fd);
}
