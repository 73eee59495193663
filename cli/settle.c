/* SPDX-License-Identifier: MIT */
/*
 * The end of a stream that others may hold open for long: the child has ended, so what it has
 * written itself is in the pipe, and the pipe tells how much that is.
 */
#include "settle.h"

#include <sys/ioctl.h>

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) data;
  struct settle *settle = user;
  settle->left -= length < settle->left ? length : settle->left;
  if (settle->left == 0) {
    cp_destroy(stream);
  }
}

void settle_start(struct settle *settle, cp_stream *stream) {
  int unread = 0;
  int fd = cp_stream_fd(stream);
  bool is_known = fd >= 0 && ioctl(fd, FIONREAD, &unread) == 0 && unread > 0;
  settle->left = is_known ? (size_t) unread : 0;
  if (settle->left == 0 || !cp_on_data(stream, on_data, settle)) {
    cp_destroy(stream);
  }
}
