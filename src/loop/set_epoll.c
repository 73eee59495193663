/* SPDX-License-Identifier: MIT */
#include "loop/set_epoll.h"

#include "base/fd.h"

#include <errno.h>

int set_epoll_init(struct set_epoll *set) {
  set->fd = -1;
  set->count = set->batch_at = set->batch_count = 0;
  int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return -errno;
  set->fd = fd_move_up(fd);
  return set->fd < 0 ? set->fd : 0;
}

void set_epoll_done(struct set_epoll *set) {
  fd_close(&set->fd);
}

static int control(struct set_epoll *set, int how, struct loop_watch *watch, uint32_t events) {
  struct epoll_event event = { .events = events, .data.ptr = watch };
  return epoll_ctl(set->fd, how, watch->fd, &event) < 0 ? -errno : 0;
}

int set_epoll_watch(struct set_epoll *set, struct loop_watch *watch, uint32_t events) {
  int result = control(set, watch->is_active ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, watch, events);
  /* One that was spent before it was taken over is not in here. */
  if (result == -ENOENT) result = control(set, EPOLL_CTL_ADD, watch, events);
  if (result >= 0 && (!watch->is_active || watch->is_spent)) set->count++;
  return result;
}

int set_epoll_take(struct set_epoll *set, struct loop_watch *watch) {
  if (watch->is_spent) return 0;
  int result = control(set, EPOLL_CTL_ADD, watch, watch->events);
  if (result >= 0) set->count++;
  return result;
}

void set_epoll_unwatch(struct set_epoll *set, struct loop_watch *watch) {
  /* Not left to close(): a copy of the descriptor in another process would keep the entry,
   * with a pointer to what is freed by then. What was to be told once and was told is mute. */
  struct epoll_event unused = { 0 };
  if (!watch->is_spent) {
    (void) epoll_ctl(set->fd, EPOLL_CTL_DEL, watch->fd, &unused);
    set->count--;
  }
  for (int i = set->batch_at; i < set->batch_count; i++)
    if (set->batch[i].data.ptr == watch) set->batch[i].data.ptr = NULL;
}

void set_epoll_wait(struct set_epoll *set, int ms) {
  int count = epoll_wait(set->fd, set->batch, SET_EPOLL_BATCH, ms);
  set->batch_at = 0;
  set->batch_count = count > 0 ? count : 0;
}

/* What waits for its turn stays in the batch, so that unwatching can take it out. */
void set_epoll_run(struct set_epoll *set) {
  while (set->batch_at < set->batch_count) {
    const struct epoll_event *event = &set->batch[set->batch_at++];
    struct loop_watch *watch = event->data.ptr;
    if (!watch) continue;
    if (watch->events & EPOLLONESHOT) {
      watch->is_spent = true;
      set->count--;
    }
    watch->ready(watch, event->events);
  }
}
