/* SPDX-License-Identifier: MIT */
/*
 * What V8 would write for a value that was made in the usual way. Where it has several forms for
 * the same, those of a clone that was read are kept, so that it is written as it came.
 */
#include "value/clone_writer.h"

#include "base/memory.h"
#include "value/clone_error.h"
#include "value/kinds.h"
#include "value/members.h"
#include "value/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BAD_VALUE "ERR_INVALID_ARG_VALUE"

/* ---- numbers of objects ---- */

static bool is_object(const struct cp_value *value) {
  static const unsigned primitives = VALUE_BIT(CP_VALUE_UNDEFINED) | VALUE_BIT(CP_VALUE_NULL) |
                                     VALUE_BIT(CP_VALUE_BOOL) | VALUE_BIT(CP_VALUE_NUMBER) |
                                     VALUE_BIT(CP_VALUE_STRING) | VALUE_BIT(CP_VALUE_BIGINT) |
                                     VALUE_BIT(CP_VALUE_HOLE);
  return !value_is_one_of(value, primitives);
}

enum { WAS_WRITTEN = 1 };

/* Numbers the object; or writes the number that it has: WAS_WRITTEN. */
static int number_object(struct clone_writer *writer, const struct cp_value *object) {
  if (!object->is_shared) {
    writer->objects++;
    return 0;
  }
  uintptr_t *number = identity_find(&writer->identity, object);
  if (!number) return identity_add(&writer->identity, object, writer->objects++);
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_REFERENCE);
  clone_put_varint(writer, (uint32_t) *number);
  return WAS_WRITTEN;
}

/* ---- a container begins ---- */

static int grow_frames(struct clone_writer *writer) {
  void *larger =
      stack_grow(writer->frames, writer->near_frames, &writer->room, sizeof *writer->frames);
  if (!larger) return -ENOMEM;
  writer->frames = larger;
  return 0;
}

static struct writer_frame *push_frame(struct clone_writer *writer, const struct cp_value *node) {
  if (writer->depth == CP_VALUE_MAX_DEPTH) {
    (void) error_argument(-EINVAL, BAD_VALUE, "the value has more than %d others in each other",
                          CP_VALUE_MAX_DEPTH);
    return NULL;
  }
  if (writer->depth == writer->room && grow_frames(writer) < 0) return NULL;
  struct writer_frame *frame = &writer->frames[writer->depth++];
  *frame = (struct writer_frame){ .node = node };
  return frame;
}

struct indexed {
  uint32_t index;
  size_t place;
};

static int compare_indexes(const void *one, const void *other) {
  uint32_t a = ((const struct indexed *) one)->index, b = ((const struct indexed *) other)->index;
  return a < b ? -1 : a > b;
}

static bool is_index(const struct cp_value *key, uint32_t *ret_index) {
  return key_is_index(key->as.text, key->count, ret_index);
}

/* Fills `order` with the places of those keys that are indexes, in their order, and then with
 * those of the others. */
static int fill_order(const struct cp_value *object, size_t *order, size_t indexes) {
  struct indexed *list = memory_new_array(indexes, sizeof *list);
  if (!list) return error_no_memory();
  size_t next = 0, other = indexes;
  for (size_t place = 0; place < object->count; place++) {
    uint32_t index;
    if (is_index(value_behind(object->as.items->at[2 * place]), &index))
      list[next++] = (struct indexed){ index, place };
    else
      order[other++] = place;
  }
  qsort(list, indexes, sizeof *list, compare_indexes);
  for (size_t i = 0; i < indexes; i++) order[i] = list[i].place;
  memory_free(list);
  return 0;
}

/* V8 has the keys that are indexes before the others, and in their order. */
static int order_members(struct writer_frame *frame) {
  const struct cp_value *object = frame->node;
  size_t indexes = 0;
  uint32_t index, last = 0;
  bool is_in_order = true;
  for (size_t place = 0; place < object->count; place++) {
    if (!is_index(value_behind(object->as.items->at[2 * place]), &index)) continue;
    if (place > indexes || (indexes > 0 && index < last)) is_in_order = false;
    last = index;
    indexes++;
  }
  if (is_in_order) return 0;
  frame->order = memory_new_array(object->count, sizeof *frame->order);
  if (!frame->order) return error_no_memory();
  return fill_order(object, frame->order, indexes);
}

/* V8 keeps an array of numbers that are not all integers as doubles. One that was read has its
 * numbers marked. */
static bool is_of_doubles(const struct cp_value *array) {
  bool has_double = false;
  if (array->is_as_cloned) return false;
  for (size_t i = 0; i < array->count; i++) {
    const struct cp_value *item = value_behind(array->as.items->at[i]);
    if (item->type != CP_VALUE_NUMBER) return false;
    has_double = has_double || !clone_number_is_int32(item);
  }
  return has_double;
}

