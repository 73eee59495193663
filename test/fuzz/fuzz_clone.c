/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a clone; the first tells the flavor. What was read is written, copied, read again,
 * made anew by the constructors and changed without becoming anything else.
 */
#include "value/clone.h"

/* A fuzzer is one file. */
#include "value/rebuild.c"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
  if (!holds) abort();
}

static void must_be(const struct buffer *one, const struct buffer *other) {
  must(one->length == other->length && memcmp(one->data, other->data, one->length) == 0);
}

static struct buffer clone_of(const cp_value *value, enum clone_flavor flavor) {
  struct buffer clone = { 0 };
  must(value != NULL);
  must(clone_write(value, flavor, &clone) == 0);
  return clone;
}

/* Readers take any value; what they lend is there. */
static void read_parts(const cp_value *value) {
  cp_bytes bytes = cp_value_as_bytes(value);
  size_t count = cp_value_count(value), sum = 0;
  for (size_t i = 0; i < bytes.length; i++) sum += (unsigned char) bytes.data[i];
  if (count > 1000) count = 1000;
  for (size_t i = 0; i < count; i++) {
    const cp_value *item = cp_value_at(value, i), *key = cp_value_map_key_at(value, i);
    const char *text = cp_value_key_at(value, i);
    must(item != NULL);
    if (text)
      must(cp_value_get(value, text) != NULL || strlen(text) < cp_value_as_bytes(key).length);
    sum += cp_value_count(item) + cp_value_count(key);
  }
  must(cp_value_at(value, cp_value_count(value)) == NULL);
  must(sum < SIZE_MAX);
  const char *flags = cp_value_regexp_flags(value);
  must(!flags || strspn(flags, "dgimsuvy") == strlen(flags));
  (void) cp_value_as_number(value, 0);
  (void) cp_value_as_int64(value, 0);
}

/* What was written is read as the same again. */
static void check_round_trip(const struct buffer *clone, enum clone_flavor flavor) {
  cp_value *again = clone_read(clone->data, clone->length, flavor);
  struct buffer written = clone_of(again, flavor);
  must_be(&written, clone);
  buffer_done(&written);
  cp_value_free(again);
}

/* V8 has several forms for one array of numbers, of which the constructors know the usual one; so
 * only what was made of that is alike. */
static void check_rebuilt(const cp_value *value, enum clone_flavor flavor) {
  cp_value *one = rebuild(value);
  if (!one) return;
  cp_value *other = rebuild(one);
  struct buffer one_clone = clone_of(one, flavor), other_clone = clone_of(other, flavor);
  must_be(&one_clone, &other_clone);
  check_round_trip(&one_clone, flavor);
  buffer_done(&one_clone);
  buffer_done(&other_clone);
  cp_value_free(other);
  cp_value_free(one);
}

/* A root that was read takes members and items as one that was made, itself too. */
static void check_changes(cp_value *value, enum clone_flavor flavor) {
  cp_value *result = value;
  switch (cp_value_get_type(value)) {
    case CP_VALUE_ARRAY:
      if (cp_value_count(value) > UINT32_MAX - 3) return;
      result = cp_value_push(value, cp_value_new_string("more"));
      result = cp_value_push(result, value);
      break;
    case CP_VALUE_SET:
      result = cp_value_push(value, value);
      result = cp_value_push(result, cp_value_new_map());
      break;
    case CP_VALUE_MAP:
      result = cp_value_set(value, value, cp_value_new_null());
      result = cp_value_set(result, value, value);
      break;
    case CP_VALUE_OBJECT:
      result = cp_value_put(value, "a", value);
      result = cp_value_put(result, "a", cp_value_new_array());
      break;
    default:
      return;
  }
  must(result == value);
  struct buffer clone = clone_of(value, flavor);
  check_round_trip(&clone, flavor);
  buffer_done(&clone);
}

enum { MUCH_JSON = 100000 }; /* a few bytes may be many holes */

static void check_tree(cp_value *value, enum clone_flavor flavor) {
  struct buffer clone = clone_of(value, flavor);
  check_round_trip(&clone, flavor);
  read_parts(value);
  char *json = cp_value_to_json(value);
  if (json && strlen(json) < MUCH_JSON) {
    cp_value *parsed = cp_value_parse(json, strlen(json));
    must(parsed != NULL);
    cp_value_free(parsed);
  }
  cp_free(json);
  cp_value *copy = cp_value_copy(value);
  struct buffer copied = clone_of(copy, flavor);
  must_be(&copied, &clone);
  check_rebuilt(value, flavor);
  check_changes(value, flavor);
  cp_value_free(value);
  read_parts(copy);
  check_changes(copy, flavor);
  cp_value_free(copy);
  buffer_done(&copied);
  buffer_done(&clone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  enum clone_flavor flavor = data[0] & 1 ? CLONE_CHANNEL : CLONE_V8;
  cp_value *value = clone_read(data + 1, size - 1, flavor);
  if (value) check_tree(value, flavor);
  return 0;
}
