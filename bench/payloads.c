/* SPDX-License-Identifier: MIT */
/*
 * Large values by the library: what payloads.mjs makes for V8.
 */
#include "child_process.h"
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *member_key(long i) {
  static char key[24];
  (void) snprintf(key, sizeof key, "m%06ld", i);
  return key;
}

cp_value *object_of_many(void) {
  cp_value *object = cp_value_new_object();
  for (long i = 0; i < member_count(); i++) {
    cp_value *member =
        i % 2 != 0 ? cp_value_new_string("some text") : cp_value_new_number((double) i);
    object = cp_value_put(object, member_key(i), member);
  }
  return object;
}

cp_value *buffer_of_many(void) {
  size_t size = (size_t) request.size;
  char *bytes = malloc(size);
  if (!bytes) fail("no memory");
  memset(bytes, 'a', size);
  cp_value *buffer =
      request.is_buffer ? cp_value_new_buffer(bytes, size) : cp_value_new_bytes(bytes, size);
  free(bytes);
  return buffer;
}
