/* SPDX-License-Identifier: MIT */
#include "value/clone_reader.h"

#include "base/error.h"
#include "value/clone_text.h"
#include "value/kinds.h"
#include "value/number.h"
#include "value/utf8.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static struct cp_value *fail(const struct clone_reader *reader, const char *expected) {
  (void) clone_expect(reader, expected);
  return NULL;
}

/* So many bytes, which are there; NULL with the error set. */
static char *read_bytes(struct clone_reader *reader, size_t length) {
  if ((size_t) (reader->end - reader->at) < length) {
    (void) clone_expect(reader, "as many bytes as were announced");
    return NULL;
  }
  char *bytes = reader->at;
  reader->at += length;
  return bytes;
}

/* Their number first. */
static char *read_counted(struct clone_reader *reader, uint32_t *ret_length) {
  return clone_read_varint(reader, ret_length) < 0 ? NULL : read_bytes(reader, *ret_length);
}

/* ---- numbers ---- */

static struct cp_value *new_number(struct clone_reader *reader, double number) {
  struct cp_value *node = clone_new_node(reader, CP_VALUE_NUMBER);
  if (node) node->as.number = number;
  return node;
}

static struct cp_value *read_int32(struct clone_reader *reader) {
  uint32_t zigzag;
  if (clone_read_varint(reader, &zigzag) < 0) return NULL;
  return new_number(reader, (int32_t) (zigzag >> 1 ^ (0 - (zigzag & 1))));
}

static struct cp_value *read_uint32(struct clone_reader *reader) {
  uint32_t number;
  return clone_read_varint(reader, &number) < 0 ? NULL : new_number(reader, number);
}

static int read_double(struct clone_reader *reader, double *ret_number) {
  const char *bytes = read_bytes(reader, sizeof *ret_number);
  if (!bytes) return -EINVAL;
  memcpy(ret_number, bytes, sizeof *ret_number);
  if (isnan(*ret_number)) *ret_number = NAN; /* V8 knows one only */
  return 0;
}

static struct cp_value *read_number(struct clone_reader *reader) {
  double number;
  if (read_double(reader, &number) < 0) return NULL;
  struct cp_value *node = new_number(reader, number);
  if (node) node->is_as_cloned = true;
  return node;
}

static struct cp_value *read_bigint(struct clone_reader *reader) {
  uint32_t head;
  if (clone_read_varint(reader, &head) < 0) return NULL;
  size_t length = (head >> 1) & 0x3fffffff;
  if (length > BIGINT_MOST_BYTES || head == 1) return fail(reader, "a BigInt that may be");
  const char *digits = read_bytes(reader, length);
  struct cp_value *node = digits ? clone_new_node(reader, CP_VALUE_BIGINT) : NULL;
  if (!node) return NULL;
  while (length > 0 && digits[length - 1] == 0) length--;
  node->as.text = digits;
  node->count = length;
  node->is_negative = head & 1 && length > 0;
  return node;
}

/* ---- text ---- */

static struct cp_value *new_string(struct clone_reader *reader, char *text, const char *end) {
  struct cp_value *node = clone_new_node(reader, CP_VALUE_STRING);
  if (!node) return NULL;
  node->as.text = text;
  node->count = (size_t) (end - text);
  return node;
}

/* What was converted into memory of its own, with room for a '\0' behind it. */
static struct cp_value *new_converted(struct clone_reader *reader, char *text, char *end) {
  *end = '\0';
  return new_string(reader, text, end);
}

static struct cp_value *read_latin1(struct clone_reader *reader) {
  uint32_t length;
  char *latin1 = read_counted(reader, &length);
  if (!latin1) return NULL;
  if (text_is_ascii(latin1, length)) return new_string(reader, latin1, latin1 + length);
  char *text = arena_take_raw(&reader->arena, text_size_of_latin1(latin1, length) + 1);
  return text ? new_converted(reader, text, text_from_latin1(text, latin1, length)) : NULL;
}

