/* SPDX-License-Identifier: MIT */
#include "value/json.h"

#include "base/error.h"
#include "value/identity.h"
#include "value/json_scan.h"
#include "value/json_text.h"
#include "value/kinds.h"
#include "value/number.h"
#include "value/stack.h"
#include "value/utf8.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define BAD_VALUE "ERR_INVALID_ARG_VALUE"

enum {
  NEAR_FRAMES = 32,
  HOLE_LENGTH = 5,         /* ",null" */
  MOST_REPEATED = 16 << 20 /* bytes of holes, and of values that stand at several places */
};

/* A container that is being written, and its next item. */
struct frame {
  const struct cp_value *container;
  size_t next;
  bool has_written; /* an item, so that a comma is due */
};

struct writer {
  struct buffer *out;
  struct frame *frames;
  size_t depth;
  size_t room;
  struct identity met;   /* what is shared; the note: whether it is among the frames */
  size_t repeated_depth; /* of the outermost container that was met before; 0: none */
  size_t repeated_start; /* where its text begins now */
  size_t repeated;       /* before that */
  struct frame near_frames[NEAR_FRAMES];
};

/* ---- strings ---- */

static int put_escape(struct buffer *out, const char *at) {
  static const char digits[] = "0123456789abcdef";
  static const char letters[] = "btn-fr"; /* 8 to 13 */
  char text[6] = { '\\' };
  unsigned code = (unsigned char) *at;
  if (code == '"' || code == '\\') {
    text[1] = *at;
    return json_put(out, text, 2);
  }
  if (code >= 8 && code <= 13 && code != 11) {
    text[1] = letters[code - 8];
    return json_put(out, text, 2);
  }
  if (code >= 0x80) /* three bytes of WTF-8 */
    code = 0xd000 | ((unsigned char) at[1] & 0x3fU) << 6 | ((unsigned char) at[2] & 0x3fU);
  text[1] = 'u';
  for (int i = 0; i < 4; i++) text[2 + i] = digits[code >> (12 - 4 * i) & 15];
  return json_put(out, text, 6);
}

/* What needs care, from there to the end of a string. */
static int put_careful(struct buffer *out, const char *at, const char *end) {
  int result = 0;
  while (at < end && result == 0) {
    size_t length = 1;
    bool is_wrong = (unsigned char) *at >= 0x80 && utf8_look(at, end, &length) == UTF8_WRONG;
    result =
        is_wrong ? json_put(out, UTF8_REPLACEMENT, UTF8_REPLACEMENT_LENGTH) : put_escape(out, at);
    at += length;
    const char *from = at;
    at = text_kept_end(at, end);
    if (result == 0) result = json_put(out, from, (size_t) (at - from));
  }
  return result;
}

static int put_string(struct buffer *out, const struct cp_value *string) {
  const char *at = string->as.text, *end = at + string->count;
  const char *kept = text_kept_end(at, end);
  int result = json_reserve(out, string->count + 2);
  if (result < 0) return result;
  out->data[out->length++] = '"';
  memcpy(out->data + out->length, at, (size_t) (kept - at));
  out->length += (size_t) (kept - at);
  if (kept < end) result = put_careful(out, kept, end);
  return result < 0 ? result : json_put(out, "\"", 1);
}

/* ---- what has no items ---- */

static int put_double(struct buffer *out, double number) {
  char text[NUMBER_SIZE];
  return json_put(out, text, number_write(number, text));
}

static int put_number(struct buffer *out, const struct cp_value *number) {
  if (number->has_digits) return json_put(out, number->as.text, number->count);
  return put_double(out, number->as.number);
}

static int put_date(struct buffer *out, const struct cp_value *date) {
  if (isnan(date->as.number)) return json_put(out, "null", 4);
  char text[DATE_TEXT_SIZE + 2] = { '"' };
  size_t length = date_write(date->as.number, text + 1);
  text[length + 1] = '"';
  return json_put(out, text, length + 2);
}

static int refuse_bigint(void) {
  return error_argument(-EINVAL, BAD_VALUE, "JSON has no BigInt");
}

/* {"type":"Buffer","data":[1,2]} */
static int put_node_buffer(struct buffer *out, cp_bytes bytes) {
  static const char head[] = "{\"type\":\"Buffer\",\"data\":[";
  int result = json_put(out, head, sizeof head - 1);
  for (size_t i = 0; i < bytes.length && result == 0; i++) {
    if (i > 0) result = json_put(out, ",", 1);
    if (result == 0) result = put_double(out, (unsigned char) bytes.data[i]);
  }
  return result < 0 ? result : json_put(out, "]}", 2);
}

