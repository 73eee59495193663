/* SPDX-License-Identifier: MIT */
/*
 * Putting values into containers. Only roots are changed; one that was read gets a list of items
 * apart from its arena with the first change. All memory is there before anything is changed.
 *
 * A value that is in the same tree already is put there as a reference, and marked, as all that is
 * around it: what is marked is not freed when it is replaced, but kept until the root is.
 */
#include "base/error.h"
#include "base/memory.h"
#include "value/kinds.h"
#include "value/members.h"

#include <errno.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

#define BAD_VALUE "ERR_INVALID_ARG_VALUE"

/* ---- where a value is ---- */

static bool is_free(const cp_value *value) {
  return value && value->is_root && !root_of(value)->parent;
}

static const cp_value *root_around(const cp_value *value) {
  while (root_of(value)->parent) value = root_of(value)->parent;
  return value;
}

/* Whether `item` is the container, or around it. Something empty is around nothing, so a tree
 * that is built from the root down is not climbed for each step. */
static bool is_around(const cp_value *item, const cp_value *container) {
  if (container == item) return true;
  return value_is_container(item) && value_pointers(item) > 0 && root_around(container) == item;
}

/* Whether the item is in the tree of the container, so that it is to be shared. */
static bool is_in_tree(const cp_value *container, const cp_value *item) {
  if (is_free(item)) return is_around(item, container);
  return root_around(item) == root_around(container);
}

/* ---- the way out ---- */

/* Whether it can be freed without what the container is in. */
static bool is_apart(const cp_value *container, const cp_value *item) {
  if (!is_free(item) || container == item) return false;
  return !container || !container->is_root || !is_around(item, container);
}

/* Frees both, but for what is in another tree, or around that. */
static void discard(cp_value *container, cp_value *item) {
  bool frees_container = is_free(container);
  if (is_apart(container, item)) cp_value_free(item);
  if (frees_container) cp_value_free(container);
}

static cp_value *refuse(cp_value *container, cp_value *item) {
  discard(container, item);
  return NULL;
}

static cp_value *refuse_argument(cp_value *container, cp_value *item, const char *why) {
  (void) error_argument(-EINVAL, BAD_VALUE, "%s", why);
  return refuse(container, item);
}

/* ---- what may be put where ---- */

/* NULL, or what speaks against it. */
static const char *why_not(const cp_value *container, const cp_value *item) {
  if (!container->is_root) return "a value that belongs to another cannot be changed";
  if (!item->is_root) return "the item belongs to a value that was read already";
  if (!is_free(item) && !is_in_tree(container, item))
    return "the item belongs to another value already";
  return NULL;
}

/* ---- room ---- */