/* All of its items here: they are numbers. */
static int write_doubles(struct clone_writer *writer, struct writer_frame *frame) {
  const struct cp_value *array = frame->node;
  int result = 0;
  for (size_t i = 0; i < array->count && result == 0; i++)
    result = clone_write_number(writer, value_behind(array->as.items->at[i]), true);
  frame->next = array->count;
  return result;
}

static int open_container(struct clone_writer *writer, const struct cp_value *node) {
  struct writer_frame *frame = push_frame(writer, node);
  if (!frame) return cp_last_error()->number;
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  switch (node->type) {
    case CP_VALUE_OBJECT:
      clone_put_byte(writer, TAG_OBJECT);
      return order_members(frame);
    case CP_VALUE_MAP:
      clone_put_byte(writer, TAG_MAP);
      return 0;
    case CP_VALUE_SET:
      clone_put_byte(writer, TAG_SET);
      return 0;
    default:
      if (node->count > UINT32_MAX)
        return error_argument(-EINVAL, BAD_VALUE, "a clone has no array of 2^32 items");
      clone_put_byte(writer, node->is_holey ? TAG_SPARSE : TAG_DENSE);
      clone_put_varint(writer, (uint32_t) node->count);
      return !node->is_holey && is_of_doubles(node) ? write_doubles(writer, frame) : 0;
  }
}

/* The class, and the message; the rest is written as the frame goes on. */
static int open_error(struct clone_writer *writer, const struct cp_value *error) {
  if (!push_frame(writer, error)) return cp_last_error()->number;
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_ERROR);
  char letter = clone_error_letter(cp_value_as_string(cp_value_get(error, "name"), ""));
  if (letter) clone_put_byte(writer, letter);
  const struct cp_value *message = cp_value_get(error, "message");
  if (!message) return 0;
  clone_put_byte(writer, ERROR_MESSAGE);
  return clone_write_text(writer, message->as.text, message->count);
}

/* ---- a container goes on, and ends ---- */

static int pop_frame(struct clone_writer *writer) {
  memory_free(writer->frames[--writer->depth].order);
  return 0;
}

/* Behind the last of its values. */
static int close_container(struct clone_writer *writer, int tag, size_t count) {
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, tag);
  clone_put_varint(writer, (uint32_t) count);
  return pop_frame(writer);
}

static int write_key(struct clone_writer *writer, const struct cp_value *key) {
  uint32_t index;
  if (!is_index(key, &index)) return clone_write_text(writer, key->as.text, key->count);
  const struct cp_value number = { .type = CP_VALUE_NUMBER, .as.number = index };
  return clone_write_number(writer, &number, false);
}

static int next_of_object(struct clone_writer *writer, struct writer_frame *frame,
                          const struct cp_value **ret_value) {
  const struct cp_value *object = frame->node;
  if (frame->next == object->count) return close_container(writer, TAG_OBJECT_END, object->count);
  size_t place = frame->order ? frame->order[frame->next] : frame->next;
  frame->next++;
  struct cp_value *const *pair = object->as.items->at + 2 * place;
  *ret_value = value_behind(pair[1]);
  return write_key(writer, value_behind(pair[0]));
}

static int next_of_collection(struct clone_writer *writer, struct writer_frame *frame,
                              const struct cp_value **ret_value) {
  const struct cp_value *node = frame->node;
  size_t count = value_pointers(node);
  if (frame->next == count)
    return close_container(writer, node->type == CP_VALUE_MAP ? TAG_MAP_END : TAG_SET_END, count);
  *ret_value = value_behind(node->as.items->at[frame->next++]);
  return 0;
}

static int write_stack(struct clone_writer *writer, const struct cp_value *error) {
  const struct cp_value *stack = cp_value_get(error, "stack");
  if (!stack) return 0;
  clone_put_byte(writer, ERROR_STACK);
  int result = clone_write_text(writer, stack->as.text, stack->count);
  return result < 0 ? result : clone_reserve(writer, 0);
}

/* V8 11 (Node 20) writes the cause before the stack, and takes both orders; V8 12 (Node 22) writes
 * and takes the cause behind it only. So that is the order, also of one that came otherwise. */
static int next_of_error(struct clone_writer *writer, struct writer_frame *frame,
                         const struct cp_value **ret_value) {
  const struct cp_value *error = frame->node;
  bool is_first = frame->next++ == 0;
  int result = clone_reserve(writer, 0);
  if (result == 0 && is_first) result = write_stack(writer, error);
  if (result < 0) return result;
  const struct cp_value *cause = is_first ? cp_value_get(error, "cause") : NULL;
  clone_put_byte(writer, cause ? ERROR_CAUSE : ERROR_END);
  *ret_value = cause;
  return cause ? 0 : pop_frame(writer);
}

