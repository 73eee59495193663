/* SPDX-License-Identifier: MIT */
/*
 * A list whose links live inside its members: adding one needs no memory, so it cannot fail,
 * and a member can take itself out without knowing the list.
 *
 * Invariant: a link is either in one list, or points to itself ("loose"). A zeroed link is
 * loose too, so that a zeroed object is a valid one.
 */
#ifndef CP_BASE_LIST_H
#define CP_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
  struct list *next;
  struct list *previous;
};

/** The object around a link: LIST_ENTRY(link, struct cp_child, member). */
#define LIST_ENTRY(link, type, field) ((type *) list_object((link), offsetof(type, field)))

static inline void *list_object(void *link, size_t offset) {
  return (char *) link - offset;
}

static inline void list_init(struct list *list) {
  list->next = list->previous = list;
}

static inline bool list_is_loose(const struct list *link) {
  return !link->next || link->next == link;
}

static inline bool list_is_empty(const struct list *list) {
  return list->next == list;
}

static inline void list_insert_after(struct list *place, struct list *link) {
  link->previous = place;
  link->next = place->next;
  place->next->previous = link;
  place->next = link;
}

static inline void list_append(struct list *list, struct list *link) {
  list_insert_after(list->previous, link);
}

static inline void list_remove(struct list *link) {
  if (list_is_loose(link)) return;
  link->previous->next = link->next;
  link->next->previous = link->previous;
  list_init(link);
}

/** Moves all members of `from` into `to`, which is made empty first. */
static inline void list_take_all(struct list *to, struct list *from) {
  list_init(to);
  if (list_is_empty(from)) return;
  to->next = from->next;
  to->previous = from->previous;
  to->next->previous = to->previous->next = to;
  list_init(from);
}

#endif
