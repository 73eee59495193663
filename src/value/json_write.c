/* SPDX-License-Identifier: MIT */
#include "value/json.h"

#include "base/error.h"
#include "value/json_scan.h"
#include "value/json_text.h"
#include "value/number.h"
#include "value/utf8.h"

#include <errno.h>
#include <string.h>

enum { NEAR_FRAMES = 32 };

/* A container that is being written, and its next item. */
struct frame {
  const struct cp_value *container;
  size_t next;
};

struct writer {
  struct buffer *out;
  struct frame *frames;
  size_t depth;
  size_t room;
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

static int put_string(struct buffer *out, const struct cp_value *string) {
  const char *at = string->as.text, *end = at + string->count;
  int result = json_put(out, "\"", 1);
  while (at < end && result == 0) {
    const char *from = at;
    at = text_kept_end(at, end);
    if (at > from) result = json_put(out, from, (size_t) (at - from));
    if (at == end || result < 0) break;
    size_t length = 1;
    bool is_wrong = (unsigned char) *at >= 0x80 && utf8_look(at, end, &length) == UTF8_WRONG;
    result =
        is_wrong ? json_put(out, UTF8_REPLACEMENT, UTF8_REPLACEMENT_LENGTH) : put_escape(out, at);
    at += length;
  }
  return result < 0 ? result : json_put(out, "\"", 1);
}

/* ---- the tree ---- */

static int put_number(struct buffer *out, const struct cp_value *number) {
  if (number->has_digits) return json_put(out, number->as.text, number->count);
  char text[NUMBER_SIZE];
  return json_put(out, text, number_write(number->as.number, text));
}

static int put_scalar(struct buffer *out, const struct cp_value *value) {
  switch (value->type) {
    case CP_VALUE_BOOL:
      return value->as.boolean ? json_put(out, "true", 4) : json_put(out, "false", 5);
    case CP_VALUE_NUMBER:
      return put_number(out, value);
    case CP_VALUE_STRING:
      return put_string(out, value);
    default:
      return json_put(out, "null", 4);
  }
}

static int grow_frames(struct writer *writer) {
  struct frame *frames = memory_new_array(writer->room, 2 * sizeof *frames);
  if (!frames) return error_no_memory();
  memcpy(frames, writer->frames, writer->depth * sizeof *frames);
  if (writer->frames != writer->near_frames) memory_free(writer->frames);
  writer->frames = frames;
  writer->room *= 2;
  return 0;
}

static int open_container(struct writer *writer, const struct cp_value *container) {
  if (writer->depth == CP_VALUE_MAX_DEPTH)
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE",
                          "the value has more than %d arrays and objects in each other",
                          CP_VALUE_MAX_DEPTH);
  if (writer->depth == writer->room && grow_frames(writer) < 0) return -ENOMEM;
  writer->frames[writer->depth++] = (struct frame){ .container = container };
  return json_put(writer->out, container->type == CP_VALUE_ARRAY ? "[" : "{", 1);
}

/* Up to the next value, which is *ret_value: commas, a key, and the ends of containers; it is
 * NULL behind the last one. */
static int find_next(struct writer *writer, const struct cp_value **ret_value) {
  *ret_value = NULL;
  for (; writer->depth > 0; writer->depth--) {
    struct frame *frame = &writer->frames[writer->depth - 1];
    const struct cp_value *container = frame->container;
    bool is_array = container->type == CP_VALUE_ARRAY;
    if (frame->next == container->count) {
      int result = json_put(writer->out, is_array ? "]" : "}", 1);
      if (result < 0) return result;
      continue;
    }
    size_t place = frame->next++;
    if (place > 0 && json_put(writer->out, ",", 1) < 0) return -ENOMEM;
    struct cp_value *const *items = container->as.items->at;
    *ret_value = items[is_array ? place : 2 * place + 1];
    if (is_array) return 0;
    int result = put_string(writer->out, items[2 * place]);
    return result < 0 ? result : json_put(writer->out, ":", 1);
  }
  return 0;
}

static int write_all(struct writer *writer, const struct cp_value *value) {
  while (value) {
    int result =
        value_is_container(value) ? open_container(writer, value) : put_scalar(writer->out, value);
    if (result == 0) result = find_next(writer, &value);
    if (result < 0) return result;
  }
  return 0;
}

int json_write_value(const struct cp_value *value, struct buffer *out) {
  struct writer writer = { .out = out, .room = NEAR_FRAMES };
  size_t length = out->length;
  writer.frames = writer.near_frames;
  int result = write_all(&writer, value);
  if (writer.frames != writer.near_frames) memory_free(writer.frames);
  if (result < 0) out->length = length;
  return result;
}
