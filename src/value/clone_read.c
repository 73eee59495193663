/* SPDX-License-Identifier: MIT */
#include "value/clone_reader.h"

#include "base/error.h"
#include "value/clone_error.h"
#include "value/stack.h"

#include <errno.h>
#include <string.h>

int clone_expect(const struct clone_reader *reader, const char *expected) {
  return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "clone: expected %s at byte %zu%s",
                        expected, (size_t) (reader->at - reader->begin),
                        reader->at == reader->end ? ", where it ends" : "");
}

/* As V8, which reads as many bytes as a number of that size may have, and looks no further: what
 * follows is the next thing, even behind a byte that announces another. */
static int read_varint(struct clone_reader *reader, unsigned most, uint32_t *ret_number) {
  uint32_t number = 0;
  for (unsigned i = 0; reader->at < reader->end; i++) {
    if (i == most) break;
    unsigned char byte = (unsigned char) *reader->at++;
    number |= (byte & 0x7fU) << 7 * i;
    if (byte & 0x80) continue;
    *ret_number = number;
    return 0;
  }
  if (reader->at == reader->end) return clone_expect(reader, "the rest of a number");
  *ret_number = number;
  return 0;
}

int clone_read_long_varint(struct clone_reader *reader, uint32_t *ret_number) {
  return read_varint(reader, 5, ret_number);
}

int clone_read_varint_of_8(struct clone_reader *reader, uint32_t *ret_number) {
  int result = read_varint(reader, 2, ret_number);
  *ret_number &= 0xff;
  return result;
}

int clone_peek_other_value(struct clone_reader *reader) {
  int tag = clone_peek(reader);
  for (uint32_t count; tag == TAG_COUNT; tag = clone_peek(reader)) {
    clone_skip_tag(reader);
    if (clone_read_varint(reader, &count) < 0) return -1;
  }
  return tag;
}

/* ---- the stacks ---- */

static int grow_values(struct clone_reader *reader) {
  void *larger =
      stack_grow(reader->values, reader->near_values, &reader->room, sizeof *reader->values);
  if (!larger) return -ENOMEM;
  reader->values = larger;
  return 0;
}

static inline int push_value(struct clone_reader *reader, struct cp_value *value) {
  if (reader->top == reader->room && grow_values(reader) < 0) return -ENOMEM;
  reader->values[reader->top++] = value;
  return 0;
}

int clone_number_object(struct clone_reader *reader, struct cp_value *object) {
  if (reader->object_count == reader->object_room) {
    void *larger =
        stack_grow(reader->objects, reader->near_objects, &reader->object_room, sizeof object);
    if (!larger) return -ENOMEM;
    reader->objects = larger;
  }
  reader->objects[reader->object_count++] = object;
  return 0;
}

static struct frame *push_frame(struct clone_reader *reader, enum frame_kind kind, int end_tag) {
  if (reader->depth == CP_VALUE_MAX_DEPTH) {
    (void) clone_expect(reader, "no value that deep in others");
    return NULL;
  }
  if (reader->depth == reader->frame_room) {
    void *larger = stack_grow(reader->frames, reader->near_frames, &reader->frame_room,
                              sizeof *reader->frames);
    if (!larger) return NULL;
    reader->frames = larger;
  }
  struct frame *frame = &reader->frames[reader->depth++];
  *frame = (struct frame){ .first = reader->top,
                           .pairs = reader->top,
                           .id = (uint32_t) reader->object_count,
                           .kind = (unsigned char) kind,
                           .end_tag = (unsigned char) end_tag };
  return frame;
}

/* ---- a container begins ---- */

