/* SPDX-License-Identifier: MIT */
#include "value/clone_text.h"

#include "value/utf8.h"

enum { REPLACEMENT = 0xfffd };

#define HIGH_BITS ((uint64_t) 0x8080808080808080)

/* ---- ASCII ---- */

/* Eight bytes, the first of them the lowest. */
static inline uint64_t load_word(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* How many bytes stand before the first that has a mark; one has. */
static inline size_t first_mark(uint64_t marks) {
  return (size_t) __builtin_ctzll(marks) / 8;
}

/* 128 bytes at once, so that the loop is one of loads: V8 only copies such text. */
typedef uint64_t pair __attribute__((vector_size(16)));

static inline pair load_pair(const char *at) {
  pair words;
  memcpy(&words, at, sizeof words);
  return words;
}

static inline bool many_are_ascii(const char *at) {
  pair a = load_pair(at) | load_pair(at + 16), b = load_pair(at + 32) | load_pair(at + 48);
  pair c = load_pair(at + 64) | load_pair(at + 80), d = load_pair(at + 96) | load_pair(at + 112);
  a = (a | b) | (c | d);
  return ((a[0] | a[1]) & HIGH_BITS) == 0;
}

size_t text_ascii_length(const char *text, size_t length) {
  const char *at = text, *end = text + length;
  while (end - at >= 128 && many_are_ascii(at)) at += 128;
  for (; end - at >= 8; at += 8) {
    uint64_t marks = load_word(at) & HIGH_BITS;
    if (marks) return (size_t) (at - text) + first_mark(marks);
  }
  while (at < end && (unsigned char) *at < 0x80) at++;
  return (size_t) (at - text);
}

/* ---- read ---- */

/* Marks of eight bytes each, which are counted in the bytes of a word for as long as they fit. */
size_t text_size_of_latin1(const char *latin1, size_t length) {
  enum { WORDS = 255 };
  const char *at = latin1, *end = latin1 + length;
  size_t size = length;
  while (end - at >= 8) {
    uint64_t counts = 0;
    for (int i = 0; i < WORDS && end - at >= 8; i++, at += 8)
      counts += load_word(at) >> 7 & HIGH_BITS >> 7;
    counts = (counts & 0x00ff00ff00ff00ff) + (counts >> 8 & 0x00ff00ff00ff00ff);
    size += (size_t) (counts * 0x0001000100010001 >> 48);
  }
  for (; at < end; at++) size += (unsigned char) *at >> 7;
  return size;
}

/* What is of one or two bytes. Two are written, and one or both of them stay: so there is nothing
 * to be guessed wrongly. */
static inline char *write_narrow(char *to, uint32_t code) {
  uint32_t two = 0x80c0 | code >> 6 | (code & 0x3f) << 8;
  uint16_t bytes = (uint16_t) (code < 0x80 ? code : two);
  if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) bytes = __builtin_bswap16(bytes);
  memcpy(to, &bytes, sizeof bytes);
  return to + 1 + (code >= 0x80);
}

/* What is of three bytes. */
static inline char *write_wide(char *to, uint32_t code) {
  to[0] = (char) (0xe0 | code >> 12);
  to[1] = (char) (0x80 | (code >> 6 & 0x3f));
  to[2] = (char) (0x80 | (code & 0x3f));
  return to + 3;
}

char *text_from_latin1(char *to, const char *latin1, size_t length) {
  const char *at = latin1, *end = latin1 + length;
  while (end - at >= 8) {
    if ((load_word(at) & HIGH_BITS) == 0) {
      memcpy(to, at, 8);
      to += 8;
      at += 8;
      continue;
    }
    for (int i = 0; i < 8; i++) to = write_narrow(to, (unsigned char) *at++);
  }
  while (at < end) to = write_narrow(to, (unsigned char) *at++);
  return to;
}

/* Eight units of UTF-16, and so many bytes. */
typedef uint16_t units __attribute__((vector_size(16)));
typedef uint8_t narrow_units __attribute__((vector_size(8)));

static inline units load_units(const char *at) {
  units eight;
  memcpy(&eight, at, sizeof eight);
  return eight;
}

static inline bool is_any(units marks) {
  pair words = (pair) marks;
  return (words[0] | words[1]) != 0;
}

static inline uint32_t load_unit(const char *at) {
  uint16_t unit;
  memcpy(&unit, at, sizeof unit);
  return unit;
}

