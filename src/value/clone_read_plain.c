/* SPDX-License-Identifier: MIT */
/*
 * What most containers hold: short keys, short texts, small numbers. Each is read here with as
 * little ado as can be; whatever is otherwise, or wrong, is left where it is, to be read as usual.
 */
#include "value/clone_reader.h"
#include "value/clone_text.h"

/* ASCII of less than 128 bytes. NULL: it is something else, or there is no memory. */
static inline struct cp_value *read_text(struct clone_reader *reader) {
  char *at = reader->at;
  size_t there = (size_t) (reader->end - at);
  if (there < 2 || at[0] != TAG_LATIN1) return NULL;
  size_t length = (unsigned char) at[1];
  if (length >= 0x80 || length > there - 2 || !text_is_ascii(at + 2, length)) return NULL;
  struct cp_value *node = clone_new_node(reader, CP_VALUE_STRING);
  if (!node) return NULL;
  node->as.text = at + 2;
  node->count = length;
  clone_skip_tag(reader);
  reader->at += 1 + length;
  return node;
}

/* An integer of one or two bytes. */
static inline struct cp_value *read_integer(struct clone_reader *reader) {
  const unsigned char *at = (const unsigned char *) reader->at;
  size_t there = (size_t) (reader->end - reader->at), size = 2;
  if (there < 3) return NULL;
  int zigzag = at[1];
  if (zigzag >= 0x80) {
    if (at[2] >= 0x80) return NULL;
    zigzag = (zigzag & 0x7f) | at[2] << 7;
    size = 3;
  }
  struct cp_value *node = clone_new_node(reader, CP_VALUE_NUMBER);
  if (!node) return NULL;
  node->as.number = zigzag >> 1 ^ -(zigzag & 1);
  *reader->at = '\0';
  reader->at += size;
  return node;
}

static inline struct cp_value *read_constant(struct clone_reader *reader, struct cp_value *value) {
  clone_skip_tag(reader);
  return value;
}

static inline struct cp_value *read_value(struct clone_reader *reader) {
  switch (*reader->at) { /* one more is there at the end */
    case TAG_LATIN1:
      return read_text(reader);
    case TAG_INT32:
      return read_integer(reader);
    case TAG_TRUE:
      return read_constant(reader, value_constant_true());
    case TAG_FALSE:
      return read_constant(reader, value_constant(CP_VALUE_BOOL));
    case TAG_NULL:
      return read_constant(reader, value_constant(CP_VALUE_NULL));
    default:
      return NULL;
  }
}

bool clone_read_plain_members(struct clone_reader *reader) {
  while (reader->room - reader->top >= 2) {
    struct cp_value *key = read_text(reader);
    if (!key) return false;
    reader->values[reader->top++] = key;
    struct cp_value *value = read_value(reader);
    if (!value) return true;
    reader->values[reader->top++] = value;
  }
  return false;
}

uint32_t clone_read_plain_items(struct clone_reader *reader, uint32_t most) {
  size_t room = reader->room - reader->top;
  uint32_t count = 0;
  for (; count < most && count < room; count++) {
    struct cp_value *value = read_value(reader);
    if (!value) break;
    reader->values[reader->top++] = value;
  }
  return count;
}