/* The next item that is no hole, and its place; false: there is none. */
static bool next_placed(struct writer_frame *frame, size_t *ret_place,
                        const struct cp_value **ret_item) {
  const struct cp_value *array = frame->node;
  if (array->is_sparse) {
    if (frame->next == array->extra) return false;
    *ret_place = value_sparse_place(array, frame->next);
    *ret_item = value_behind(array->as.items->at[2 * frame->next++ + 1]);
    return true;
  }
  while (frame->next < array->count) {
    size_t place = frame->next++;
    const struct cp_value *item = value_behind(array->as.items->at[place]);
    if (item->type == CP_VALUE_HOLE) continue;
    *ret_place = place;
    *ret_item = item;
    return true;
  }
  return false;
}

/* What an array has beside its items, and then its end. */
static int next_of_properties(struct clone_writer *writer, struct writer_frame *frame,
                              const struct cp_value **ret_value) {
  const struct cp_value *array = frame->node, *object = cp_value_properties(array);
  if (frame->next_property < cp_value_count(object)) {
    struct cp_value *const *pair = object->as.items->at + 2 * frame->next_property++;
    frame->pairs++;
    *ret_value = value_behind(pair[1]);
    return write_key(writer, value_behind(pair[0]));
  }
  uint32_t length = (uint32_t) array->count;
  size_t pairs = frame->pairs;
  int result = close_container(writer, array->is_holey ? TAG_SPARSE_END : TAG_DENSE_END, pairs);
  if (result == 0) clone_put_varint(writer, length);
  return result;
}

static int next_of_array(struct clone_writer *writer, struct writer_frame *frame,
                         const struct cp_value **ret_value) {
  const struct cp_value *array = frame->node;
  if (!array->is_holey) {
    if (frame->next == array->count) return next_of_properties(writer, frame, ret_value);
    *ret_value = value_behind(array->as.items->at[frame->next++]);
    return 0;
  }
  size_t place;
  if (!next_placed(frame, &place, ret_value)) return next_of_properties(writer, frame, ret_value);
  frame->pairs++;
  const struct cp_value number = { .type = CP_VALUE_NUMBER, .as.number = (double) place };
  return clone_write_number(writer, &number, false);
}

/* Up to the next value, which is *ret_value; it is NULL behind the last one. */
static int find_next(struct clone_writer *writer, const struct cp_value **ret_value) {
  *ret_value = NULL;
  int result = 0;
  while (writer->depth > 0 && !*ret_value && result == 0) {
    struct writer_frame *frame = &writer->frames[writer->depth - 1];
    switch (frame->node->type) {
      case CP_VALUE_OBJECT:
        result = next_of_object(writer, frame, ret_value);
        break;
      case CP_VALUE_ARRAY:
        result = next_of_array(writer, frame, ret_value);
        break;
      case CP_VALUE_ERROR:
        result = next_of_error(writer, frame, ret_value);
        break;
      default:
        result = next_of_collection(writer, frame, ret_value);
    }
  }
  return result;
}

/* ---- the whole ---- */

/* Its ArrayBuffer comes first, unless that was written before. */
static int write_shown(struct clone_writer *writer, const struct cp_value *view) {
  if (view->is_shared && identity_find(&writer->identity, view)) return number_object(writer, view);
  const struct cp_value *buffer = cp_value_view_buffer(view);
  int result = number_object(writer, buffer);
  if (result == 0) result = clone_write_leaf(writer, buffer);
  if (result >= 0) result = number_object(writer, view);
  return result < 0 ? result : clone_write_view(writer, view);
}

static int write_value(struct clone_writer *writer, const struct cp_value *value) {
  /* A Buffer of Node is no view that V8 has a letter for. */
  if (value->has_buffer && value->view != CP_VIEW_NODE_BUFFER) return write_shown(writer, value);
  if (is_object(value)) {
    int result = number_object(writer, value);
    if (result != 0) return result;
  }
  switch (value->type) {
    case CP_VALUE_ARRAY:
    case CP_VALUE_OBJECT:
    case CP_VALUE_MAP:
    case CP_VALUE_SET:
      return open_container(writer, value);
    case CP_VALUE_ERROR:
      return open_error(writer, value);
    default:
      return clone_write_leaf(writer, value);
  }
}

static int write_all(struct clone_writer *writer, const struct cp_value *value) {
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, CLONE_HEADER);
  clone_put_varint(writer, CLONE_VERSION);
  while (value) {
    int result = write_value(writer, value);
    if (result >= 0) result = find_next(writer, &value);
    if (result < 0) return result;
  }
  return 0;
}

int clone_write(const cp_value *value, enum clone_flavor flavor, struct buffer *out) {
  struct clone_writer writer = {
    .out = out, .start = out->length, .flavor = flavor, .room = NEAR_WRITER_FRAMES
  };
  writer.frames = writer.near_frames;
  int result = write_all(&writer, value);
  while (writer.depth > 0) (void) pop_frame(&writer);
  stack_done(writer.frames, writer.near_frames);
  identity_done(&writer.identity);
  if (result < 0) out->length = writer.start;
  return result;
}
