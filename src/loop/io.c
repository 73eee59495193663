/* SPDX-License-Identifier: MIT */
/*
 * System calls of reading and writing, without SIGPIPE.
 *
 * A write to a pipe that nobody reads raises SIGPIPE in the writing thread, and the
 * disposition is the host's. Sockets have MSG_NOSIGNAL. Pipes have RWF_NOSIGNAL since Linux
 * 6.18; before that the signal is blocked in this thread around the write, and taken away
 * again if it is ours, which is seen by its not having been pending before.
 */
#include "loop/io.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef RWF_NOSIGNAL
#  define RWF_NOSIGNAL 0x100
#endif

ssize_t io_read(int fd, char *into, size_t size) {
  ssize_t count;
  do count = read(fd, into, size);
  while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

static ssize_t write_socket(int fd, const struct iovec *parts, int count) {
  struct msghdr message = { .msg_iov = (struct iovec *) parts, .msg_iovlen = (size_t) count };
  ssize_t written = sendmsg(fd, &message, MSG_NOSIGNAL);
  return written < 0 ? -errno : written;
}

static bool is_pending(int signal) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, signal) == 1;
}

static ssize_t write_masked(int fd, const struct iovec *parts, int count) {
  sigset_t pipe_only, before;
  (void) sigemptyset(&pipe_only);
  (void) sigaddset(&pipe_only, SIGPIPE);
  bool was_pending = is_pending(SIGPIPE);
  int failed = pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
  if (failed) return -failed;
  ssize_t written = writev(fd, parts, count);
  int number = errno;
  /* It is raised also by a write that got a part of it out before the reader went. */
  if (!was_pending) {
    const struct timespec at_once = { 0, 0 };
    while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR) continue;
  }
  (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
  return written < 0 ? -number : written;
}

static ssize_t write_pipe(int fd, const struct iovec *parts, int count) {
  static atomic_bool has_no_flag;
  if (!atomic_load_explicit(&has_no_flag, memory_order_relaxed)) {
    const long at_its_position = -1; /* musl has no pwritev2() */
    ssize_t written =
        syscall(SYS_pwritev2, fd, parts, count, at_its_position, at_its_position, RWF_NOSIGNAL);
    if (written >= 0) return written;
    /* EPERM: not in the list of a sandbox. */
    bool is_unknown = errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS || errno == EPERM;
    if (!is_unknown) return -errno;
    atomic_store_explicit(&has_no_flag, true, memory_order_relaxed);
  }
  return write_masked(fd, parts, count);
}

ssize_t io_write(int fd, bool is_socket, const struct iovec *parts, int count) {
  ssize_t written;
  do written = is_socket ? write_socket(fd, parts, count) : write_pipe(fd, parts, count);
  while (written == -EINTR);
  return written;
}

void io_write_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    const struct iovec part = { (char *) data, length };
    ssize_t written = write_masked(fd, &part, 1);
    if (written == -EAGAIN) {
      struct pollfd writable = { .fd = fd, .events = POLLOUT };
      (void) poll(&writable, 1, -1);
    } else if (written >= 0) {
      data += written;
      length -= (size_t) written;
    } else if (written != -EINTR) {
      return;
    }
  }
}
