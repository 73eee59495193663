/* SPDX-License-Identifier: MIT */
/* Values of one node, made by the caller. */
#include "base/error.h"
#include "value/kinds.h"

#include <errno.h>
#include <string.h>

#define BAD_VALUE "ERR_INVALID_ARG_VALUE"

static cp_value *refuse(const char *why) {
  (void) error_argument(-EINVAL, BAD_VALUE, "%s", why);
  return NULL;
}

/* ---- primitives ---- */

cp_value *cp_value_new_null(void) {
  return value_new(CP_VALUE_NULL, 0);
}

cp_value *cp_value_new_undefined(void) {
  return value_new(CP_VALUE_UNDEFINED, 0);
}

cp_value *cp_value_new_hole(void) {
  return value_new(CP_VALUE_HOLE, 0);
}

cp_value *cp_value_new_bool(bool boolean) {
  cp_value *value = value_new(CP_VALUE_BOOL, 0);
  if (value) value->as.boolean = boolean;
  return value;
}

cp_value *cp_value_new_number(double number) {
  cp_value *value = value_new(CP_VALUE_NUMBER, 0);
  if (value) value->as.number = number;
  return value;
}

cp_value *cp_value_new_string(const char *text) {
  return text ? value_new_bytes(CP_VALUE_STRING, text, strlen(text)) : refuse("'text' is NULL");
}

cp_value *cp_value_new_string_n(const char *text, size_t length) {
  if (!text && length > 0) return refuse("'text' is NULL");
  return value_new_bytes(CP_VALUE_STRING, text, length);
}

/* ---- BigInt ---- */

cp_value *cp_value_new_bigint(bool is_negative, const void *magnitude, size_t length) {
  const unsigned char *bytes = magnitude;
  if (!bytes && length > 0) return refuse("'magnitude' is NULL");
  while (length > 0 && bytes[length - 1] == 0) length--;
  if (length > BIGINT_MOST_BYTES) return refuse("no BigInt has more than 128 MiB");
  cp_value *value = value_new_bytes(CP_VALUE_BIGINT, bytes, length);
  if (value) value->is_negative = is_negative && length > 0;
  return value;
}

static cp_value *new_bigint(bool is_negative, uint64_t magnitude) {
  unsigned char bytes[8];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char) (magnitude >> (8 * i));
  return cp_value_new_bigint(is_negative, bytes, sizeof bytes);
}

cp_value *cp_value_new_int64(int64_t value) {
  return new_bigint(value < 0, value < 0 ? 0 - (uint64_t) value : (uint64_t) value);
}

cp_value *cp_value_new_uint64(uint64_t value) {
  return new_bigint(false, value);
}

/* ---- objects without members ---- */

cp_value *cp_value_new_date(double ms) {
  cp_value *value = value_new(CP_VALUE_DATE, 0);
  if (value) value->as.number = date_clip(ms);
  return value;
}

cp_value *cp_value_new_regexp(const char *pattern, const char *flags) {
  if (!pattern) return refuse("'pattern' is NULL");
  if (!flags) flags = "";
  uint32_t bits = 0;
  for (const char *at = flags; *at; at++) {
    uint32_t bit = regexp_flag(*at);
    if (bit == 0 || bits & bit) return refuse("the flags are not of \"dgimsuvy\", each once");
    bits |= bit;
  }
  if (!regexp_may_have(bits)) return refuse("a RegExp has not both of the flags u and v");
  size_t length = strlen(pattern);
  cp_value *value = value_new(CP_VALUE_REGEXP, length + 1 + REGEXP_FLAGS_SIZE);
  if (value) regexp_fill(value, (char *) (root_of(value) + 1), pattern, length, bits);
  return value;
}

cp_value *cp_value_new_buffer(const void *data, size_t length) {
  return value_new_bytes(CP_VALUE_BUFFER, data, length);
}

cp_value *cp_value_new_resizable_buffer(const void *data, size_t length, size_t max_length) {
  if (length > max_length || max_length > UINT32_MAX)
    return refuse("the length is more than the most it may be, or that more than 4 GiB");
  cp_value *value = value_new_bytes(CP_VALUE_BUFFER, data, length);
  if (!value) return NULL;
  value->is_resizable = true;
  value->extra = (uint32_t) max_length;
  return value;
}

cp_value *cp_value_new_view(cp_view_type type, const void *data, size_t length) {
  if ((unsigned) type > CP_VIEW_BIGUINT64) return refuse("there is no such type of view");
  if (length % view_item_size(type) != 0)
    return refuse("the length of the view is no number of whole items");
  cp_value *value = value_new_bytes(CP_VALUE_VIEW, data, length);
  if (value) value->view = (unsigned char) type;
  return value;
}

cp_value *cp_value_new_bytes(const void *data, size_t length) {
  return cp_value_new_view(CP_VIEW_NODE_BUFFER, data, length);
}

/* ---- empty containers ---- */

cp_value *cp_value_new_array(void) {
  return value_new(CP_VALUE_ARRAY, 0);
}

cp_value *cp_value_new_object(void) {
  return value_new(CP_VALUE_OBJECT, 0);
}

cp_value *cp_value_new_map(void) {
  return value_new(CP_VALUE_MAP, 0);
}

cp_value *cp_value_new_set(void) {
  return value_new(CP_VALUE_SET, 0);
}

cp_value *cp_value_new_error(const char *name, const char *message) {
  cp_value *error = value_new(CP_VALUE_ERROR, 0);
  error = cp_value_put(error, "name", cp_value_new_string(name ? name : "Error"));
  return message ? cp_value_put(error, "message", cp_value_new_string(message)) : error;
}
