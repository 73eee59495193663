/* SPDX-License-Identifier: MIT */
/*
 * Writing to a descriptor that we share with others. Its flags belong to the open file, so
 * O_NONBLOCK would strike the shell that started us and everybody else who writes there; it may
 * as well be set already by one of them. Where a single write cannot be told not to wait, both are
 * met by asking poll() first and then writing no more than a pipe takes for sure.
 */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

void output_init(struct output *output, int fd) {
  struct stat status;
  bool known = fstat(fd, &status) == 0;
  output->fd = fd;
  output->is_file = known && S_ISREG(status.st_mode);
  output->is_socket = known && S_ISSOCK(status.st_mode);
  output->is_nowait_pipe = known && S_ISFIFO(status.st_mode);
}

/* A descriptor that is broken counts as ready: the write then tells why. */
static bool is_ready(int fd, int timeout_ms) {
  struct pollfd wish = { .fd = fd, .events = POLLOUT };
  return poll(&wish, 1, timeout_ms) > 0;
}

static ssize_t write_pipe(struct output *output, const char *data, size_t length) {
  struct iovec part = { .iov_base = (char *) (uintptr_t) data, .iov_len = length };
  ssize_t count = pwritev2(output->fd, &part, 1, -1, RWF_NOWAIT);
  if (count < 0 && (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)) {
    output->is_nowait_pipe = false; /* Linux before 6.4 */
  }
  return count;
}

static ssize_t write_once(struct output *output, const char *data, size_t length) {
  if (output->is_socket) {
    return send(output->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  if (output->is_file) {
    return write(output->fd, data, length);
  }
  if (output->is_nowait_pipe) {
    ssize_t count = write_pipe(output, data, length);
    if (output->is_nowait_pipe) {
      return count;
    }
  }
  if (!is_ready(output->fd, 0)) {
    errno = EAGAIN;
    return -1;
  }
  /* A pipe that is ready has room for PIPE_BUF bytes; a longer write would wait for the rest. */
  return write(output->fd, data, length < PIPE_BUF ? length : PIPE_BUF);
}

ssize_t output_some(struct output *output, const char *data, size_t length) {
  size_t sent = 0;
  while (sent < length) {
    ssize_t count = write_once(output, data + sent, length - sent);
    if (count >= 0) {
      sent += (size_t) count;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      return sent > 0 ? (ssize_t) sent : -1; /* the next call meets the error again */
    }
  }
  return (ssize_t) sent;
}

int output_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t count = write(fd, data, length);
    if (count >= 0) {
      data += count;
      length -= (size_t) count;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      (void) is_ready(fd, -1);
    } else if (errno != EINTR) {
      return -1;
    }
  }
  return 0;
}