/* The outermost is the root. Its value is on the stack below those that it has. */
static struct frame *open_container(struct clone_reader *reader, cp_value_type type,
                                    enum frame_kind kind, int end_tag) {
  struct cp_value *node =
      reader->has_root ? clone_new_node(reader, type) : &reader->arena.root->value;
  if (!node || push_value(reader, node) < 0) return NULL;
  reader->has_root = true;
  node->type = (unsigned char) type;
  struct frame *frame = push_frame(reader, kind, end_tag);
  if (!frame) return NULL;
  frame->node = node;
  return clone_number_object(reader, kind == FRAME_ERROR ? NULL : node) == 0 ? frame : NULL;
}

static int open_array(struct clone_reader *reader, bool is_dense) {
  uint32_t length = 0;
  if (clone_read_varint(reader, &length) < 0) return -EINVAL;
  if (is_dense && length > (size_t) (reader->end - reader->at))
    return clone_expect(reader, "as many items as were announced");
  struct frame *frame = open_container(reader, CP_VALUE_ARRAY, is_dense ? FRAME_DENSE : FRAME_PAIRS,
                                       is_dense ? TAG_DENSE_END : TAG_SPARSE_END);
  if (!frame) return cp_last_error()->number;
  frame->length = length;
  frame->left = is_dense ? length : 0;
  return 0;
}

static int push_pair(struct clone_reader *reader, struct cp_value *key, struct cp_value *value) {
  if (!value) return cp_last_error()->number;
  int result = push_value(reader, key);
  return result < 0 ? result : push_value(reader, value);
}

static struct cp_value name_key = VALUE_TEXT("name");

static int open_error(struct clone_reader *reader) {
  static struct cp_value plain = VALUE_TEXT("Error");
  struct frame *frame = open_container(reader, CP_VALUE_ERROR, FRAME_ERROR, ERROR_END);
  return frame ? push_pair(reader, &name_key, &plain) : cp_last_error()->number;
}

/* A host object that is no view is what follows, for which V8 takes a number of its own. */
static int open_host(struct clone_reader *reader) {
  struct frame *frame = push_frame(reader, FRAME_HOST, 0);
  return frame ? clone_number_object(reader, NULL) : cp_last_error()->number;
}

static int read_channel_host(struct clone_reader *reader) {
  uint32_t kind = 0;
  if (clone_read_varint(reader, &kind) < 0) return -EINVAL;
  if (kind == HOST_OTHER) return open_host(reader);
  if (kind != HOST_VIEW) return clone_expect(reader, "a host object of Node");
  struct cp_value *view = clone_read_leaf(reader, TAG_HOST);
  return view ? push_value(reader, view) : cp_last_error()->number;
}

/* ---- a container goes on, and ends ---- */

static int close_container(struct clone_reader *reader) {
  struct frame *frame = &reader->frames[reader->depth - 1];
  int result;
  switch (frame->kind) {
    case FRAME_MAP:
    case FRAME_SET:
      result = clone_close_collection(reader, frame);
      break;
    case FRAME_ERROR:
      reader->objects[frame->id] = frame->node;
      result = clone_close_error(reader, frame);
      break;
    default:
      result = frame->end_tag == TAG_OBJECT_END ? clone_close_object(reader, frame)
                                                : clone_close_array(reader, frame);
  }
  reader->top = frame->first;
  reader->depth--;
  return result;
}

/* The value on the top of the stack is whole: is it what host objects wait for? */
static int finish_hosts(struct clone_reader *reader) {
  struct cp_value *value = reader->values[reader->top - 1];
  static const unsigned primitives = VALUE_BIT(CP_VALUE_UNDEFINED) | VALUE_BIT(CP_VALUE_NULL) |
                                     VALUE_BIT(CP_VALUE_BOOL) | VALUE_BIT(CP_VALUE_NUMBER) |
                                     VALUE_BIT(CP_VALUE_STRING) | VALUE_BIT(CP_VALUE_BIGINT);
  for (; reader->depth > 0; reader->depth--) {
    struct frame *frame = &reader->frames[reader->depth - 1];
    if (frame->kind != FRAME_HOST) break;
    if (value_is_one_of(value, primitives)) return clone_expect(reader, "an object before this");
    reader->objects[frame->id] = value;
  }
  return 0;
}

