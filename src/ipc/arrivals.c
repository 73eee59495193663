/* SPDX-License-Identifier: MIT */
#include "ipc/arrivals.h"

#include "base/fd.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

int arrivals_add(struct arrivals *arrivals, uint64_t from, uint64_t to, int fd) {
  int result = 0;
  if (arrivals->count == ARRIVALS_MAX) result = -EMFILE;
  if (!arrivals->items) {
    arrivals->items = memory_new_array(ARRIVALS_MAX, sizeof *arrivals->items);
    if (!arrivals->items) result = -ENOMEM;
  }
  if (result < 0) {
    fd_close(&fd);
    return result;
  }
  arrivals->items[arrivals->count++] = (struct arrival){ from, to, fd };
  return 0;
}

int arrivals_find(const struct arrivals *arrivals, uint64_t start, uint64_t end) {
  for (unsigned i = 0; i < arrivals->count; i++) {
    const struct arrival *at = &arrivals->items[i];
    if (at->from < end && start < at->to) return at->fd;
  }
  return -1;
}

static void remove_at(struct arrivals *arrivals, unsigned index) {
  struct arrival *at = &arrivals->items[index];
  arrivals->count--;
  memmove(at, at + 1, (arrivals->count - index) * sizeof *at);
}

void arrivals_take(struct arrivals *arrivals, int fd) {
  for (unsigned i = 0; i < arrivals->count; i++) {
    if (arrivals->items[i].fd != fd) continue;
    remove_at(arrivals, i);
    return;
  }
}

unsigned arrivals_expire(struct arrivals *arrivals, uint64_t end) {
  unsigned expired = 0;
  while (arrivals->count > 0 && arrivals->items[0].to <= end) {
    fd_close(&arrivals->items[0].fd);
    remove_at(arrivals, 0);
    expired++;
  }
  return expired;
}

void arrivals_done(struct arrivals *arrivals) {
  (void) arrivals_expire(arrivals, UINT64_MAX);
  memory_free(arrivals->items);
  arrivals->items = NULL;
}