static struct cp_value *read_two_byte(struct clone_reader *reader) {
  uint32_t length;
  char *utf16 = read_counted(reader, &length);
  if (!utf16) return NULL;
  if (length % 2 != 0) return fail(reader, "whole characters of two bytes");
  size_t most = text_most_of_utf16(utf16, length / 2);
  char *text = arena_take_raw(&reader->arena, most + 1);
  return text ? new_converted(reader, text, text_from_utf16(text, utf16, length / 2)) : NULL;
}

/* Half a pair is no UTF-8. */
static struct cp_value *replace_wrong(struct clone_reader *reader, const char *at,
                                      const char *end) {
  char *text = arena_take(&reader->arena, (size_t) (end - at) * UTF8_REPLACEMENT_LENGTH + 1);
  char *to = text;
  while (to && at < end) {
    size_t length = 1;
    bool is_right = (unsigned char) *at < 0x80 || utf8_is_character(at, end, &length);
    const char *from = is_right ? at : UTF8_REPLACEMENT;
    size_t size = is_right ? length : UTF8_REPLACEMENT_LENGTH;
    memcpy(to, from, size);
    to += size;
    at += length;
  }
  return text ? new_converted(reader, text, to) : NULL;
}

static struct cp_value *read_utf8(struct clone_reader *reader) {
  uint32_t size;
  char *text = read_counted(reader, &size);
  if (!text) return NULL;
  const char *at = text, *end = text + size;
  while (at < end) {
    at += text_ascii_length(at, (size_t) (end - at));
    size_t length;
    if (at < end && !utf8_is_character(at, end, &length)) return replace_wrong(reader, text, end);
    if (at < end) at += length;
  }
  return new_string(reader, text, end);
}

struct cp_value *clone_read_string(struct clone_reader *reader) {
  int tag = clone_peek_value(reader);
  if (tag != TAG_LATIN1 && tag != TAG_TWO_BYTE && tag != TAG_UTF8) return fail(reader, "a string");
  clone_skip_tag(reader);
  if (tag == TAG_LATIN1) return read_latin1(reader);
  return tag == TAG_TWO_BYTE ? read_two_byte(reader) : read_utf8(reader);
}

/* As JavaScript writes it, which has no -0 here. */
static struct cp_value *key_of_number(struct clone_reader *reader, double number) {
  static struct cp_value nan = VALUE_TEXT("NaN");
  char digits[NUMBER_SIZE];
  if (isnan(number)) return &nan;
  const char *from = number < 0 ? "-Infinity" : "Infinity";
  size_t length = strlen(from);
  if (!isinf(number)) {
    from = digits;
    length = number_write(number == 0 ? 0 : number, digits);
  }
  char *text = arena_take(&reader->arena, length + 1);
  return text ? new_string(reader, memcpy(text, from, length), text + length) : NULL;
}

struct cp_value *clone_read_key(struct clone_reader *reader) {
  int tag = clone_peek_value(reader);
  if (tag != TAG_INT32 && tag != TAG_UINT32 && tag != TAG_DOUBLE) return clone_read_string(reader);
  clone_skip_tag(reader);
  struct cp_value *number = clone_read_leaf(reader, tag);
  return number ? key_of_number(reader, number->as.number) : NULL;
}

/* ---- small objects ---- */

static struct cp_value *new_object(struct clone_reader *reader, cp_value_type type) {
  struct cp_value *node = clone_new_node(reader, type);
  return node && clone_number_object(reader, node) == 0 ? node : NULL;
}

static struct cp_value *read_date(struct clone_reader *reader) {
  double ms;
  struct cp_value *node = new_object(reader, CP_VALUE_DATE);
  if (!node || read_double(reader, &ms) < 0) return NULL;
  node->as.number = date_clip(ms);
  return node;
}