enum { NEXT_IS_VALUE = 1 }; /* 0: the container has ended */

static int next_of_pairs(struct clone_reader *reader, const struct frame *frame) {
  if (clone_read_plain_members(reader)) return NEXT_IS_VALUE;
  if (clone_peek(reader) == frame->end_tag) {
    clone_skip_tag(reader);
    return close_container(reader);
  }
  struct cp_value *key = clone_read_key(reader);
  int result = key ? push_value(reader, key) : cp_last_error()->number;
  return result < 0 ? result : NEXT_IS_VALUE;
}

static int next_of_collection(struct clone_reader *reader, const struct frame *frame) {
  bool is_key = frame->kind == FRAME_SET || (reader->top - frame->first) % 2 == 0;
  if (!is_key || clone_peek(reader) != frame->end_tag) return NEXT_IS_VALUE;
  clone_skip_tag(reader);
  return close_container(reader);
}

/* One part that is a string. */
static int read_error_part(struct clone_reader *reader, const struct frame *frame, uint32_t tag) {
  static struct cp_value message = VALUE_TEXT("message"), stack = VALUE_TEXT("stack");
  if (frame->node->is_shared)
    return clone_expect(reader, "nothing more of an Error that is in its own cause, before this");
  if (tag == ERROR_MESSAGE) return push_pair(reader, &message, clone_read_string(reader));
  if (tag == ERROR_STACK) return push_pair(reader, &stack, clone_read_string(reader));
  struct cp_value *name = clone_error_name(tag);
  return name ? push_pair(reader, &name_key, name)
              : clone_expect(reader, "a part of an Error before this");
}

/* All parts but the cause are strings. V8 makes the object when it has read all others at the
 * latest: only a cause behind them may refer to it. */
static int next_of_error(struct clone_reader *reader, const struct frame *frame) {
  static struct cp_value cause = VALUE_TEXT("cause");
  for (;;) {
    char *start = reader->at;
    uint32_t tag = 0;
    int result = clone_read_varint_of_8(reader, &tag);
    if (result < 0) return result;
    *start = '\0'; /* the text before it ends */
    if (tag == ERROR_END) return close_container(reader);
    if (tag == ERROR_CAUSE) {
      reader->objects[frame->id] = frame->node; /* from here on there may be references to it */
      result = push_value(reader, &cause);
      return result < 0 ? result : NEXT_IS_VALUE;
    }
    result = read_error_part(reader, frame, tag);
    if (result < 0) return result;
  }
}

/* What the innermost open container needs. */
static int next_of_frame(struct clone_reader *reader) {
  struct frame *frame = &reader->frames[reader->depth - 1];
  switch (frame->kind) {
    case FRAME_DENSE:
      frame->left -= clone_read_plain_items(reader, frame->left);
      if (frame->left > 0) {
        frame->left--;
        return NEXT_IS_VALUE;
      }
      frame->kind = FRAME_PAIRS;
      frame->pairs = reader->top;
      return next_of_pairs(reader, frame);
    case FRAME_PAIRS:
      return next_of_pairs(reader, frame);
    case FRAME_MAP:
    case FRAME_SET:
      return next_of_collection(reader, frame);
    case FRAME_ERROR:
      return next_of_error(reader, frame);
    default:
      return NEXT_IS_VALUE;
  }
}

static int read_hole(struct clone_reader *reader) {
  struct frame *frame = reader->depth > 0 ? &reader->frames[reader->depth - 1] : NULL;
  if (!frame || frame->kind != FRAME_DENSE) {
    reader->at--;
    return clone_expect(reader, "a value");
  }
  frame->has_holes = true;
  return push_value(reader, value_constant(CP_VALUE_HOLE));
}