/* {"0":1,"1":2} */
static int put_view(struct buffer *out, const struct cp_value *view) {
  cp_view_type type = (cp_view_type) view->view;
  cp_bytes bytes = cp_value_as_bytes(view);
  if (type == CP_VIEW_NODE_BUFFER) return put_node_buffer(out, bytes);
  if (type == CP_VIEW_DATA) return json_put(out, "{}", 2);
  size_t count = bytes.length / view_item_size(type);
  bool is_bigint = type == CP_VIEW_BIGINT64 || type == CP_VIEW_BIGUINT64;
  if (is_bigint && count > 0) return refuse_bigint();
  int result = json_put(out, "{", 1);
  for (size_t i = 0; i < count && result == 0; i++) {
    result = i > 0 ? json_put(out, ",\"", 2) : json_put(out, "\"", 1);
    if (result == 0) result = put_double(out, (double) i);
    if (result == 0) result = json_put(out, "\":", 2);
    if (result == 0) result = put_double(out, view_number_at(type, bytes.data, i));
  }
  return result < 0 ? result : json_put(out, "}", 1);
}

/* Holes and undefined are null here: members that are undefined are left out before. */
static int put_scalar(struct buffer *out, const struct cp_value *value) {
  if (value->type == CP_VALUE_BOXED) value = value_behind(value->as.items->at[0]);
  switch (value->type) {
    case CP_VALUE_BOOL:
      return value->as.boolean ? json_put(out, "true", 4) : json_put(out, "false", 5);
    case CP_VALUE_NUMBER:
      return put_number(out, value);
    case CP_VALUE_STRING:
      return put_string(out, value);
    case CP_VALUE_BIGINT:
      return refuse_bigint();
    case CP_VALUE_DATE:
      return put_date(out, value);
    case CP_VALUE_REGEXP:
    case CP_VALUE_MAP:
    case CP_VALUE_SET:
    case CP_VALUE_ERROR:
    case CP_VALUE_BUFFER:
      return json_put(out, "{}", 2);
    case CP_VALUE_VIEW:
      return put_view(out, value);
    default:
      return json_put(out, "null", 4);
  }
}

/* ---- the tree ---- */

static int grow_frames(struct writer *writer) {
  void *larger =
      stack_grow(writer->frames, writer->near_frames, &writer->room, sizeof *writer->frames);
  if (!larger) return -ENOMEM;
  writer->frames = larger;
  return 0;
}

static int count_repeated(struct writer *writer, size_t length) {
  writer->repeated += length;
  if (writer->repeated <= MOST_REPEATED) return 0;
  return error_argument(-E2BIG, BAD_VALUE, "the JSON text of holes and shared values is too long");
}

/* What a peer wrote in a few bytes may have a text as long as he likes: it ends somewhere. */
static int check_repeated(struct writer *writer) {
  if (writer->repeated_depth == 0) return 0;
  size_t length = writer->out->length - writer->repeated_start;
  return writer->repeated + length > MOST_REPEATED ? count_repeated(writer, length) : 0;
}

/* One that is in itself is met while it is open. */
static int open_shared(struct writer *writer, const struct cp_value *container) {
  uintptr_t *is_open = identity_find(&writer->met, container);
  if (!is_open) return identity_add(&writer->met, container, true);
  if (*is_open)
    return error_argument(-EINVAL, BAD_VALUE, "the value is in itself, which JSON cannot tell");
  *is_open = true;
  if (writer->repeated_depth > 0) return 0;
  writer->repeated_depth = writer->depth + 1;
  writer->repeated_start = writer->out->length;
  return 0;
}

static int close_shared(struct writer *writer, const struct cp_value *container) {
  *identity_find(&writer->met, container) = false;
  if (writer->depth != writer->repeated_depth) return 0;
  writer->repeated_depth = 0;
  return count_repeated(writer, writer->out->length - writer->repeated_start);
}

static int put_shared_scalar(struct writer *writer, const struct cp_value *value) {
  size_t before = writer->out->length;
  bool was_met = identity_find(&writer->met, value);
  int result = was_met ? 0 : identity_add(&writer->met, value, false);
  if (result == 0) result = put_scalar(writer->out, value);
  bool counts = was_met && writer->repeated_depth == 0 && result == 0;
  return counts ? count_repeated(writer, writer->out->length - before) : result;
}

