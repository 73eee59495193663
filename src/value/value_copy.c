/* SPDX-License-Identifier: MIT */
/*
 * A copy is an arena. It has all that can be reached from the value, and what stood at several
 * places does so again. Containers wait on a list for their items to be copied.
 */
#include "base/error.h"
#include "value/arena.h"
#include "value/identity.h"
#include "value/members.h"

#include <errno.h>
#include <string.h>

struct copying {
  struct arena arena;
  struct cp_value *list;    /* through the items */
  struct identity identity; /* of what is shared, its copies */
};

/* The bytes, and behind those of a RegExp its flags. */
static int copy_bytes(struct copying *copying, struct cp_value *copy) {
  size_t size = copy->count + 1;
  if (copy->type == CP_VALUE_REGEXP) size += strlen(copy->as.text + size) + 1;
  char *text = arena_take(&copying->arena, size);
  if (!text) return -ENOMEM;
  memcpy(text, copy->as.text, copy->has_digits ? copy->count : size);
  copy->as.text = text;
  return 0;
}

/* The items are the original's still; the container goes onto the list, to get its own. */
static int copy_items(struct copying *copying, struct cp_value *copy) {
  const struct items *from = copy->as.items;
  size_t pointers = value_pointers(copy);
  struct items *items = arena_take(&copying->arena, sizeof *items + pointers * sizeof *items->at);
  if (!items) return -ENOMEM;
  memcpy(items->at, from->at, pointers * sizeof *items->at);
  if (from->index) {
    void *memory = arena_take(&copying->arena, index_size(copy->count));
    if (!memory) return -ENOMEM;
    items->index = index_begin(memory, copy->count, members_stride(copy));
  }
  if (copy->type == CP_VALUE_ARRAY) items->named = from->named;
  items->next = copying->list;
  copy->as.items = items;
  copying->list = copy;
  return 0;
}

/* Makes `copy` one of `value`, but for what a container holds. */
static int copy_node(struct copying *copying, const struct cp_value *value, struct cp_value *copy) {
  bool is_root = copy->is_root;
  *copy = *value;
  copy->is_root = is_root;
  copy->is_constant = false;
  copy->has_own_items = false;
  if (value->is_shared) {
    int result = identity_add(&copying->identity, value, (uintptr_t) copy);
    if (result < 0) return result;
  }
  if (value_has_bytes(value)) return copy_bytes(copying, copy);
  return value_is_container(value) && value->as.items ? copy_items(copying, copy) : 0;
}

/* What was copied already, as it may be pointed to: see value.h. */
static struct cp_value *copy_again(struct copying *copying, struct cp_value *copy) {
  if (!copy->is_root) return copy;
  struct cp_value *reference = arena_take(&copying->arena, sizeof *reference);
  if (!reference) return NULL;
  reference->type = VALUE_REFERENCE;
  reference->as.target = copy;
  return reference;
}

/* Has *at, which points to the original, point to the copy. */
static int copy_pointer(struct copying *copying, struct cp_value **at) {
  const struct cp_value *value = value_behind(*at);
  if (value->is_constant) return 0;
  uintptr_t *note = value->is_shared ? identity_find(&copying->identity, value) : NULL;
  struct cp_value *copy;
  if (note) {
    copy = copy_again(copying, (struct cp_value *) *note);
    if (!copy) return -ENOMEM;
  } else {
    copy = arena_take(&copying->arena, sizeof *copy);
    if (!copy || copy_node(copying, value, copy) < 0) return -ENOMEM;
  }
  *at = copy;
  return 0;
}

static int copy_members(struct copying *copying, struct cp_value *container) {
  struct items *items = container->as.items;
  size_t pointers = value_pointers(container);
  int result = 0;
  for (size_t i = 0; i < pointers && result == 0; i++)
    result = copy_pointer(copying, &items->at[i]);
  if (container->type == CP_VALUE_ARRAY && items->named && result == 0)
    result = copy_pointer(copying, &items->named);
  for (size_t i = 0; items->index && i < container->count && result == 0; i++) index_add(items, i);
  return result;
}

cp_value *cp_value_copy(const cp_value *value) {
  struct copying copying = { 0 };
  if (!value || arena_begin(&copying.arena, 0, NULL) < 0) return NULL;
  int result = copy_node(&copying, value, &copying.arena.root->value);
  while (copying.list && result == 0) {
    struct cp_value *container = copying.list;
    copying.list = container->as.items->next;
    container->as.items->next = NULL;
    result = copy_members(&copying, container);
  }
  identity_done(&copying.identity);
  if (result == 0) return &copying.arena.root->value;
  arena_free(copying.arena.root);
  return NULL;
}