/* One that has no others in it, or the beginning of one that has. */
static int read_value(struct clone_reader *reader) {
  int tag = clone_peek_value(reader);
  if (tag < 0) return clone_expect(reader, "a value");
  clone_skip_tag(reader);
  struct frame *frame;
  switch (tag) {
    case TAG_OBJECT:
      frame = open_container(reader, CP_VALUE_OBJECT, FRAME_PAIRS, TAG_OBJECT_END);
      break;
    case TAG_MAP:
      frame = open_container(reader, CP_VALUE_MAP, FRAME_MAP, TAG_MAP_END);
      break;
    case TAG_SET:
      frame = open_container(reader, CP_VALUE_SET, FRAME_SET, TAG_SET_END);
      break;
    case TAG_DENSE:
    case TAG_SPARSE:
      return open_array(reader, tag == TAG_DENSE);
    case TAG_ERROR:
      return open_error(reader);
    case TAG_HOLE:
      return read_hole(reader);
    case TAG_HOST:
      if (reader->flavor == CLONE_CHANNEL) return read_channel_host(reader);
      /* fall through */
    default: {
      struct cp_value *leaf = clone_read_leaf(reader, tag);
      return leaf ? push_value(reader, leaf) : cp_last_error()->number;
    }
  }
  return frame ? 0 : cp_last_error()->number;
}

/* ---- the whole ---- */

static int read_header(struct clone_reader *reader) {
  if (reader->at == reader->end || (unsigned char) *reader->at != CLONE_HEADER)
    return clone_expect(reader, "the header of a clone");
  reader->at++;
  if (clone_read_varint(reader, &reader->version) < 0) return -EINVAL;
  if (reader->version >= CLONE_OLDEST && reader->version <= CLONE_VERSION) return 0;
  return clone_expect(reader, "a version from 13 to 15 before this");
}

static int read_all(struct clone_reader *reader) {
  int result = read_header(reader);
  if (result < 0) return result;
  do {
    result = reader->depth > 0 ? next_of_frame(reader) : NEXT_IS_VALUE;
    size_t depth = reader->depth;
    if (result == NEXT_IS_VALUE) result = read_value(reader);
    bool has_opened = reader->depth > depth;
    if (result == 0 && !has_opened) result = finish_hosts(reader);
  } while (result == 0 && reader->depth > 0);
  return result;
}

static void clone_reader_done(struct clone_reader *reader) {
  stack_done(reader->values, reader->near_values);
  stack_done(reader->frames, reader->near_frames);
  stack_done(reader->objects, reader->near_objects);
}

/* One that is no container is not the root yet. */
static cp_value *root_of_all(struct clone_reader *reader) {
  cp_value *root = &reader->arena.root->value;
  *reader->at = '\0'; /* what follows is not read, but ends a text */
  if (reader->has_root) return root;
  *root = *reader->values[0];
  root->is_root = true;
  root->is_constant = false;
  return root;
}

cp_value *clone_read(const void *bytes, size_t length, enum clone_flavor flavor) {
  struct clone_reader reader;
  char *copy;
  if (length == SIZE_MAX) {
    (void) error_no_memory();
    return NULL;
  }
  if (arena_begin(&reader.arena, length + 1, &copy) < 0) return NULL;
  if (length > 0) memcpy(copy, bytes, length);
  reader.begin = reader.at = copy;
  reader.end = copy + length;
  reader.flavor = flavor;
  reader.has_root = false;
  reader.items_of_bool[0] = reader.items_of_bool[1] = NULL;
  reader.values = reader.near_values;
  reader.frames = reader.near_frames;
  reader.objects = reader.near_objects;
  reader.room = NEAR_VALUES;
  reader.frame_room = NEAR_FRAMES;
  reader.object_room = NEAR_OBJECTS;
  reader.top = reader.depth = reader.object_count = 0;

  int result = read_all(&reader);
  cp_value *root = result == 0 ? root_of_all(&reader) : NULL;
  clone_reader_done(&reader);
  if (!root) arena_free(reader.arena.root);
  return root;
}
