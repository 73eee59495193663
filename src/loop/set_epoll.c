/* SPDX-License-Identifier: MIT */
#include "loop/set_epoll.h"

#include "base/fd.h"

#include <errno.h>
#include <sys/epoll.h>

enum { BATCH_SIZE = 64 };

int set_epoll_init(struct set_epoll *set) {
  *set = (struct set_epoll){ .fd = -1 };
  int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return -errno;
  set->fd = fd_move_up(fd);
  return set->fd < 0 ? set->fd : 0;
}

void set_epoll_done(struct set_epoll *set) {
  fd_close(&set->fd);
}

int set_epoll_watch(struct set_epoll *set, struct loop_watch *watch, uint32_t events) {
  struct epoll_event event = { .events = events, .data.ptr = watch };
  int how = watch->is_active ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  return epoll_ctl(set->fd, how, watch->fd, &event) < 0 ? -errno : 0;
}

void set_epoll_unwatch(struct set_epoll *set, struct loop_watch *watch) {
  /* Not left to close(): a copy of the descriptor in another process would keep the entry,
   * with a pointer to what is freed by then. What was to be told once and was told is mute. */
  struct epoll_event unused = { 0 };
  if (!watch->is_spent) (void) epoll_ctl(set->fd, EPOLL_CTL_DEL, watch->fd, &unused);
  for (int i = set->batch_at; i < set->batch_count; i++)
    if (set->batch[i].data.ptr == watch) set->batch[i].data.ptr = NULL;
}

/* What waits for its turn stays in the batch, so that unwatching can take it out. */
void set_epoll_run(struct set_epoll *set) {
  struct epoll_event batch[BATCH_SIZE];
  int count;
  do count = epoll_wait(set->fd, batch, BATCH_SIZE, 0);
  while (count < 0 && errno == EINTR);
  set->batch = batch;
  set->batch_count = count;
  for (set->batch_at = 0; set->batch_at < set->batch_count;) {
    const struct epoll_event *event = &batch[set->batch_at++];
    struct loop_watch *watch = event->data.ptr;
    if (!watch) continue;
    watch->is_spent = (watch->events & EPOLLONESHOT) != 0;
    watch->ready(watch, event->events);
  }
  set->batch_count = set->batch_at = 0;
  set->batch = NULL;
}
