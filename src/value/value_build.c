/* SPDX-License-Identifier: MIT */
/*
 * Putting values into containers. Only roots are changed; one that was read gets a list of items
 * apart from its arena with the first change. All memory is there before anything is changed.
 */
#include "value/members.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

#define BAD_VALUE "ERR_INVALID_ARG_VALUE"

/* ---- what may be put where ---- */

static bool is_free(const cp_value *value) {
  return value && value->is_root && !root_of(value)->parent;
}

/* The way out: frees both, but for what belongs to another. `container` may be in `item`. */
static cp_value *refuse(cp_value *container, cp_value *item) {
  bool frees_container = is_free(container) && container != item;
  cp_value_free(item);
  if (frees_container) cp_value_free(container);
  return NULL;
}

static cp_value *refuse_argument(cp_value *container, cp_value *item, const char *why) {
  (void) error_argument(-EINVAL, BAD_VALUE, "%s", why);
  return refuse(container, item);
}

/* Whether `item` is the container, or around it. Something empty is around nothing, so a tree
 * that is built from the root down is not climbed for each step. */
static bool is_in(const cp_value *container, const cp_value *item) {
  if (container == item) return true;
  if (!value_is_container(item) || item->count == 0) return false;
  for (const cp_value *at = container; at; at = root_of(at)->parent)
    if (at == item) return true;
  return false;
}

/* NULL, or what speaks against it. */
static const char *why_not(const cp_value *container, const cp_value *item, cp_value_type type) {
  if (container->type != type)
    return type == CP_VALUE_ARRAY ? "the value to append to is no array"
                                  : "the value to set a member of is no object";
  if (!container->is_root) return "a value that belongs to another cannot be changed";
  if (!is_free(item)) return "the item belongs to an array or object already";
  if (is_in(container, item)) return "a value cannot be put into itself";
  return NULL;
}

/* ---- room ---- */

/* Room for one more item or member, in a list that is the container's own. */
static int reserve(cp_value *container) {
  struct items *old = container->as.items;
  size_t used = value_pointers(container, container->count);
  size_t more = value_pointers(container, 1);
  if (container->has_own_items && old->capacity - used >= more) return 0;

  size_t capacity = used < FIRST_CAPACITY / 2 ? FIRST_CAPACITY : 2 * used;
  if (capacity > (SIZE_MAX - sizeof *old) / sizeof *old->at) return error_no_memory();
  struct items *items = memory_new(sizeof *items + capacity * sizeof *items->at);
  if (!items) return error_no_memory();
  items->capacity = capacity;
  if (used > 0) memcpy(items->at, old->at, used * sizeof *items->at);
  if (container->has_own_items) {
    items->index = old->index;
    memory_free(old);
  }
  container->as.items = items;
  container->has_own_items = true;
  return 0;
}

/* An index, where there is need for one, that can take one member more; before the search for a
 * key, so that changing all members of a large object that was read is not quadratic. */
static int reserve_index(cp_value *object) {
  struct items *items = object->as.items;
  size_t count = object->count;
  if (count < MEMBERS_WITHOUT_INDEX) return 0;
  if (items->index && index_has_room(items->index, count)) return 0;
  if (count >= MEMBERS_MOST) return error_no_memory();
  void *memory = memory_new(index_size(2 * count));
  if (!memory) return error_no_memory();
  memory_free(items->index);
  items->index = index_begin(memory, 2 * count);
  for (size_t i = 0; i < count; i++) index_add(items, i);
  return 0;
}

/* ---- the two ---- */

cp_value *cp_value_push(cp_value *array, cp_value *item) {
  if (!array || !item) return refuse(array, item);
  const char *reason = why_not(array, item, CP_VALUE_ARRAY);
  if (reason) return refuse_argument(array, item, reason);
  if (reserve(array) < 0) return refuse(array, item);
  array->as.items->at[array->count++] = item;
  root_of(item)->parent = array;
  return array;
}

/* Behind the others. */
static void append_member(cp_value *object, cp_value *key, cp_value *member) {
  struct items *items = object->as.items;
  size_t place = object->count++;
  items->at[2 * place] = key;
  items->at[2 * place + 1] = member;
  root_of(key)->parent = object;
  if (items->index) index_add(items, place);
}

static void replace_member(cp_value *object, size_t place, cp_value *member) {
  cp_value **at = &object->as.items->at[2 * place + 1];
  cp_value *old = *at;
  *at = member;
  if (!old->is_root) return;
  root_of(old)->parent = NULL;
  cp_value_free(old);
}

cp_value *cp_value_put(cp_value *object, const char *key, cp_value *member) {
  if (!object || !member) return refuse(object, member);
  if (!key) return refuse_argument(object, member, "'key' is NULL");
  const char *reason = why_not(object, member, CP_VALUE_OBJECT);
  if (reason) return refuse_argument(object, member, reason);

  size_t length = strlen(key);
  if (reserve(object) < 0 || reserve_index(object) < 0) return refuse(object, member);
  size_t place = members_find(object->as.items, object->count, key, length);
  if (place == MEMBER_NONE) {
    cp_value *name = value_new_text(key, length);
    if (!name) return refuse(object, member);
    append_member(object, name, member);
  } else {
    replace_member(object, place, member);
  }
  root_of(member)->parent = object;
  return object;
}
