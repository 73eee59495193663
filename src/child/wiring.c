/* SPDX-License-Identifier: MIT */
/*
 * Slots to descriptors.
 *
 * stdin, stdout and stderr are pipes, each with one direction: a script may open /dev/stderr
 * again, which a socket refuses (ENXIO). Slots above are socket pairs, both ways, and so is a
 * channel.
 */
#include "child/wiring.h"

#include "base/fd.h"
#include "base/memory.h"
#include "child/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

bool wiring_is_stream(int slot) {
  return slot == CP_PIPE || slot == CP_SOCKET;
}

int wiring_count_streams(const struct plan *plan) {
  int count = 0;
  for (int i = 0; i < plan->slot_count; i++) count += wiring_is_stream(plan->slots[i]);
  return count;
}

/* [0] is ours, [1] the child's; or a negative code with both closed. */
static int make_pair(int slot, int index, int ends[2]) {
  int made[2];
  bool is_socket = slot == CP_SOCKET || slot == CP_IPC;
  int result =
      is_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made) : pipe2(made, O_CLOEXEC);
  if (result < 0) return -errno;
  bool we_write = !is_socket && index == 0;
  int mode = is_socket ? O_RDWR : we_write ? O_WRONLY : O_RDONLY;
  ends[0] = fd_move_up(made[we_write ? 1 : 0]);
  ends[1] = fd_move_off_stdio(made[we_write ? 0 : 1]);
  result = ends[0] < 0 ? ends[0] : ends[1] < 0 ? ends[1] : fd_set_nonblocking(ends[0], mode);
  if (result >= 0) return 0;
  fd_close(&ends[0]);
  fd_close(&ends[1]);
  return result;
}

/* `ours`: where our end goes, if there is one. */
static int wire_slot(struct wiring *wiring, const struct plan *plan, struct loop *loop, int index,
                     int *ours) {
  int slot = plan->slots[index];
  if (slot >= 0) {
    wiring->sources[index] = slot;
  } else if (slot == CP_STDOUT) {
    wiring->sources[index] = wiring->sources[1];
  } else if (slot == CP_IGNORE && index >= 3) {
    wiring->sources[index] = SOURCE_NOTHING;
  } else if (slot == CP_IGNORE) {
    int null = loop_null(loop, index > 0);
    wiring->sources[index] = null >= 0 ? null : SOURCE_NULL;
  } else {
    int ends[2];
    int result = make_pair(slot, index, ends);
    if (result < 0) return result;
    *ours = ends[0];
    wiring->sources[index] = wiring->ends[index] = ends[1];
  }
  return 0;
}

static int failure(struct process_failure *ret_failure, int number, int slot) {
  *ret_failure = (struct process_failure){ .step = STEP_STDIO, .number = number, .slot = slot };
  return number;
}

void wiring_look(struct plan *plan) {
  for (int i = 0; i < plan->slot_count && plan->closed_slot < 0; i++) {
    if (plan->slots[i] < 0) continue;
    int flags = fcntl(plan->slots[i], F_GETFL);
    if (flags < 0) {
      plan->closed_slot = i;
    } else if ((flags & O_NONBLOCK) && i <= STDERR_FILENO) {
      plan->nonblocking |= 1u << i;
    }
  }
}

static int *our_end(cp_child *child, const struct plan *plan, int index) {
  if (index == plan->ipc_slot) return &child->channel->fd;
  return child->slots[index] ? &child->slots[index]->fd : NULL;
}

int wiring_init(struct wiring *wiring, const struct plan *plan, cp_child *child,
                struct process_failure *ret_failure) {
  int count = plan->slot_count;
  *wiring = (struct wiring){ .count = count };
  if (plan->closed_slot >= 0) return failure(ret_failure, -EBADF, plan->closed_slot);
  wiring->sources = memory_new_array((size_t) count * 2, sizeof *wiring->sources);
  if (!wiring->sources) return failure(ret_failure, -ENOMEM, -1);
  wiring->ends = wiring->sources + count;
  for (int i = 0; i < count; i++) wiring->ends[i] = -1;
  for (int i = 0; i < count; i++) {
    int result = wire_slot(wiring, plan, child->loop, i, our_end(child, plan, i));
    if (result < 0) return failure(ret_failure, result, i);
  }
  return 0;
}

void wiring_done(struct wiring *wiring) {
  if (!wiring->sources) return;
  for (int i = 0; i < wiring->count; i++) fd_close(&wiring->ends[i]);
  memory_free(wiring->sources);
  wiring->sources = NULL;
}