static int open_container(struct writer *writer, const struct cp_value *container) {
  if (writer->depth == CP_VALUE_MAX_DEPTH)
    return error_argument(-EINVAL, BAD_VALUE,
                          "the value has more than %d arrays and objects in each other",
                          CP_VALUE_MAX_DEPTH);
  if (writer->depth == writer->room && grow_frames(writer) < 0) return -ENOMEM;
  if (container->is_sparse && container->count - container->extra > MOST_REPEATED / HOLE_LENGTH)
    return count_repeated(writer, MOST_REPEATED + 1);
  int result = container->is_shared ? open_shared(writer, container) : 0;
  if (result < 0) return result;
  writer->frames[writer->depth++] = (struct frame){ .container = container };
  return json_put(writer->out, container->type == CP_VALUE_ARRAY ? "[" : "{", 1);
}

static int close_container(struct writer *writer, const struct frame *frame) {
  const struct cp_value *container = frame->container;
  int result = json_put(writer->out, container->type == CP_VALUE_ARRAY ? "]" : "}", 1);
  if (result == 0 && container->is_shared) result = close_shared(writer, container);
  writer->depth--;
  return result;
}

/* The next item, and what stands before it; NULL where there is no other. */
static int next_item(struct writer *writer, struct frame *frame,
                     const struct cp_value **ret_value) {
  const struct cp_value *array = frame->container;
  if (frame->next == array->count) return 0;
  size_t place = frame->next++;
  *ret_value =
      array->is_sparse ? cp_value_at(array, place) : value_behind(array->as.items->at[place]);
  if ((*ret_value)->type == CP_VALUE_HOLE && count_repeated(writer, HOLE_LENGTH) < 0) return -E2BIG;
  return place > 0 ? json_put(writer->out, ",", 1) : 0;
}

static int next_member(struct writer *writer, struct frame *frame,
                       const struct cp_value **ret_value) {
  const struct cp_value *object = frame->container;
  while (frame->next < object->count) {
    struct cp_value *const *pair = object->as.items->at + 2 * frame->next++;
    const struct cp_value *member = value_behind(pair[1]);
    if (member->type == CP_VALUE_UNDEFINED) {
      /* It has no text, but it takes its time. */
      if (writer->repeated_depth > 0 && count_repeated(writer, 1) < 0) return -E2BIG;
      continue;
    }
    int result = frame->has_written ? json_put(writer->out, ",", 1) : 0;
    frame->has_written = true;
    if (result == 0) result = put_string(writer->out, value_behind(pair[0]));
    *ret_value = member;
    return result < 0 ? result : json_put(writer->out, ":", 1);
  }
  return 0;
}

/* Up to the next value, which is *ret_value: commas, a key, and the ends of containers; it is
 * NULL behind the last one. */
static int find_next(struct writer *writer, const struct cp_value **ret_value) {
  *ret_value = NULL;
  while (writer->depth > 0) {
    struct frame *frame = &writer->frames[writer->depth - 1];
    int result = frame->container->type == CP_VALUE_ARRAY ? next_item(writer, frame, ret_value)
                                                          : next_member(writer, frame, ret_value);
    if (result < 0 || *ret_value) return result;
    result = close_container(writer, frame);
    if (result < 0) return result;
  }
  return 0;
}

static int write_all(struct writer *writer, const struct cp_value *value) {
  while (value) {
    int result;
    if (value->type == CP_VALUE_ARRAY || value->type == CP_VALUE_OBJECT)
      result = open_container(writer, value);
    else
      result = value->is_shared ? put_shared_scalar(writer, value) : put_scalar(writer->out, value);
    if (result == 0) result = check_repeated(writer);
    if (result == 0) result = find_next(writer, &value);
    if (result < 0) return result;
  }
  return 0;
}

int json_write_value(const struct cp_value *value, struct buffer *out) {
  if (value->type == CP_VALUE_UNDEFINED || value->type == CP_VALUE_HOLE)
    return error_argument(-EINVAL, BAD_VALUE, "JSON has no undefined");
  struct writer writer = { .out = out, .room = NEAR_FRAMES };
  size_t length = out->length;
  writer.frames = writer.near_frames;
  int result = write_all(&writer, value);
  stack_done(writer.frames, writer.near_frames);
  identity_done(&writer.met);
  if (result < 0) out->length = length;
  return result;
}