/* Room for so many pointers more, in a list that is the container's own. */
static int reserve(cp_value *container, size_t more) {
  struct items *old = container->as.items;
  size_t used = value_pointers(container);
  if (container->has_own_items && old->capacity - used >= more) return 0;

  size_t capacity = used < FIRST_CAPACITY / 2 ? FIRST_CAPACITY : 2 * used;
  if (capacity > (SIZE_MAX - sizeof *old) / sizeof *old->at) return error_no_memory();
  struct items *items = memory_new(sizeof *items + capacity * sizeof *items->at);
  if (!items) return error_no_memory();
  items->capacity = capacity;
  if (old) items->named = old->named; /* or what was kept */
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
static int reserve_index(cp_value *container) {
  struct items *items = container->as.items;
  size_t count = container->count;
  if (count < MEMBERS_WITHOUT_INDEX) return 0;
  if (items->index && index_has_room(items->index, count)) return 0;
  if (count >= MEMBERS_MOST) return error_no_memory();
  void *memory = memory_new(index_size(2 * count));
  if (!memory) return error_no_memory();
  memory_free(items->index);
  items->index = index_begin(memory, 2 * count, members_stride(container));
  for (size_t i = 0; i < count; i++) index_add(items, i);
  return 0;
}

/* ---- what is put there ---- */

/* A reference to the item, which is in the tree; NULL with the error set. */
static cp_value *share(cp_value *item) {
  cp_value *reference = value_new((cp_value_type) VALUE_REFERENCE, 0);
  if (!reference) return NULL;
  reference->as.target = item;
  item->is_shared = true;
  for (cp_value *at = root_of(item)->parent; at; at = root_of(at)->parent) at->holds_shared = true;
  return reference;
}

/* The item, or a reference to it: what is to be stored, the container's own. */
static cp_value *adopt(cp_value *container, cp_value *item) {
  cp_value *stored = is_in_tree(container, item) ? share(item) : item;
  if (stored) root_of(stored)->parent = container;
  return stored;
}

/* What is not stored, as there is one like it; it may be the root around the container. */
static void free_unneeded(const cp_value *container, cp_value *item) {
  if (!is_in_tree(container, item)) cp_value_free(item);
}

/* Takes adopt() back. */
static void disown(cp_value *stored, const cp_value *item) {
  root_of(stored)->parent = NULL;
  if (stored != item) cp_value_free(stored);
}

/* Something else stands in its place now. */
static void drop(cp_value *container, cp_value *old) {
  if (!old->is_root) return;
  if (old->is_shared || old->holds_shared) {
    struct items *items = container->as.items;
    root_of(old)->parent = items->kept ? items->kept : container;
    items->kept = old;
    return;
  }
  root_of(old)->parent = NULL;
  cp_value_free(old);
}

/* ---- arrays and Sets ---- */

/* Behind what a sparse array has, with its place before it; a hole only makes it longer. */
static cp_value *push_sparse(cp_value *array, cp_value *item) {
  if (array->count == UINT32_MAX) return refuse_argument(array, item, "the array is full");
  if (item->type == CP_VALUE_HOLE) {
    free_unneeded(array, item);
    array->count++;
    return array;
  }
  cp_value *place = reserve(array, 2) == 0 ? value_new(CP_VALUE_NUMBER, 0) : NULL;
  cp_value *stored = place ? adopt(array, item) : NULL;
  if (!stored) {
    cp_value_free(place);
    return refuse(array, item);
  }
  cp_value **at = &array->as.items->at[2 * (size_t) array->extra++];
  place->count = array->count++;
  root_of(place)->parent = array;
  at[0] = place;
  at[1] = stored;
  return array;
}

static cp_value *push_item(cp_value *array, cp_value *item) {
  cp_value *stored = reserve(array, 1) == 0 ? adopt(array, item) : NULL;
  if (!stored) return refuse(array, item);
  if (item->type == CP_VALUE_HOLE) array->is_holey = true;
  array->as.items->at[array->count++] = stored;
  return array;
}

static cp_value *push_to_set(cp_value *set, cp_value *item) {
  if (reserve(set, 1) < 0 || reserve_index(set) < 0) return refuse(set, item);
  if (members_find(set, item) != MEMBER_NONE) {
    free_unneeded(set, item);
    return set;
  }
  cp_value *stored = adopt(set, item);
  if (!stored) return refuse(set, item);
  size_t place = set->count++;
  set->as.items->at[place] = stored;
  if (set->as.items->index) index_add(set->as.items, place);
  return set;
}

cp_value *cp_value_push(cp_value *array, cp_value *item) {
  if (!array || !item) return refuse(array, item);
  bool is_set = array->type == CP_VALUE_SET;
  if (array->type != CP_VALUE_ARRAY && !is_set)
    return refuse_argument(array, item, "the value to append to is no array and no Set");
  const char *reason = why_not(array, item);
  if (reason) return refuse_argument(array, item, reason);
  if (is_set && item->type == CP_VALUE_HOLE)
    return refuse_argument(array, item, "only an array has holes");
  if (is_set) return push_to_set(array, item);
  return array->is_sparse ? push_sparse(array, item) : push_item(array, item);
}

/* ---- objects, Maps and Errors ---- */

/* NULL, or what speaks against such a member. */
static const char *why_not_member(const cp_value *object, const cp_value *key,
                                  const cp_value *member) {
  static const char *const texts[] = { "name", "message", "stack" };
  if (member->type == CP_VALUE_HOLE) return "only an array has holes";
  if (object->type == CP_VALUE_MAP) return key->type == CP_VALUE_HOLE ? "a hole is no key" : NULL;
  if (key->type != CP_VALUE_STRING) return "the key is no string";
  if (object->type == CP_VALUE_OBJECT) return NULL;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (key->count == strlen(texts[i]) && !memcmp(key->as.text, texts[i], key->count))
      return member->type == CP_VALUE_STRING ? NULL : "this member of an Error must be a string";
  bool is_cause = key->count == 5 && !memcmp(key->as.text, "cause", 5);
  return is_cause ? NULL : "an Error has a name, a message, a stack and a cause";
}

static const char *why_not_object(const cp_value *object) {
  return value_has_pairs(object) ? NULL : "the value to set a member of is no object, Map or Error";
}

/* Behind the others, with both in the container already. */
static void append_member(cp_value *object, cp_value *key, cp_value *member) {
  struct items *items = object->as.items;
  size_t place = object->count++;
  items->at[2 * place] = key;
  items->at[2 * place + 1] = member;
  if (items->index) index_add(items, place);
}

static void replace_member(cp_value *object, size_t place, cp_value *member) {
  cp_value **at = &object->as.items->at[2 * place + 1];
  cp_value *old = *at;
  *at = member;
  drop(object, old);
}

/* Both are let in already; `key` is for a new member. False without memory. */
static bool set_member(cp_value *object, size_t place, cp_value *key, cp_value *member) {
  cp_value *stored = adopt(object, member);
  if (!stored) return false;
  if (place != MEMBER_NONE) {
    replace_member(object, place, stored);
    return true;
  }
  cp_value *stored_key = adopt(object, key);
  if (!stored_key) {
    disown(stored, member);
    return false;
  }
  append_member(object, stored_key, stored);
  return true;
}

cp_value *cp_value_put(cp_value *object, const char *key, cp_value *member) {
  if (!object || !member) return refuse(object, member);
  if (!key) return refuse_argument(object, member, "'key' is NULL");
  struct cp_value text = { .type = CP_VALUE_STRING, .count = strlen(key), .as.text = key };
  const char *reason = why_not_object(object);
  if (!reason) reason = why_not(object, member);
  if (!reason) reason = why_not_member(object, &text, member);
  if (reason) return refuse_argument(object, member, reason);

  if (reserve(object, 2) < 0 || reserve_index(object) < 0) return refuse(object, member);
  size_t place = members_find(object, &text);
  cp_value *name = NULL;
  if (place == MEMBER_NONE) {
    name = value_new_bytes(CP_VALUE_STRING, key, text.count);
    if (!name) return refuse(object, member);
  }
  if (set_member(object, place, name, member)) return object;
  cp_value_free(name);
  return refuse(object, member);
}

static cp_value *refuse_both(cp_value *map, cp_value *key, cp_value *member) {
  bool frees_key = is_apart(map, key) && key != member; /* else it goes with another */
  discard(map, member);
  if (frees_key) cp_value_free(key);
  return NULL;
}

cp_value *cp_value_set(cp_value *map, cp_value *key, cp_value *member) {
  if (!map || !key || !member) return refuse_both(map, key, member);
  const char *reason = why_not_object(map);
  if (!reason) reason = why_not(map, key);
  if (!reason) reason = why_not(map, member);
  if (!reason) reason = why_not_member(map, key, member);
  if (reason) {
    (void) error_argument(-EINVAL, BAD_VALUE, "%s", reason);
    return refuse_both(map, key, member);
  }

  if (reserve(map, 2) < 0 || reserve_index(map) < 0) return refuse_both(map, key, member);
  size_t place = members_find(map, key);
  /* Asked before: the key may be in the value that goes. */
  bool frees_key = place != MEMBER_NONE && key != member && !is_in_tree(map, key);
  if (!set_member(map, place, key, member)) return refuse_both(map, key, member);
  if (frees_key) cp_value_free(key);
  return map;
}

/* ---- what holds one value ---- */

static cp_value *hold(cp_value *container, cp_value *item) {
  struct items *items = memory_new(sizeof *items + sizeof *items->at);
  if (!items) {
    (void) error_no_memory();
    return refuse(container, item);
  }
  items->at[0] = adopt(container, item);
  if (!items->at[0]) {
    memory_free(items);
    return refuse(container, item);
  }
  items->capacity = 1;
  container->as.items = items;
  container->has_own_items = true;
  return container;
}

cp_value *cp_value_new_boxed(cp_value *primitive) {
  static const unsigned types = VALUE_BIT(CP_VALUE_BOOL) | VALUE_BIT(CP_VALUE_NUMBER) |
                                VALUE_BIT(CP_VALUE_STRING) | VALUE_BIT(CP_VALUE_BIGINT);
  if (!primitive) return NULL;
  if (!is_free(primitive) || !value_is_one_of(primitive, types))
    return refuse_argument(NULL, primitive,
                           "what is boxed is a boolean, a number, a string or a BigInt, and free");
  cp_value *boxed = value_new(CP_VALUE_BOXED, 0);
  if (!boxed || !hold(boxed, primitive)) return refuse(NULL, boxed ? NULL : primitive);
  boxed->count = 1;
  return boxed;
}

/* NULL, or what speaks against the view of these bytes. */
static const char *why_not_view(const cp_value *view, const cp_value *buffer, size_t offset,
                                size_t length) {
  if (view->type != CP_VALUE_VIEW) return "the value that is to show a buffer is no view";
  if (view->has_buffer) return "the view shows a buffer already";
  if (buffer->type != CP_VALUE_BUFFER) return "what is to be shown is no ArrayBuffer";
  const char *reason = why_not(view, buffer);
  if (reason) return reason;
  size_t size = view_item_size((cp_view_type) view->view);
  bool is_within = offset <= buffer->count && length <= buffer->count - offset;
  bool is_aligned = offset % size == 0 && length % size == 0 && offset <= UINT32_MAX;
  return is_within && is_aligned ? NULL : "the view does not lie on items within the buffer";
}

cp_value *cp_value_set_buffer(cp_value *view, cp_value *buffer, size_t offset, size_t length) {
  if (!view || !buffer) return refuse(view, buffer);
  const char *reason = why_not_view(view, buffer, offset, length);
  if (reason) return refuse_argument(view, buffer, reason);
  if (!hold(view, buffer)) return NULL;
  view->has_buffer = true;
  view->extra = (uint32_t) offset;
  view->count = length;
  return view;
}
