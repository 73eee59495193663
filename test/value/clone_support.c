/* SPDX-License-Identifier: MIT */
#include "value/clone_support.h"

#include <stdio.h>

static unsigned digit_of(char c) {
  const char *at = c ? strchr("0123456789abcdef", c) : NULL;
  CHECK(at != NULL);
  return (unsigned) (at - "0123456789abcdef");
}

cp_bytes from_hex(const char *hex) {
  size_t length = strlen(hex) / 2;
  char *bytes = test_alloc(length > 0 ? length : 1);
  for (size_t i = 0; i < length; i++)
    bytes[i] = (char) (digit_of(hex[2 * i]) << 4 | digit_of(hex[2 * i + 1]));
  return (cp_bytes){ bytes, length };
}

cp_value *read_hex(const char *hex, enum clone_flavor flavor) {
  cp_bytes clone = from_hex(hex);
  cp_value *value = clone_read(clone.data, clone.length, flavor);
  if (!value) check_failed(__FILE__, __LINE__, "%s: %s", hex, cp_last_error()->message);
  return value;
}

void check_clone(const cp_value *value, enum clone_flavor flavor, const char *hex) {
  struct buffer out = { 0 };
  CHECK(value != NULL);
  CHECK_INT(clone_write(value, flavor, &out), 0);
  char *written = test_alloc(2 * out.length + 1);
  for (size_t i = 0; i < out.length; i++)
    (void) sprintf(written + 2 * i, "%02x", (unsigned char) out.data[i]);
  buffer_done(&out);
  CHECK_STR(written, hex);
}

void check_clone_refused(cp_bytes clone, enum clone_flavor flavor) {
  CHECK(clone_read(clone.data, clone.length, flavor) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  CHECK_STR(cp_last_error()->code, "ERR_INVALID_ARG_VALUE");
  CHECK_HAS(cp_last_error()->message, "clone: expected ");
}
