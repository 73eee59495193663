/* SPDX-License-Identifier: MIT */
/*
 * Text as V8 has it, a byte or two a character, and as we have it: WTF-8.
 */
#ifndef CP_VALUE_CLONE_TEXT_H
#define CP_VALUE_CLONE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** How many bytes from the start on are ASCII. */
size_t text_ascii_length(const char *text, size_t length);

/** Whether all is ASCII. Most text is short. */
static inline bool text_is_ascii(const char *text, size_t length) {
  if (length >= 16) return text_ascii_length(text, length) == length;
  uint64_t bits = 0, word;
  for (; length >= 8; length -= 8, text += 8) {
    memcpy(&word, text, 8);
    bits |= word;
  }
  for (; length > 0; length--) bits |= (unsigned char) *text++;
  /* A byte alone stands in the lowest one. */
  return (bits & 0x8080808080808080) == 0;
}

/** Bytes of WTF-8 that so much Latin-1 takes. */
size_t text_size_of_latin1(const char *latin1, size_t length);
/** Writes it as WTF-8; returns the end. */
char *text_from_latin1(char *to, const char *latin1, size_t length);

/** As many bytes as so many units of UTF-16 may take. */
static inline size_t text_most_of_utf16(size_t units) {
  return 3 * units;
}
/** Writes little-endian UTF-16 as WTF-8; returns the end. Half a pair stays that. */
char *text_from_utf16(char *to, const char *utf16, size_t units);

/** How a text is written: its units of a byte or two, of which one may be U+FFFD for what is no
 *  WTF-8. */
struct text_form {
  bool is_two_byte;
  size_t units;
};

struct text_form text_form_of(const char *text, size_t length);
/** Writes Latin-1 or little-endian UTF-16; text_form_of() told which. */
void text_to_latin1(char *to, const char *text, size_t length);
void text_to_utf16(char *to, const char *text, size_t length);

#endif
