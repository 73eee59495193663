/* SPDX-License-Identifier: MIT */
#include "value/clone_reader.h"

#include "base/error.h"
#include "base/memory.h"
#include "value/kinds.h"
#include "value/members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct items *take_items(struct clone_reader *reader, size_t pointers) {
  struct items *items =
      arena_take_raw(&reader->arena, sizeof(struct items) + pointers * sizeof(struct cp_value *));
  return items ? memset(items, 0, sizeof *items) : NULL;
}

/* The list of what has members, with an index where it needs one. */
static int take_members(struct clone_reader *reader, struct cp_value *node,
                        struct cp_value *const *members, size_t count) {
  if (count == 0) return 0;
  if (count > MEMBERS_MOST) return error_no_memory();
  struct items *items = take_items(reader, count * members_stride(node));
  if (!items) return -ENOMEM;
  if (count > MEMBERS_WITHOUT_INDEX) {
    void *memory = arena_take(&reader->arena, index_size(count));
    if (!memory) return -ENOMEM;
    items->index = index_begin(memory, count, members_stride(node));
  }
  node->as.items = items;
  members_collect(node, items, members, count);
  return 0;
}

static int take_own_members(struct clone_reader *reader, struct cp_value *node,
                            struct cp_value *const *members, size_t count) {
  int result = take_members(reader, node, members, count);
  if (result == 0 && node->count < count) return clone_expect(reader, "no key twice");
  return result;
}

/* What was written must be what came. */
static int check_count(struct clone_reader *reader, size_t count) {
  uint32_t claimed;
  if (clone_read_varint(reader, &claimed) < 0) return -EINVAL;
  return claimed == count ? 0 : clone_expect(reader, "the number of what came before");
}

int clone_close_object(struct clone_reader *reader, const struct frame *frame) {
  size_t count = (reader->top - frame->first) / 2;
  int result = check_count(reader, count);
  if (result < 0) return result;
  return take_own_members(reader, frame->node, reader->values + frame->first, count);
}

/* Of those with one key V8 takes the last. */
int clone_close_collection(struct clone_reader *reader, const struct frame *frame) {
  size_t count = reader->top - frame->first;
  int result = check_count(reader, count);
  if (result < 0) return result;
  return take_members(reader, frame->node, reader->values + frame->first,
                      count / members_stride(frame->node));
}

/* The name is there first, a part that comes twice is what it was last. */
int clone_close_error(struct clone_reader *reader, const struct frame *frame) {
  return take_members(reader, frame->node, reader->values + frame->first,
                      (reader->top - frame->first) / 2);
}

/* ---- arrays ---- */

/* An item of an array and its place, before they are in order. */
struct placed {
  uint32_t place;
  struct cp_value *item;
};

struct parts {
  struct placed *items;
  size_t item_count;
  struct cp_value **members; /* keys and values by turns */
  size_t member_count;
  size_t length;
  bool is_in_order;
};

static void add_item(struct parts *parts, uint32_t place, struct cp_value *item) {
  if (parts->item_count > 0 && parts->items[parts->item_count - 1].place >= place)
    parts->is_in_order = false;
  if (place >= parts->length) parts->length = (size_t) place + 1;
  parts->items[parts->item_count++] = (struct placed){ place, item };
}

static int compare_places(const void *one, const void *other) {
  uint32_t a = ((const struct placed *) one)->place, b = ((const struct placed *) other)->place;
  return a < b ? -1 : a > b;
}

/* Items apart from what else is there; there is room for all. */
static void part(const struct clone_reader *reader, const struct frame *frame,
                 struct parts *parts) {
  struct cp_value *const *values = reader->values;
  for (size_t i = frame->first; i < frame->pairs; i++)
    if (values[i]->type != CP_VALUE_HOLE) add_item(parts, (uint32_t) (i - frame->first), values[i]);
  for (size_t i = frame->pairs; i < reader->top; i += 2) {
    uint32_t place;
    if (key_is_index(values[i]->as.text, values[i]->count, &place)) {
      add_item(parts, place, values[i + 1]);
    } else {
      parts->members[2 * parts->member_count] = values[i];
      parts->members[2 * parts->member_count++ + 1] = values[i + 1];
    }
  }
}

