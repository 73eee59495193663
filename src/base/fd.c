/* SPDX-License-Identifier: MIT */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

/* Above what a start wants for itself, below FD_SETSIZE, for hosts that use select(). */
enum { HIGH = 512, FIRST_AFTER_STDIO = 3 };

/* A few low numbers do no harm, and with few children moving costs more than it brings: two
 * system calls for each descriptor. */
enum { LOW_ENOUGH = 32 };

void fd_close(int *fd) {
  if (*fd < 0) return;
  int saved = errno;
  (void) close(*fd);
  errno = saved;
  *fd = -1;
}

/* F_DUPFD from `lowest` up; EINVAL means that RLIMIT_NOFILE is not even that high. */
static int move_to(int fd, int lowest) {
  int moved;
  do {
    moved = fcntl(fd, F_DUPFD_CLOEXEC, lowest);
    lowest /= 2;
  } while (moved < 0 && errno == EINVAL && lowest >= FIRST_AFTER_STDIO);
  if (moved < 0) return -errno;
  (void) close(fd);
  return moved;
}

int fd_move_up(int fd) {
  bool may_stay = fd >= HIGH || (fd >= FIRST_AFTER_STDIO && fd < LOW_ENOUGH);
  if (fd < 0 || may_stay) return fd;
  int moved = move_to(fd, HIGH);
  if (moved >= 0) return moved;
  return fd_move_off_stdio(fd);
}

int fd_move_off_stdio(int fd) {
  if (fd < 0 || fd >= FIRST_AFTER_STDIO) return fd;
  int moved = move_to(fd, FIRST_AFTER_STDIO);
  if (moved < 0) fd_close(&fd);
  return moved;
}

int fd_set_nonblocking(int fd, int mode) {
  return fcntl(fd, F_SETFL, mode | O_NONBLOCK) < 0 ? -errno : 0;
}

int fd_set_blocking(int fd, int mode) {
  return fcntl(fd, F_SETFL, mode) < 0 ? -errno : 0;
}
