/* SPDX-License-Identifier: MIT */
/*
 * Looking at text: runs that need no care, and characters beyond ASCII.
 */
#ifndef CP_VALUE_UTF8_H
#define CP_VALUE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum utf8_kind {
  UTF8_CHARACTER,
  UTF8_SURROGATE, /* half of a pair in three bytes: WTF-8, and no UTF-8 */
  UTF8_WRONG      /* as many bytes as a decoder replaces by one U+FFFD */
};

/** What stands at `at`, where a byte of 0x80 or more is, and how many bytes it has. */
enum utf8_kind utf8_look(const char *at, const char *end, size_t *ret_length);

/** Whether it is a character of UTF-8; of what is not, how many bytes are one U+FFFD. */
static inline bool utf8_is_character(const char *at, const char *end, size_t *ret_length) {
  enum utf8_kind kind = utf8_look(at, end, ret_length);
  if (kind == UTF8_SURROGATE) *ret_length = 1;
  return kind == UTF8_CHARACTER;
}

/** Writes a code point, surrogates too, in 1 to 4 bytes, and returns the end. */
char *utf8_write(char *to, uint32_t code);

#define UTF8_REPLACEMENT        "\xef\xbf\xbd" /* U+FFFD */
#define UTF8_REPLACEMENT_LENGTH 3

/* 0x20 to 0x7f but for the two that JSON escapes. */
static inline bool text_is_plain(char c) {
  return (signed char) c >= 0x20 && c != '"' && c != '\\';
}

/* Of eight characters: no mark if all are plain. The lowest one is at the first that is not;
 * above it there may be more than are due, by a borrow. */
static inline uint64_t text_marks(uint64_t word) {
  const uint64_t ones = 0x0101010101010101;
  uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
  return ((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & ones * 0x80;
}

/* How many of the eight characters there stand in front of the first that is not plain. */
static inline int text_plain_of_eight(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) word = __builtin_bswap64(word);
  uint64_t marks = text_marks(word);
  return marks ? __builtin_ctzll(marks) / 8 : 8;
}

/* Of 4 to 7 characters: all in one word, some of them twice. */
static inline bool text_few_are_plain(const char *at, const char *end) {
  uint32_t first, last;
  memcpy(&first, at, sizeof first);
  memcpy(&last, end - sizeof last, sizeof last);
  return !text_marks((uint64_t) last << 32 | first);
}

typedef signed char text_sixteen __attribute__((vector_size(16)));

/* -1 for each that is not plain. Signed, so that what is beyond ASCII is below 0x20, too. */
static inline text_sixteen text_marks_of_sixteen(const char *at) {
  text_sixteen block;
  memcpy(&block, at, sizeof block);
  return (block < 0x20) | (block == '"') | (block == '\\');
}

static inline bool text_many_are_plain(const char *at) {
  typedef uint64_t halves __attribute__((vector_size(16)));
  halves marks = (halves) (text_marks_of_sixteen(at) | text_marks_of_sixteen(at + 16));
  return !(marks[0] | marks[1]);
}

/** The end of the characters from `at` on that stand in a JSON string as they are. */
static inline const char *text_plain_end(const char *at, const char *end) {
  /* Most strings are short: the wide steps are worth their start only after some bytes. */
  for (int words = 0; end - at >= 8; words++) {
    int plain = text_plain_of_eight(at);
    at += plain;
    if (plain < 8) return at;
    if (words >= 2)
      while (end - at >= 32 && text_many_are_plain(at)) at += 32;
  }
  if (end - at >= 4 && text_few_are_plain(at, end)) return end;
  while (at < end && text_is_plain(*at)) at++;
  return at;
}

/* How long the character there is, if it is one of the usual two or three bytes; else 0. */
static inline size_t utf8_usual_length(const char *at, const char *end) {
  const unsigned char *bytes = (const unsigned char *) at;
  if (end - at < 3 || (bytes[1] & 0xc0) != 0x80) return 0;
  if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf) return 2;
  bool is_whole = (bytes[2] & 0xc0) == 0x80;
  return bytes[0] > 0xe0 && bytes[0] < 0xf0 && bytes[0] != 0xed && is_whole ? 3 : 0;
}

/** The end of what may stand in a JSON string as it is, characters beyond ASCII too. What is
 *  there then is a quote, a backslash, a control character or no UTF-8. */
static inline const char *text_kept_end(const char *at, const char *end) {
  for (;;) {
    at = text_plain_end(at, end);
    if (at == end || (unsigned char) *at < 0x80) return at;
    size_t length = utf8_usual_length(at, end);
    if (length == 0 && !utf8_is_character(at, end, &length)) return at;
    at += length;
  }
}

#endif
