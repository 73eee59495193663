/* SPDX-License-Identifier: MIT */
/*
 * cp_parent(): finds the channel that the environment names.
 */
#include "base/error.h"
#include "base/fd.h"
#include "ipc/parent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define FD_NAME   "NODE_CHANNEL_FD"
#define MODE_NAME "NODE_CHANNEL_SERIALIZATION_MODE"

/* The number in the environment, or -1. */
static int number_of(const char *text) {
  char *end;
  errno = 0;
  long number = strtol(text, &end, 10);
  bool is_number = *text && !*end && errno == 0 && number >= 0 && number <= INT32_MAX;
  return is_number ? (int) number : -1;
}

/* A stale name may lead to any descriptor that has the number now. */
static bool is_channel(int fd) {
  int domain = 0, type = 0;
  socklen_t size = sizeof domain;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0) return false;
  size = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0) return false;
  struct sockaddr_un peer;
  size = sizeof peer;
  bool has_other_end = getpeername(fd, (struct sockaddr *) &peer, &size) == 0;
  return domain == AF_UNIX && type == SOCK_STREAM && has_other_end;
}

/* A child of ours would take the descriptor for its own, and a second call a stale one for new. */
static void forget_names(void) {
  (void) unsetenv(FD_NAME);
  (void) unsetenv(MODE_NAME);
}

static int find_mode(cp_serialization *ret_mode) {
  const char *mode = getenv(MODE_NAME);
  *ret_mode = mode && !strcmp(mode, "advanced") ? CP_ADVANCED : CP_JSON;
  if (!mode || *ret_mode == CP_ADVANCED || !strcmp(mode, "json")) return 0;
  return error_argument(-ENOTSUP, "ERR_FEATURE_UNAVAILABLE",
                        MODE_NAME "=%s is not supported in version %s", mode, cp_version());
}

static int find_in_environment(cp_serialization *ret_mode) {
  const char *text = getenv(FD_NAME);
  if (!text)
    return error_argument(-ENOENT, "ERR_IPC_DISCONNECTED",
                          "this program was not forked with a channel: no " FD_NAME);
  int result = find_mode(ret_mode);
  if (result < 0) return result;
  int fd = number_of(text);
  if (fd >= 0 && is_channel(fd)) return fd;
  result = error_argument(-EBADF, "ERR_IPC_DISCONNECTED", FD_NAME "=%s is no channel", text);
  forget_names();
  return result;
}

static int prepare(int fd) {
  int result = fd_set_nonblocking(fd, O_RDWR);
  if (result >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) result = -errno;
  return result < 0 ? error_system(result, "fcntl") : 0;
}

cp_channel *cp_parent(struct uv_loop_s *uv) {
  cp_channel *channel = parent_channel();
  if (channel) {
    if (!channel->loop || channel->loop == loop_find(uv)) return channel;
    (void) error_argument(-EBUSY, "ERR_LOOP_RUNNING", "the channel is on another loop");
    return NULL;
  }
  cp_serialization mode = CP_JSON;
  int fd = find_in_environment(&mode);
  if (fd < 0) return NULL;
  struct loop *loop = loop_open(uv);
  if (!loop) return NULL;
  channel = prepare(fd) < 0 ? NULL : parent_open(loop, fd, mode);
  if (channel) {
    forget_names(); /* now that nothing can fail any more */
  } else {
    loop_release(loop);
  }
  return channel;
}
