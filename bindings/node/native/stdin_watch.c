/* SPDX-License-Identifier: MIT */
/*
 * A net.Socket that is only written to does not notice that nobody reads any more, until a write
 * fails. So the write ends of stdin pipes are in an epoll set of ours, too, where the error of a
 * pipe without readers comes unasked.
 *
 * The descriptor stays JavaScript's, which closes it when it likes: then it is out of the set by
 * itself. Where a copy of it lives on in another process it is not, so each one is told of once
 * only, and not once its child is gone.
 */
#include "stdin_watch.h"

#include "spawn.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BATCH = 64 };

static void tell(struct addon *addon, uint64_t identity) {
  uint32_t slot = (uint32_t) identity;
  const int32_t number = (int32_t) slot;
  if (spawn_identity(addon, slot) == identity) addon_tell(addon, ON_STDIN_BROKEN, 1, &number);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  (void) status, (void) events;
  struct addon *addon = poll->data;
  struct epoll_event ready[BATCH];
  int count = epoll_wait(addon->watch.set, ready, BATCH, 0);
  for (int i = 0; i < count; i++) tell(addon, ready[i].data.u64);
}

static int watch_open(struct addon *addon) {
  struct stdin_watch *watch = &addon->watch;
  if (watch->set >= 0) return 0;
  int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) return -errno;
  int result = uv_poll_init(addon->loop, &watch->poll, set);
  if (result < 0) {
    (void) close(set);
    return result;
  }
  watch->set = set;
  watch->poll.data = addon;
  addon->open_handles++;
  (void) uv_poll_start(&watch->poll, UV_READABLE, on_poll);
  uv_unref((uv_handle_t *) &watch->poll);
  return 0;
}

napi_value stdin_watch_add(napi_env env, napi_callback_info info) {
  struct addon *addon = addon_of(env);
  size_t argc = 2;
  napi_value argv[2];
  uint32_t slot;
  int32_t fd;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok ||
      napi_get_value_uint32(env, argv[0], &slot) != napi_ok ||
      napi_get_value_int32(env, argv[1], &fd) != napi_ok)
    return NULL;
  struct epoll_event event = { .events = EPOLLONESHOT, .data.u64 = spawn_identity(addon, slot) };
  /* Without it a start is as good; it is only not heard of a child that closes its stdin. */
  if (watch_open(addon) >= 0) (void) epoll_ctl(addon->watch.set, EPOLL_CTL_ADD, fd, &event);
  return NULL;
}

void stdin_watch_close(struct addon *addon) {
  struct stdin_watch *watch = &addon->watch;
  if (watch->set < 0) return;
  uv_close((uv_handle_t *) &watch->poll, addon_handle_closed);
  (void) close(watch->set);
  watch->set = -1;
}
