/* SPDX-License-Identifier: MIT */
#include "ipc/descriptor.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

/* Room for one: of more the kernel closes what does not fit, and our table is never filled by what
 * a peer sends. CMSG_SPACE() would be room for two. */
union control {
  char bytes[CMSG_LEN(sizeof(int))];
  struct cmsghdr head; /* its alignment */
};

static void take_received(struct msghdr *message, struct descriptor_received *ret) {
  struct cmsghdr *head = CMSG_FIRSTHDR(message);
  bool has_one = head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS &&
                 head->cmsg_len >= CMSG_LEN(sizeof(int));
  if (has_one) {
    int fd;
    memcpy(&fd, CMSG_DATA(head), sizeof fd);
    fd = fd_move_off_stdio(fd);
    if (fd >= 0) ret->fd = fd;
    if (fd < 0) ret->is_lost = true;
  }
  if (!(message->msg_flags & MSG_CTRUNC)) return;
  if (has_one) {
    ret->is_more = true;
  } else {
    ret->is_lost = true; /* our table is full */
  }
}

ssize_t descriptor_read(int socket, char *into, size_t size, struct descriptor_received *ret) {
  union control control;
  struct iovec part = { into, size };
  struct msghdr message = { .msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  *ret = (struct descriptor_received){ .fd = -1 };
  ssize_t count;
  do count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) return -errno;
  if (message.msg_controllen > 0 || (message.msg_flags & MSG_CTRUNC)) take_received(&message, ret);
  return count;
}

static ssize_t send_with(int socket, const char *data, size_t length, int fd) {
  union {
    char bytes[CMSG_SPACE(sizeof fd)];
    struct cmsghdr head;
  } control = { { 0 } };
  control.head.cmsg_level = SOL_SOCKET;
  control.head.cmsg_type = SCM_RIGHTS;
  control.head.cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
  struct iovec part = { (char *) data, length };
  struct msghdr message = { .msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes };
  return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t descriptor_write(int socket, const char *data, size_t length, int fd) {
  ssize_t written;
  do
    written =
        fd < 0 ? send(socket, data, length, MSG_NOSIGNAL) : send_with(socket, data, length, fd);
  while (written < 0 && errno == EINTR);
  return written < 0 ? -errno : written;
}

int descriptor_grow(int socket) {
  const int size = 262144; /* doubled by the kernel, which takes no more than net.core.wmem_max */
  return setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) < 0 ? -errno : 0;
}

int descriptor_copy(int fd) {
  const int first_after_stdio = 3;
  int copy = fcntl(fd, F_DUPFD_CLOEXEC, first_after_stdio);
  return copy < 0 ? -errno : copy;
}

static int option_of(int fd, int name, int *ret_value) {
  socklen_t size = sizeof *ret_value;
  return getsockopt(fd, SOL_SOCKET, name, ret_value, &size) < 0 ? -errno : 0;
}

int descriptor_check(cp_handle handle) {
  if (fcntl(handle.fd, F_GETFD) < 0) return -EBADF;
  if (handle.type == CP_HANDLE_NATIVE) return 0;
  int type, domain, listens = 0;
  int result = option_of(handle.fd, SO_TYPE, &type);
  if (result >= 0) result = option_of(handle.fd, SO_DOMAIN, &domain);
  if (result < 0) return result;
  if (option_of(handle.fd, SO_ACCEPTCONN, &listens) < 0) listens = 0;
  bool is_inet = domain == AF_INET || domain == AF_INET6;
  if (handle.type == CP_HANDLE_DGRAM) return type == SOCK_DGRAM && is_inet ? 0 : -EINVAL;
  bool is_of_net = type == SOCK_STREAM && (is_inet || domain == AF_UNIX);
  return is_of_net && (listens != 0) == (handle.type == CP_HANDLE_SERVER) ? 0 : -EINVAL;
}
