/* SPDX-License-Identifier: MIT */
/*
 * What JavaScript says of Dates, RegExps, views and indexes, for all who make, read or write them.
 */
#ifndef CP_VALUE_KINDS_H
#define CP_VALUE_KINDS_H

#include "value/value.h"

/** Bytes that the magnitude of a BigInt may have: V8's limit of 2^30 bits. */
#define BIGINT_MOST_BYTES ((size_t) 1 << 27)

/** Milliseconds as a Date has them: whole, not -0, and NaN beyond its range. */
double date_clip(double ms);

enum {
  DATE_TEXT_SIZE = 32,
  REGEXP_FLAGS_SIZE = 12 /* all of them, and a '\0' */
};

/** As toISOString(); returns its length. The date is valid. */
size_t date_write(double ms, char to[DATE_TEXT_SIZE]);

/** The bit that a clone has for a flag; 0: there is no such flag. */
uint32_t regexp_flag(char letter);
/** Whether a RegExp may have these: all are known, and not both u and v. */
bool regexp_may_have(uint32_t flags);
/** Makes `value` one, with its text in memory for the pattern, a '\0' and its flags. */
void regexp_fill(struct cp_value *value, char *memory, const char *pattern, size_t length,
                 uint32_t flags);

/** Bytes of an item of a typed array; 1 of other views. */
size_t view_item_size(cp_view_type type);
/** The i-th item of a typed array of numbers. */
double view_number_at(cp_view_type type, const char *bytes, size_t i);

/** Whether a key is that of an array's item ("0", "12"), up to 2^32 - 2; then *ret_index is it. */
static inline bool key_is_index(const char *key, size_t length, uint32_t *ret_index) {
  if (length == 0 || length > 10 || (unsigned char) (*key - '0') > 9) return false;
  if (*key == '0' && length > 1) return false;
  uint64_t index = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned digit = (unsigned char) (key[i] - '0');
    if (digit > 9) return false;
    index = index * 10 + digit;
  }
  if (index >= UINT32_MAX) return false;
  *ret_index = (uint32_t) index;
  return true;
}

#endif