static struct cp_value *read_regexp(struct clone_reader *reader) {
  struct cp_value *node = new_object(reader, CP_VALUE_REGEXP);
  struct cp_value *pattern = node ? clone_read_string(reader) : NULL;
  if (!pattern) return NULL;
  char *memory = arena_take(&reader->arena, pattern->count + 1 + REGEXP_FLAGS_SIZE);
  uint32_t flags;
  if (!memory || clone_read_varint(reader, &flags) < 0) return NULL;
  if (!regexp_may_have(flags)) return fail(reader, "flags of a RegExp");
  regexp_fill(node, memory, pattern->as.text, pattern->count, flags);
  return node;
}

static struct items *new_items(struct clone_reader *reader, struct cp_value *item) {
  struct items *items = arena_take(&reader->arena, sizeof *items + sizeof *items->at);
  if (items) items->at[0] = item;
  return items;
}

/* One for all of a clone: such a value takes a single byte there, and should not take much here. */
static struct items *items_of_bool(struct clone_reader *reader, bool boolean) {
  struct items **items = &reader->items_of_bool[boolean];
  if (!*items)
    *items = new_items(reader, boolean ? value_constant_true() : value_constant(CP_VALUE_BOOL));
  return *items;
}

static struct cp_value *read_boxed(struct clone_reader *reader, int tag) {
  struct cp_value *node = new_object(reader, CP_VALUE_BOXED), *item = NULL;
  if (!node) return NULL;
  node->count = 1;
  if (tag == TAG_BOXED_TRUE || tag == TAG_BOXED_FALSE) {
    node->as.items = items_of_bool(reader, tag == TAG_BOXED_TRUE);
    return node->as.items ? node : NULL;
  }
  if (tag == TAG_BOXED_STRING) item = clone_read_string(reader);
  if (tag == TAG_BOXED_BIGINT) item = read_bigint(reader);
  if (tag == TAG_BOXED_NUMBER) item = read_number(reader);
  node->as.items = item ? new_items(reader, item) : NULL;
  return node->as.items ? node : NULL;
}

/* ---- bytes ---- */

static struct cp_value *read_buffer(struct clone_reader *reader, bool is_resizable) {
  uint32_t length, max_length = 0;
  struct cp_value *node = new_object(reader, CP_VALUE_BUFFER);
  if (!node || clone_read_varint(reader, &length) < 0) return NULL;
  if (is_resizable && clone_read_varint(reader, &max_length) < 0) return NULL;
  if (is_resizable && length > max_length) return fail(reader, "the most that a buffer may have");
  node->as.text = read_bytes(reader, length);
  node->count = length;
  node->is_resizable = is_resizable;
  node->extra = max_length;
  return node->as.text ? node : NULL;
}

static int read_view_parts(struct clone_reader *reader, uint32_t parts[4]) {
  if (clone_read_varint_of_8(reader, &parts[0]) < 0) return -EINVAL;
  for (int i = 1; i < 3; i++)
    if (clone_read_varint(reader, &parts[i]) < 0) return -EINVAL;
  return reader->version < CLONE_WITH_VIEW_FLAGS ? 0 : clone_read_varint(reader, &parts[3]);
}

/* Where it lies: a type's letter, an offset, a length, flags. */
static int fill_view(struct clone_reader *reader, struct cp_value *node,
                     const struct cp_value *buffer) {
  uint32_t parts[4] = { 0 };
  if (read_view_parts(reader, parts) < 0) return -EINVAL;
  static const char letters[] = CLONE_VIEW_LETTERS;
  const char *letter = parts[0] < 0x80 ? strchr(letters, (int) parts[0]) : NULL;
  if (!letter || parts[0] == ' ' || parts[0] == 0) return clone_expect(reader, "a type of view");
  node->view = (unsigned char) (letter - letters);
  size_t size = view_item_size((cp_view_type) node->view);
  size_t offset = parts[1], length = parts[2];
  node->is_tracking = parts[3] & VIEW_IS_TRACKING;
  bool is_right = !(parts[3] & VIEW_IS_OF_RESIZABLE) == !buffer->is_resizable &&
                  (buffer->is_resizable || !node->is_tracking);
  bool is_within = offset <= buffer->count && length <= buffer->count - offset;
  if (!is_right || !is_within || offset % size != 0 || length % size != 0)
    return clone_expect(reader, "a view that lies on items of its ArrayBuffer");
  if (node->is_tracking) length = (buffer->count - offset) / size * size;
  node->extra = (uint32_t) offset;
  node->count = length;
  return 0;
}

