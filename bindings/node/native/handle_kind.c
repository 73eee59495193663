/* SPDX-License-Identifier: MIT */
#include "handle_kind.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>

static bool is_fifo(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

enum handle_kind handle_kind(int fd) {
  int type;
  socklen_t size = sizeof type;
  if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
    return is_fifo(fd) ? HANDLE_KIND_PIPE : HANDLE_KIND_NONE;
  struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
  size = sizeof address;
  if (getsockname(fd, (struct sockaddr *) &address, &size) < 0) return HANDLE_KIND_NONE;
  bool is_internet = address.ss_family == AF_INET || address.ss_family == AF_INET6;
  if (type == SOCK_STREAM && is_internet) return HANDLE_KIND_TCP;
  if (type == SOCK_STREAM && address.ss_family == AF_UNIX) return HANDLE_KIND_PIPE;
  if (type == SOCK_DGRAM && is_internet) return HANDLE_KIND_UDP;
  return HANDLE_KIND_NONE;
}
