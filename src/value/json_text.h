/* SPDX-License-Identifier: MIT */
#ifndef CP_VALUE_JSON_TEXT_H
#define CP_VALUE_JSON_TEXT_H

#include "base/buffer.h"
#include "base/error.h"

#include <string.h>

/** Appends; 0, or -ENOMEM with the error set. Most pieces are a few bytes, and there is room. */
static inline int json_put(struct buffer *out, const char *text, size_t length) {
  if (buffer_room(out) < length && buffer_reserve(out, length) < 0) return error_no_memory();
  memcpy(out->data + out->length, text, length);
  out->length += length;
  return 0;
}

#endif
