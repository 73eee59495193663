/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a JSON text. The reader and the checker must be of one mind; what was read is
 * written, copied, read again and changed without becoming anything else.
 */
#include "value/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
  if (!holds) abort();
}

static void must_be(const char *text, const char *other, size_t length) {
  must(strlen(text) == length && memcmp(text, other, length) == 0);
}

static char *json_of(const cp_value *value) {
  char *json = cp_value_to_json(value);
  must(json != NULL);
  must(!strpbrk(json, "\r\n"));
  return json;
}

/* Every member is found by its key, unless that has a '\0' in it; numbers and strings are read. */
static void read_values(const cp_value *value) {
  size_t count = cp_value_count(value);
  for (size_t i = 0; i < count; i++) {
    const cp_value *item = cp_value_at(value, i);
    const char *key = cp_value_key_at(value, i);
    must(item != NULL);
    must((key != NULL) == (cp_value_get_type(value) == CP_VALUE_OBJECT));
    if (key) {
      const cp_value *found = cp_value_get(value, key);
      must(found == item || strlen(key) < value->as.items->at[2 * i]->count);
    }
    double number = cp_value_as_number(item, 0);
    must(number == number);
    cp_bytes bytes = cp_value_as_bytes(item);
    must(bytes.data[bytes.length] == '\0');
    if (cp_value_get_type(item) == CP_VALUE_OBJECT) must(cp_value_get(item, "no such key") == NULL);
  }
}

static void read_tree(const cp_value *value) {
  read_values(value);
  for (size_t i = 0; i < cp_value_count(value); i++) read_values(cp_value_at(value, i));
}

/* What was written is read as the same again. */
static void check_round_trip(const char *json) {
  struct buffer compact = { 0 };
  size_t length = strlen(json);
  cp_value *again = cp_value_parse(json, length);
  must(again != NULL);
  char *json_again = json_of(again);
  must_be(json_again, json, length);
  must(json_check_and_compact(json, length, &compact) == 0);
  must_be(json, compact.data, compact.length);
  buffer_done(&compact);
  cp_free(json_again);
  cp_value_free(again);
}

/* A root that was read takes members and items as one that was made. */
static void check_changes(cp_value *value) {
  size_t count = cp_value_count(value);
  if (cp_value_get_type(value) == CP_VALUE_ARRAY) {
    must(cp_value_push(value, cp_value_new_string("more")) == value);
    must(cp_value_count(value) == count + 1);
  } else if (cp_value_get_type(value) == CP_VALUE_OBJECT) {
    const char *first = cp_value_key_at(value, 0);
    if (first) must(cp_value_put(value, first, cp_value_new_null()) == value);
    must(cp_value_put(value, "no such key", cp_value_new_array()) == value);
    must(cp_value_count(cp_value_get(value, "no such key")) == 0);
  } else {
    return;
  }
  char *json = json_of(value);
  check_round_trip(json);
  cp_free(json);
}

static void check_tree(cp_value *value) {
  char *json = json_of(value);
  check_round_trip(json);
  read_tree(value);
  cp_value *copy = cp_value_copy(value);
  char *copied = json_of(copy);
  must_be(copied, json, strlen(json));
  check_changes(value);
  cp_value_free(value);
  read_tree(copy);
  check_changes(copy);
  cp_value_free(copy);
  cp_free(copied);
  cp_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *text = (const char *) data;
  struct buffer compact = { 0 };
  cp_value *value = cp_value_parse(size > 0 ? text : "", size);
  int result = json_check_and_compact(text, size, &compact);
  must((value != NULL) == (result == 0));
  if (value) {
    cp_value *other = cp_value_parse(compact.data, compact.length);
    char *json = json_of(value), *other_json = json_of(other);
    must_be(json, other_json, strlen(other_json));
    cp_free(json);
    cp_free(other_json);
    cp_value_free(other);
    check_tree(value);
  }
  buffer_done(&compact);
  return 0;
}
