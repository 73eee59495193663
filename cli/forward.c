/* SPDX-License-Identifier: MIT */
/*
 * From the child's stdout to ours, byte for byte. Our side may be slow, and the loop must go on
 * meanwhile: signals are passed on and the timeout strikes while nobody reads. So what is not
 * taken is kept, the stream is paused - which stops a child that writes too much, as a pipe
 * would - and a watch tells when there is room. A paused stream holds `close` back, so nothing
 * is lost at the end.
 */
#include "forward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "message.h"
#include "watch.h"

void forward_stop(struct forward *forward) {
  watch_free(forward->watch);
  forward->watch = NULL;
  free(forward->waiting);
  forward->waiting = NULL;
  forward->waiting_from = forward->waiting_size = 0;
  cp_destroy(forward->stream);
}

/*
 * A reader who has seen enough (`| head`) is no failure, nor a stdout that was closed when we
 * were started. The stream is destroyed, so that the child is told by its own next write.
 */
static void fail(struct forward *forward, int error) {
  if (error != EPIPE && error != ECONNRESET && error != EBADF) {
    forward->has_failed = true;
    message("%s: %s", forward->name, strerror(error));
  }
  forward_stop(forward);
}

static void stop_if_ended(struct forward *forward) {
  if (forward->is_ending && forward->left == 0 && !forward->waiting) {
    forward_stop(forward);
  }
}

static void on_room(void *user) {
  struct forward *forward = user;
  ssize_t count = output_some(&forward->output, forward->waiting + forward->waiting_from,
                              forward->waiting_size - forward->waiting_from);
  if (count < 0) {
    fail(forward, errno);
    return;
  }
  forward->waiting_from += (size_t) count;
  if (forward->waiting_from < forward->waiting_size) {
    return;
  }
  free(forward->waiting);
  forward->waiting = NULL;
  forward->waiting_from = forward->waiting_size = 0;
  watch_free(forward->watch);
  forward->watch = NULL;
  cp_resume(forward->stream);
  stop_if_ended(forward);
}

/* Keeps what was not taken. Usually nothing waits yet: the stream is paused from then on. */
static bool keep(struct forward *forward, const char *data, size_t length) {
  char *waiting = realloc(forward->waiting, forward->waiting_size + length);
  if (!waiting) {
    return false;
  }
  memcpy(waiting + forward->waiting_size, data, length);
  forward->waiting = waiting;
  forward->waiting_size += length;
  if (!forward->watch) {
    forward->watch = watch_writable(forward->output.fd, on_room, forward);
  }
  cp_pause(forward->stream);
  return forward->watch != NULL;
}

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream;
  struct forward *forward = user;
  ssize_t count = forward->waiting ? 0 : output_some(&forward->output, data, length);
  if (count < 0) {
    fail(forward, errno);
    return;
  }
  forward->ends_in_line = data[length - 1] == '\n';
  forward->left -= length < forward->left ? length : forward->left;
  if ((size_t) count < length && !keep(forward, data + count, length - (size_t) count)) {
    fail(forward, errno);
    return;
  }
  stop_if_ended(forward);
}

bool forward_start(struct forward *forward, cp_stream *stream, int fd, const char *name) {
  *forward = (struct forward){ .stream = stream, .name = name, .ends_in_line = true };
  output_init(&forward->output, fd);
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
