/* SPDX-License-Identifier: MIT */
#include "value/utf8.h"

/* Whether the byte there is one of low to high. */
static bool is_within(const char *at, const char *end, unsigned low, unsigned high) {
  return at < end && (unsigned char) *at >= low && (unsigned char) *at <= high;
}

/*
 * The second byte's range depends on the first; so there is no overlong form and nothing above
 * U+10FFFF. Bytes that begin a character without finishing it are one error, all others one
 * each: so says the encoding standard of the web, and so decodes V8.
 */
enum utf8_kind utf8_look(const char *at, const char *end, size_t *ret_length) {
  unsigned first = (unsigned char) *at;
  unsigned low = 0x80, high = 0xbf;
  size_t length;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
    if (first == 0xe0) low = 0xa0;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
  } else {
    *ret_length = 1;
    return UTF8_WRONG;
  }

  if (first == 0xed && is_within(at + 1, end, 0xa0, 0xbf)) {
    bool is_whole = is_within(at + 2, end, 0x80, 0xbf);
    *ret_length = is_whole ? 3 : 1;
    return is_whole ? UTF8_SURROGATE : UTF8_WRONG;
  }

  for (size_t i = 1; i < length; i++, low = 0x80, high = 0xbf) {
    if (is_within(at + i, end, low, high)) continue;
    *ret_length = i;
    return UTF8_WRONG;
  }
  *ret_length = length;
  return UTF8_CHARACTER;
}

char *utf8_write(char *to, uint32_t code) {
  if (code < 0x80) {
    *to++ = (char) code;
    return to;
  }
  if (code < 0x800) {
    *to++ = (char) (0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      *to++ = (char) (0xe0 | code >> 12);
    } else {
      *to++ = (char) (0xf0 | code >> 18);
      *to++ = (char) (0x80 | (code >> 12 & 0x3f));
    }
    *to++ = (char) (0x80 | (code >> 6 & 0x3f));
  }
  *to++ = (char) (0x80 | (code & 0x3f));
  return to;
}