/* Counted in the lanes of a vector for as long as they fit; a pair takes four bytes, not six. */
size_t text_most_of_utf16(const char *utf16, size_t count) {
  enum { STEPS = 0x7fff };
  const char *at = utf16, *end = utf16 + 2 * count;
  size_t size = count;
  while (end - at >= 16) {
    units more = { 0 };
    for (int i = 0; i < STEPS && end - at >= 16; i++, at += 16) {
      units eight = load_units(at);
      more -= (units) (eight >= 0x80) + (units) (eight >= 0x800);
    }
    for (int i = 0; i < 8; i++) size += more[i];
  }
  for (; at < end; at += 2) size += (load_unit(at) >= 0x80) + (load_unit(at) >= 0x800);
  return size;
}

/* The character there; returns what is behind it. */
static inline const char *convert_unit(char **to, const char *at, const char *end) {
  uint32_t code = load_unit(at);
  at += 2;
  if (code >= 0xd800 && code < 0xdc00 && at < end) {
    uint32_t low = load_unit(at);
    if (low >= 0xdc00 && low < 0xe000) {
      *to = utf8_write(*to, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
      return at + 2;
    }
  }
  *to = code < 0x800 ? write_narrow(*to, code) : write_wide(*to, code);
  return at;
}

/* Most texts are of characters that take as many bytes each, but for ASCII in between. */
static const char *convert_eight(char **to, const char *at, const char *end) {
  units eight = load_units(at);
  const char *stop = at + sizeof eight;
  if (!is_any(eight & 0xff80)) {
    narrow_units narrow = __builtin_convertvector(eight, narrow_units);
    memcpy(*to, &narrow, sizeof narrow);
    *to += sizeof narrow;
    return stop;
  }
  char *next = *to;
  if (!is_any(eight & 0xf800)) {
    for (; at < stop; at += 2) next = write_narrow(next, load_unit(at));
  } else if (!is_any((units) (eight < 0x800) | (units) ((eight & 0xf800) == 0xd800))) {
    for (; at < stop; at += 2) next = write_wide(next, load_unit(at));
  } else {
    while (at < stop) at = convert_unit(&next, at, end);
  }
  *to = next;
  return at;
}

char *text_from_utf16(char *to, const char *utf16, size_t count) {
  const char *at = utf16, *end = utf16 + 2 * count;
  while (end - at >= 16) at = convert_eight(&to, at, end);
  while (at < end) at = convert_unit(&to, at, end);
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

/* Whether the next eight characters are ASCII. */
static inline bool eight_are_ascii(const char *at, const char *end) {
  return end - at >= 8 && (load_word(at) & HIGH_BITS) == 0;
}

struct text_form text_form_of(const char *text, size_t length) {
  struct text_form form = { .units = text_ascii_length(text, length) };
  const char *at = text + form.units, *end = text + length;
  while (at < end) {
    if (eight_are_ascii(at, end)) {
      form.units += 8;
      at += 8;
      continue;
    }
    uint32_t code = next_character(&at, end);
    if (code > 0xff) form.is_two_byte = true;
    form.units += code > 0xffff ? 2 : 1;
  }
  return form;
}

void text_to_latin1(char *to, const char *text, size_t length) {
  const char *at = text, *end = text + length;
  while (at < end) {
    if (eight_are_ascii(at, end)) {
      memcpy(to, at, 8);
      to += 8;
      at += 8;
      continue;
    }
    *to++ = (char) next_character(&at, end);
  }
}

static inline char *store_unit(char *to, uint32_t code) {
  uint16_t unit = (uint16_t) code;
  memcpy(to, &unit, sizeof unit);
  return to + sizeof unit;
}

static inline char *store_character(char *to, uint32_t code) {
  if (code <= 0xffff) return store_unit(to, code);
  to = store_unit(to, 0xd800 + ((code - 0x10000) >> 10));
  return store_unit(to, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

void text_to_utf16(char *to, const char *text, size_t length) {
  const char *at = text, *end = text + length;
  while (at < end) {
    if (eight_are_ascii(at, end)) {
      narrow_units narrow;
      memcpy(&narrow, at, sizeof narrow);
      units eight = __builtin_convertvector(narrow, units);
      memcpy(to, &eight, sizeof eight);
      to += sizeof eight;
      at += sizeof narrow;
      continue;
    }
    to = store_character(to, next_character(&at, end));
  }
}
