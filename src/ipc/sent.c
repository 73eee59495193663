/* SPDX-License-Identifier: MIT */
#include "ipc/sent.h"

#include "base/memory.h"

#include <errno.h>

enum { SMALLEST = 16, LARGEST_KEPT = 1024 };

static struct sent *at(const struct sent_list *list, size_t index) {
  return &list->items[(list->first + index) & (list->capacity - 1)]; /* a power of two */
}

static int resize(struct sent_list *list, size_t capacity) {
  struct sent *items = memory_new_array(capacity, sizeof *items);
  if (!items) return -ENOMEM;
  for (size_t i = 0; i < list->count; i++) items[i] = *at(list, i);
  memory_free(list->items);
  list->items = items;
  list->first = 0;
  list->capacity = capacity;
  return 0;
}

int sent_reserve(struct sent_list *list) {
  if (list->count < list->capacity) return 0;
  return resize(list, list->capacity ? list->capacity * 2 : SMALLEST);
}

void sent_add(struct sent_list *list, const struct sent *sent) {
  *at(list, list->count++) = *sent;
}

bool sent_is_due(const struct sent_list *list, uint64_t written) {
  return list->count > 0 && at(list, 0)->end <= written;
}

bool sent_take(struct sent_list *list, uint64_t written, struct sent *ret_sent) {
  if (!sent_is_due(list, written)) return false;
  *ret_sent = *at(list, 0);
  list->first = (list->first + 1) & (list->capacity - 1);
  list->count--;
  /* What a crowd once needed is given back. Without memory it stays as it is. */
  if (list->capacity > LARGEST_KEPT && list->count < list->capacity / 4)
    (void) resize(list, list->capacity / 2);
  return true;
}

void sent_done(struct sent_list *list) {
  memory_free(list->items);
  *list = (struct sent_list){ 0 };
}
