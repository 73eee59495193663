/* SPDX-License-Identifier: MIT */
#include "value/support.h"

cp_value *parse(const char *json) {
  cp_value *value = cp_value_parse(json, strlen(json));
  CHECK(value != NULL);
  return value;
}

void check_json(cp_value *value, const char *expected) {
  char *json = cp_value_to_json(value);
  CHECK(json != NULL);
  CHECK_STR(json, expected);
  cp_free(json);
  cp_value_free(value);
}

void check_written(const char *json, const char *expected) {
  cp_value *value = parse(json);
  check_json(cp_value_copy(value), expected);
  check_json(value, expected);
}

void check_refused(const char *json, const char *message) {
  struct buffer out = { 0 };
  CHECK_INT(buffer_append(&out, "kept", 4), 0);
  CHECK(cp_value_parse(json, strlen(json)) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  CHECK_STR(cp_last_error()->code, "ERR_INVALID_ARG_VALUE");
  CHECK_STR(cp_last_error()->message, message);
  CHECK_INT(json_check_and_compact(json, strlen(json), &out), -EINVAL);
  CHECK_STR(cp_last_error()->message, message);
  CHECK_MEM(out.data, out.length, "kept", 4);
  buffer_done(&out);
}

char *repeated(const char *before, const char *part, size_t count, const char *after) {
  size_t first = strlen(before), each = strlen(part);
  char *text = test_alloc(first + each * count + strlen(after) + 1);
  memcpy(text, before, first);
  for (size_t i = 0; i < count; i++) memcpy(text + first + i * each, part, each);
  memcpy(text + first + each * count, after, strlen(after) + 1);
  return text;
}
