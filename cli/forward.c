/* SPDX-License-Identifier: MIT */
/*
 * From the child's stdout to ours, byte for byte. While something waits for our reader the stream
 * is paused, which stops a child that writes too much, as a pipe would. A paused stream holds
 * `close` back, so nothing is lost at the end.
 */
#include "forward.h"

#include <sys/ioctl.h>

/* The stream is destroyed, so that the child is told by its own next write. */
void forward_stop(struct forward *forward) {
  outlet_drop(&forward->outlet);
  cp_destroy(forward->stream);
}

static void stop_if_ended(struct forward *forward) {
  if (forward->is_ending && forward->left == 0 && !outlet_is_full(&forward->outlet)) {
    forward_stop(forward);
  }
}

static void on_emptied(void *user) {
  struct forward *forward = user;
  cp_resume(forward->stream);
  stop_if_ended(forward);
}

static void on_broke(void *user) {
  forward_stop(user);
}

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  struct forward *forward = user;
  if (!outlet_write(&forward->outlet, data, length)) {
    forward_stop(forward);
    return;
  }
  forward->ends_in_line = data[length - 1] == '\n';
  forward->left -= length < forward->left ? length : forward->left;
  if (outlet_is_full(&forward->outlet)) {
    cp_pause(stream);
  }
  stop_if_ended(forward);
}

bool forward_start(struct forward *forward, cp_stream *stream, int fd, const char *name) {
  *forward = (struct forward){ .stream = stream, .ends_in_line = true };
  outlet_init(&forward->outlet, fd, name);
  outlet_tell(&forward->outlet, on_emptied, on_broke, forward);
  return !stream || cp_on_data(stream, on_data, forward) != 0;
}

void forward_end(struct forward *forward) {
  int unread = 0;
  int fd = cp_stream_fd(forward->stream);
  if (fd >= 0 && ioctl(fd, FIONREAD, &unread) == 0 && unread > 0) {
    forward->left = (size_t) unread;
  }
  forward->is_ending = true;
  stop_if_ended(forward);
}