/* Behind an ArrayBuffer, or what refers to one, there may stand a view of it. */
static struct cp_value *read_view(struct clone_reader *reader, struct cp_value *buffer) {
  if (clone_peek(reader) != TAG_VIEW) return buffer;
  clone_skip_tag(reader);
  struct cp_value *node = new_object(reader, CP_VALUE_VIEW);
  if (!node || fill_view(reader, node, value_behind(buffer)) < 0) return NULL;
  node->as.items = new_items(reader, buffer);
  node->has_buffer = true;
  return node->as.items ? node : NULL;
}

/* A view with bytes of its own. What is less than an item at the end Node leaves away. */
static struct cp_value *read_host_view(struct clone_reader *reader) {
  uint32_t type, length = 0;
  struct cp_value *node = new_object(reader, CP_VALUE_VIEW);
  if (!node || clone_read_varint(reader, &type) < 0) return NULL;
  if (type > CP_VIEW_BIGUINT64) return fail(reader, "a type of view");
  node->view = (unsigned char) type;
  node->as.text = read_counted(reader, &length);
  node->count = length - length % view_item_size((cp_view_type) type);
  return node->as.text ? node : NULL;
}

static struct cp_value *read_reference(struct clone_reader *reader) {
  uint32_t number;
  if (clone_read_varint(reader, &number) < 0) return NULL;
  struct cp_value *object = number < reader->object_count ? reader->objects[number] : NULL;
  if (!object) return fail(reader, "the number of an object that came before");
  object->is_shared = true;
  if (object != &reader->arena.root->value) return object;
  struct cp_value *reference = clone_new_node(reader, (cp_value_type) VALUE_REFERENCE);
  if (reference) reference->as.target = object;
  return reference;
}

/* ---- all ---- */

struct cp_value *clone_read_leaf(struct clone_reader *reader, int tag) {
  struct cp_value *node;
  switch (tag) {
    case TAG_UNDEFINED:
      return value_constant(CP_VALUE_UNDEFINED);
    case TAG_NULL:
      return value_constant(CP_VALUE_NULL);
    case TAG_TRUE:
      return value_constant_true();
    case TAG_FALSE:
      return value_constant(CP_VALUE_BOOL);
    case TAG_INT32:
      return read_int32(reader);
    case TAG_UINT32:
      return read_uint32(reader);
    case TAG_DOUBLE:
      return read_number(reader);
    case TAG_BIGINT:
      return read_bigint(reader);
    case TAG_LATIN1:
      return read_latin1(reader);
    case TAG_TWO_BYTE:
      return read_two_byte(reader);
    case TAG_UTF8:
      return read_utf8(reader);
    case TAG_DATE:
      return read_date(reader);
    case TAG_REGEXP:
      return read_regexp(reader);
    case TAG_BOXED_TRUE:
    case TAG_BOXED_FALSE:
    case TAG_BOXED_NUMBER:
    case TAG_BOXED_BIGINT:
    case TAG_BOXED_STRING:
      return read_boxed(reader, tag);
    case TAG_BUFFER:
    case TAG_RESIZABLE:
      node = read_buffer(reader, tag == TAG_RESIZABLE);
      return node ? read_view(reader, node) : NULL;
    case TAG_REFERENCE:
      node = read_reference(reader);
      return node && value_behind(node)->type == CP_VALUE_BUFFER ? read_view(reader, node) : node;
    case TAG_HOST:
      return read_host_view(reader);
    default:
      reader->at--; /* to tell where it is */
      return fail(reader, "a value");
  }
}