static int sort_items(const struct clone_reader *reader, const struct parts *parts) {
  if (parts->is_in_order) return 0;
  qsort(parts->items, parts->item_count, sizeof *parts->items, compare_places);
  for (size_t i = 1; i < parts->item_count; i++)
    if (parts->items[i].place == parts->items[i - 1].place)
      return clone_expect(reader, "no place twice");
  return 0;
}

/* Holes are there, too. */
static int fill_array(struct clone_reader *reader, struct cp_value *array,
                      const struct parts *parts) {
  struct items *items = take_items(reader, parts->length);
  if (!items) return -ENOMEM;
  for (size_t i = 0, next = 0; i < parts->length; i++) {
    bool is_there = next < parts->item_count && parts->items[next].place == i;
    items->at[i] = is_there ? parts->items[next++].item : value_constant(CP_VALUE_HOLE);
  }
  array->as.items = items;
  return 0;
}

static int fill_sparse_array(struct clone_reader *reader, struct cp_value *array,
                             const struct parts *parts) {
  struct items *items = take_items(reader, 2 * parts->item_count);
  if (!items) return -ENOMEM;
  for (size_t i = 0; i < parts->item_count; i++) {
    struct cp_value *place = clone_new_node(reader, CP_VALUE_NUMBER);
    if (!place) return -ENOMEM;
    place->count = parts->items[i].place;
    items->at[2 * i] = place;
    items->at[2 * i + 1] = parts->items[i].item;
  }
  array->as.items = items;
  array->is_sparse = true;
  array->extra = (uint32_t) parts->item_count;
  return 0;
}

static int fill_named(struct clone_reader *reader, struct cp_value *array,
                      const struct parts *parts) {
  if (parts->member_count == 0) return 0;
  struct cp_value *named = clone_new_node(reader, CP_VALUE_OBJECT);
  if (!named) return -ENOMEM;
  array->as.items->named = named;
  return take_own_members(reader, named, parts->members, parts->member_count);
}

/* Holes that are more than the items would make much memory of few bytes. */
static int fill_from_parts(struct clone_reader *reader, const struct frame *frame,
                           const struct parts *parts) {
  int result = sort_items(reader, parts);
  if (result < 0) return result;
  struct cp_value *array = frame->node;
  bool is_dense = frame->end_tag == TAG_DENSE_END && !frame->has_holes;
  array->count = parts->length;
  array->is_holey = !is_dense || parts->item_count > frame->pairs - frame->first;
  result = parts->length <= 2 * parts->item_count ? fill_array(reader, array, parts)
                                                  : fill_sparse_array(reader, array, parts);
  return result < 0 ? result : fill_named(reader, array, parts);
}

static int build_array(struct clone_reader *reader, const struct frame *frame, size_t pairs) {
  size_t items = frame->pairs - frame->first + pairs;
  struct parts parts = { .length = frame->length, .is_in_order = true };
  /* One more of each: none would be no memory. */
  parts.items = memory_new_array(items + 1, sizeof *parts.items);
  parts.members = memory_new_array(pairs + 1, 2 * sizeof *parts.members);
  int result = -ENOMEM;
  if (parts.items && parts.members) {
    part(reader, frame, &parts);
    result = fill_from_parts(reader, frame, &parts);
  } else {
    (void) error_no_memory();
  }
  memory_free(parts.items);
  memory_free(parts.members);
  return result;
}

/* What nearly all are: items, and nothing else. */
static int build_dense_array(struct clone_reader *reader, const struct frame *frame) {
  struct cp_value *array = frame->node;
  array->count = frame->length;
  if (frame->length == 0) return 0;
  struct items *items = take_items(reader, frame->length);
  if (!items) return -ENOMEM;
  memcpy(items->at, reader->values + frame->first, frame->length * sizeof *items->at);
  array->as.items = items;
  return 0;
}

int clone_close_array(struct clone_reader *reader, const struct frame *frame) {
  size_t pairs = (reader->top - frame->pairs) / 2;
  int result = check_count(reader, pairs);
  if (result == 0) result = check_count(reader, frame->length);
  if (result < 0) return result;
  frame->node->is_as_cloned = true;
  if (pairs == 0 && frame->end_tag == TAG_DENSE_END && !frame->has_holes)
    return build_dense_array(reader, frame);
  return build_array(reader, frame, pairs);
}
