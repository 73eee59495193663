/* SPDX-License-Identifier: MIT */
#ifndef CP_VALUE_JSON_TEXT_H
#define CP_VALUE_JSON_TEXT_H

#include "base/buffer.h"
#include "base/error.h"

#include <string.h>

/** Room for so many bytes more; 0, or -ENOMEM with the error set. Mostly there is. */
static inline int json_reserve(struct buffer *out, size_t length) {
  /* One byte of the capacity is the '\0''s. */
  if (out->capacity - out->length > length) return 0;
  return buffer_reserve(out, length) < 0 ? error_no_memory() : 0;
}

/** Appends; 0, or -ENOMEM with the error set. Most pieces are a few bytes. */
static inline int json_put(struct buffer *out, const char *text, size_t length) {
  int result = json_reserve(out, length);
  if (result < 0) return result;
  memcpy(out->data + out->length, text, length);
  out->length += length;
  return 0;
}

#endif
