/* SPDX-License-Identifier: MIT */
#include "loop/set_poll.h"

#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

/* The two speak of the same bits: epoll's are poll's by definition (eventpoll.h). */
_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
                   EPOLLHUP == POLLHUP && EPOLLRDHUP == POLLRDHUP,
               "epoll and poll have the same bits");

void set_poll_init(struct set_poll *set) {
  set->count = 0;
  set->capacity = SET_POLL_FEW;
  set->watches = set->few_watches;
  set->polled = set->few_polled;
}

void set_poll_done(struct set_poll *set) {
  if (set->watches != set->few_watches) memory_free(set->watches);
  set_poll_init(set);
}

/* ---- places ---- */

static int place_of(const struct set_poll *set, const struct loop_watch *watch) {
  for (int i = 0; i < set->count; i++)
    if (set->watches[i] == watch) return i;
  return -1;
}

bool set_poll_has(const struct set_poll *set, const struct loop_watch *watch) {
  return place_of(set, watch) >= 0;
}

static int free_place(const struct set_poll *set) {
  int place = place_of(set, NULL);
  return place >= 0 ? place : set->count;
}

bool set_poll_has_room(const struct set_poll *set) {
  return free_place(set) < set->capacity;
}

static int grow(struct set_poll *set) {
  int capacity = set->capacity * 2;
  size_t size = sizeof *set->watches + sizeof *set->polled;
  struct loop_watch **watches = memory_new_array((size_t) capacity + 1, size);
  if (!watches) return -ENOMEM;
  struct pollfd *polled = (struct pollfd *) (watches + capacity);
  memcpy(watches, set->watches, (size_t) set->count * sizeof *watches);
  memcpy(polled, set->polled, (size_t) set->count * sizeof *polled);
  if (set->watches != set->few_watches) memory_free(set->watches);
  set->watches = watches;
  set->polled = polled;
  set->capacity = capacity;
  return 0;
}

int set_poll_watch(struct set_poll *set, struct loop_watch *watch, uint32_t events) {
  int place = watch->is_active ? place_of(set, watch) : free_place(set);
  if (place == set->capacity) {
    int result = grow(set);
    if (result < 0) return result;
  }
  if (place == set->count) set->count++;
  set->watches[place] = watch;
  /* What is added while the others are being called was not polled: it is not ready. */
  set->polled[place] = (struct pollfd){ .fd = watch->fd, .events = (short) events };
  return 0;
}

/* The place stays, empty, until the next wait: the others are being walked. */
bool set_poll_unwatch(struct set_poll *set, const struct loop_watch *watch) {
  int place = place_of(set, watch);
  if (place < 0) return false;
  set->watches[place] = NULL;
  set->polled[place] = (struct pollfd){ .fd = -1 };
  return true;
}

/* ---- waiting ---- */

static void forget_free_places(struct set_poll *set) {
  int kept = 0;
  for (int i = 0; i < set->count; i++) {
    if (!set->watches[i]) continue;
    set->watches[kept] = set->watches[i];
    set->polled[kept++] = set->polled[i];
  }
  set->count = kept;
}

bool set_poll_wait(struct set_poll *set, int other_fd, int ms, bool *ret_other) {
  *ret_other = false;
  forget_free_places(set);
  nfds_t count = (nfds_t) set->count;
  if (other_fd >= 0) set->polled[count++] = (struct pollfd){ .fd = other_fd, .events = POLLIN };
  int ready = poll(set->polled, count, ms);
  if (ready <= 0) return false;
  *ret_other = other_fd >= 0 && set->polled[set->count].revents != 0;
  return ready > (int) *ret_other;
}

/* A watch that is to be told once keeps its place, but is not asked for any more. */
void set_poll_run(struct set_poll *set) {
  for (int i = 0; i < set->count; i++) {
    struct loop_watch *watch = set->watches[i];
    short events = set->polled[i].revents;
    if (!watch || !events) continue;
    set->polled[i].revents = 0;
    if (watch->events & EPOLLONESHOT) {
      watch->is_spent = true;
      set->polled[i].fd = -1;
    }
    watch->ready(watch, (uint32_t) (unsigned short) events);
  }
}
