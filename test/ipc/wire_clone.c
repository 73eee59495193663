/* SPDX-License-Identifier: MIT */
/*
 * A writer of structured clones for what JSON has, so that the tests of the channel do not take the
 * library's own word for what must be on the wire. Texts are ASCII, and keys are no array indexes.
 */
#include "wire.h"

#include <limits.h>
#include <string.h>

static void put(struct bytes *bytes, int byte) {
  append(bytes, (const char[]){ (char) byte }, 1);
}

static void put_varint(struct bytes *bytes, size_t number) {
  for (; number > 127; number >>= 7) put(bytes, (int) (number & 127) | 128);
  put(bytes, (int) number);
}

static void put_string(struct bytes *bytes, const char *data, size_t length) {
  put(bytes, '"');
  put_varint(bytes, length);
  append(bytes, data, length);
}

static void put_number(struct bytes *bytes, double number) {
  if (number >= INT_MIN && number <= INT_MAX && number == (int) number) {
    unsigned whole = (unsigned) (int) number;
    put(bytes, 'I');
    put_varint(bytes, (whole << 1) ^ (number < 0 ? UINT_MAX : 0));
  } else {
    put(bytes, 'N');
    append(bytes, (const char *) &number, sizeof number);
  }
}

/* NOLINTNEXTLINE(misc-no-recursion): what tests write is not deep */
static void put_value(struct bytes *bytes, const cp_value *value) {
  size_t count = cp_value_count(value);
  cp_bytes words = cp_value_as_bytes(value);
  switch (cp_value_get_type(value)) {
    case CP_VALUE_NULL:
      put(bytes, '0');
      return;
    case CP_VALUE_BOOL:
      put(bytes, cp_value_as_bool(value, false) ? 'T' : 'F');
      return;
    case CP_VALUE_NUMBER:
      put_number(bytes, cp_value_as_number(value, 0));
      return;
    case CP_VALUE_STRING:
      put_string(bytes, words.data, words.length);
      return;
    case CP_VALUE_ARRAY:
      put(bytes, 'A');
      put_varint(bytes, count);
      for (size_t i = 0; i < count; i++) put_value(bytes, cp_value_at(value, i));
      put(bytes, '$');
      put(bytes, 0);
      put_varint(bytes, count);
      return;
    default:
      CHECK_INT(cp_value_get_type(value), CP_VALUE_OBJECT);
      put(bytes, 'o');
      for (size_t i = 0; i < count; i++) {
        const char *key = cp_value_key_at(value, i);
        put_string(bytes, key, strlen(key));
        put_value(bytes, cp_value_at(value, i));
      }
      put(bytes, '{');
      put_varint(bytes, count);
  }
}

struct bytes clone_of(const char *json) {
  struct bytes bytes = { 0 };
  cp_value *value = cp_value_parse(json, strlen(json));
  if (!value) check_failed(__FILE__, __LINE__, "%s: %s", json, cp_last_error()->message);
  append(&bytes, "\xff\x0f", 2);
  put_value(&bytes, value);
  cp_value_free(value);
  return bytes;
}
