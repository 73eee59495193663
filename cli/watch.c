/* SPDX-License-Identifier: MIT */
/*
 * Descriptors of the command on the loop of its child. A child without a loop of the caller's
 * lives on libuv's default loop, and this is the one file of the command that knows so: signals,
 * the timeout and a slow stdout are all descriptors that become ready.
 */
#include "watch.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

struct watch {
  uv_poll_t poll;
  watch_cb callback;
  void *user;
  int set; /* ours to close, where somebody else's descriptor is watched; -1 */
};

static void on_ready(uv_poll_t *poll, int status, int events) {
  (void) status, (void) events; /* what is wrong shows in the read or the write */
  struct watch *watch = poll->data;
  watch->callback(watch->user);
}

static void on_closed(uv_handle_t *handle) {
  struct watch *watch = handle->data;
  if (watch->set >= 0) {
    (void) close(watch->set);
  }
  free(watch);
}

/* Takes `set` over, also when it fails. */
static struct watch *watch_new(int fd, int set, watch_cb callback, void *user) {
  int error = -ENOMEM;
  struct watch *watch = calloc(1, sizeof *watch);
  if (watch) {
    *watch = (struct watch){ .callback = callback, .user = user, .set = set };
    error = uv_poll_init(uv_default_loop(), &watch->poll, fd);
  }
  if (error < 0) {
    free(watch);
    if (set >= 0) {
      (void) close(set);
    }
    errno = -error;
    return NULL;
  }
  watch->poll.data = watch;
  (void) uv_poll_start(&watch->poll, UV_READABLE, on_ready); /* fails on closed handles only */
  return watch;
}

struct watch *watch_readable(int fd, watch_cb callback, void *user) {
  return watch_new(fd, -1, callback, user);
}

/*
 * uv_poll_init() makes a descriptor non-blocking, for everybody who shares it. So it gets a set
 * of ours to watch, which is readable when the descriptor in it is ready. -1 with errno.
 */
static int set_of(int fd, uint32_t events) {
  int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) {
    return -1;
  }
  struct epoll_event event = { .events = events };
  if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) < 0) {
    int error = errno;
    (void) close(set);
    errno = error;
    return -1;
  }
  return set;
}

struct watch *watch_shared_readable(int fd, watch_cb callback, void *user) {
  int set = set_of(fd, EPOLLIN);
  if (set < 0 && errno == EPERM) {
    set = eventfd(1, EFD_CLOEXEC); /* a file is always ready, and so is this */
  }
  return set < 0 ? NULL : watch_new(set, set, callback, user);
}

struct watch *watch_writable(int fd, watch_cb callback, void *user) {
  int set = set_of(fd, EPOLLOUT);
  return set < 0 ? NULL : watch_new(set, set, callback, user);
}

void watch_free(struct watch *watch) {
  if (watch) {
    uv_close((uv_handle_t *) &watch->poll, on_closed);
  }
}
