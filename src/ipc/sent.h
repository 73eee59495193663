/* SPDX-License-Identifier: MIT */
/*
 * Who waits to be told what became of his message, in the order of sending: a ring, so that a
 * message costs no allocation of its own.
 */
#ifndef CP_IPC_SENT_H
#define CP_IPC_SENT_H

#include "child_process.h"

struct sent {
  uint64_t end; /* of its bytes, in all that was ever queued */
  cp_sent_cb call;
  void *user;
};

/** Zeroed, it is empty. */
struct sent_list {
  struct sent *items; /* a ring */
  size_t first, count, capacity;
};

/** Makes room for one more. 0 or -ENOMEM. */
int sent_reserve(struct sent_list *list);
/** There is room. */
void sent_add(struct sent_list *list, const struct sent *sent);
/** Whether all bytes of the first are among these. */
bool sent_is_due(const struct sent_list *list, uint64_t written);
/** Takes the first, if it is. */
bool sent_take(struct sent_list *list, uint64_t written, struct sent *ret_sent);
/** Bytes that it takes up. */
static inline size_t sent_size(const struct sent_list *list) {
  return list->count * sizeof *list->items;
}
void sent_done(struct sent_list *list);

#endif
