/* SPDX-License-Identifier: MIT */
#include "value/clone_text.h"

#include "value/utf8.h"

enum { REPLACEMENT = 0xfffd };

size_t text_ascii_length(const char *text, size_t length) {
  typedef uint64_t wide __attribute__((vector_size(32)));
  const char *at = text, *end = text + length;
  for (; end - at >= 64; at += 64) {
    wide one, other;
    memcpy(&one, at, 32);
    memcpy(&other, at + 32, 32);
    one |= other;
    if ((one[0] | one[1] | one[2] | one[3]) & 0x8080808080808080) break;
  }
  while (at < end && (unsigned char) *at < 0x80) at++;
  return (size_t) (at - text);
}

/* ---- read ---- */

static inline uint32_t load_unit(const char *at) {
  uint16_t unit;
  memcpy(&unit, at, sizeof unit);
  return unit;
}

/* What is not of a pair. */
static inline char *write_unit(char *to, uint32_t code) {
  if (code < 0x80) {
    *to = (char) code;
    return to + 1;
  }
  if (code < 0x800) {
    to[0] = (char) (0xc0 | code >> 6);
    to[1] = (char) (0x80 | (code & 0x3f));
    return to + 2;
  }
  to[0] = (char) (0xe0 | code >> 12);
  to[1] = (char) (0x80 | (code >> 6 & 0x3f));
  to[2] = (char) (0x80 | (code & 0x3f));
  return to + 3;
}

size_t text_size_of_latin1(const char *latin1, size_t length) {
  size_t size = length;
  for (size_t i = 0; i < length; i++) size += (unsigned char) latin1[i] >> 7;
  return size;
}

char *text_from_latin1(char *to, const char *latin1, size_t length) {
  const char *at = latin1, *end = latin1 + length;
  while (at < end) {
    size_t plain = text_ascii_length(at, (size_t) (end - at));
    memcpy(to, at, plain);
    to += plain;
    at += plain;
    for (; at < end && (unsigned char) *at >= 0x80; at++) to = write_unit(to, (unsigned char) *at);
  }
  return to;
}

char *text_from_utf16(char *to, const char *utf16, size_t units) {
  const char *at = utf16, *end = utf16 + 2 * units;
  while (at < end) {
    uint32_t code = load_unit(at);
    at += 2;
    bool is_high = code >= 0xd800 && code < 0xdc00;
    uint32_t low = is_high && at < end ? load_unit(at) : 0;
    if (low < 0xdc00 || low >= 0xe000) {
      to = write_unit(to, code);
      continue;
    }
    to = utf8_write(to, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
    at += 2;
  }
  return to;
}

/* ---- written ---- */

/* What is no usual character of two or three bytes. */
static uint32_t next_unusual(const char **at, const char *end) {
  const unsigned char *bytes = (const unsigned char *) *at;
  size_t length;
  enum utf8_kind kind = utf8_look(*at, end, &length);
  *at += length;
  if (kind == UTF8_WRONG) return REPLACEMENT;
  uint32_t code = bytes[0] & (0xffU >> (length + 1));
  for (size_t i = 1; i < length; i++) code = code << 6 | (bytes[i] & 0x3fU);
  return code;
}

/* The character there, or U+FFFD, and behind it. */
static inline uint32_t next_character(const char **at, const char *end) {
  const unsigned char *bytes = (const unsigned char *) *at;
  if (bytes[0] < 0x80) {
    *at += 1;
    return bytes[0];
  }
  if (end - *at >= 3 && (bytes[1] & 0xc0) == 0x80) {
    if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf) {
      *at += 2;
      return (bytes[0] & 0x1fU) << 6 | (bytes[1] & 0x3fU);
    }
    /* Halves of pairs are of three bytes, too. */
    if (bytes[0] > 0xe0 && bytes[0] < 0xf0 && (bytes[2] & 0xc0) == 0x80) {
      *at += 3;
      return (bytes[0] & 0xfU) << 12 | (bytes[1] & 0x3fU) << 6 | (bytes[2] & 0x3fU);
    }
  }
  return next_unusual(at, end);
}

struct text_form text_form_of(const char *text, size_t length) {
  struct text_form form = { .units = text_ascii_length(text, length) };
  const char *at = text + form.units, *end = text + length;
  while (at < end) {
    uint32_t code = next_character(&at, end);
    if (code > 0xff) form.is_two_byte = true;
    form.units += code > 0xffff ? 2 : 1;
  }
  return form;
}

void text_to_latin1(char *to, const char *text, size_t length) {
  const char *at = text, *end = text + length;
  while (at < end) {
    size_t plain = text_ascii_length(at, (size_t) (end - at));
    memcpy(to, at, plain);
    to += plain;
    at += plain;
    while (at < end && (unsigned char) *at >= 0x80) *to++ = (char) next_character(&at, end);
  }
}

static inline char *store_unit(char *to, uint32_t code) {
  uint16_t unit = (uint16_t) code;
  memcpy(to, &unit, sizeof unit);
  return to + sizeof unit;
}

void text_to_utf16(char *to, const char *text, size_t length) {
  const char *at = text, *end = text + length;
  while (at < end) {
    uint32_t code = next_character(&at, end);
    if (code <= 0xffff) {
      to = store_unit(to, code);
    } else {
      to = store_unit(to, 0xd800 + ((code - 0x10000) >> 10));
      to = store_unit(to, 0xdc00 + ((code - 0x10000) & 0x3ff));
    }
  }
}
