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

/** Whether all is ASCII. Most text is short: it is in two words, which may overlap. */
static inline bool text_is_ascii(const char *text, size_t length) {
  if (length > 16) return text_ascii_length(text, length) == length;
  if (length >= 8) {
    uint64_t first, last;
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + length - sizeof last, sizeof last);
    return ((first | last) & 0x8080808080808080) == 0;
  }
  if (length >= 4) {
    uint32_t first, last;
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + length - sizeof last, sizeof last);
    return ((first | last) & 0x80808080) == 0;
  }
  unsigned bits = 0;
  while (length > 0) bits |= (unsigned char) text[--length];
  return bits < 0x80;
}

/** Bytes of WTF-8 that so much Latin-1 takes. */
size_t text_size_of_latin1(const char *latin1, size_t length);
/** Writes it as WTF-8, and maybe one byte more; returns the end of the text. */
char *text_from_latin1(char *to, const char *latin1, size_t length);

/** As many bytes as so many units of UTF-16 take, or a few more. */
size_t text_most_of_utf16(const char *utf16, size_t count);
/** Writes UTF-16, in the order of the machine, as WTF-8, and maybe one byte more; returns the end
 *  of the text. Half a pair stays that. */
char *text_from_utf16(char *to, const char *utf16, size_t count);

/** How a text is written: its units of a byte or two, of which one may be U+FFFD for what is no
 *  WTF-8. */
struct text_form {
  bool is_two_byte;
  size_t units;
};

struct text_form text_form_of(const char *text, size_t length);
/** Writes Latin-1 or UTF-16; text_form_of() told which. */
void text_to_latin1(char *to, const char *text, size_t length);
void text_to_utf16(char *to, const char *text, size_t length);

#endif
