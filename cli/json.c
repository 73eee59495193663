/* SPDX-License-Identifier: MIT */
/*
 * Strings of the system as JSON. Paths and names are bytes there; JSON must be UTF-8, so bytes
 * that are not are each shown as U+FFFD, as Node shows them.
 */
#include "json.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The length of the character at `text`, 0 if it is none. The first continuation byte has a
 * narrower range after four lead bytes: it shuts out overlong forms, surrogates and what lies
 * above U+10FFFF (Unicode, table 3-7). The '\0' at the end is no continuation byte.
 */
static size_t utf8_length(const unsigned char *text) {
  unsigned char lead = text[0];
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  size_t length;
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    low = lead == 0xE0 ? 0xA0 : low;
    high = lead == 0xED ? 0x9F : high;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    low = lead == 0xF0 ? 0x90 : low;
    high = lead == 0xF4 ? 0x8F : high;
  } else {
    return 0;
  }
  if (text[1] < low || text[1] > high) {
    return 0;
  }
  for (size_t i = 2; i < length; i++) {
    if (text[i] < 0x80 || text[i] > 0xBF) {
      return 0;
    }
  }
  return length;
}

void json_string(FILE *out, const char *text) {
  if (!text) {
    (void) fputs("null", out);
    return;
  }
  (void) fputc('"', out);
  const unsigned char *c = (const unsigned char *) text;
  while (*c) {
    size_t length = utf8_length(c);
    if (length == 0) {
      (void) fputs("\xEF\xBF\xBD", out);
      length = 1;
    } else if (*c < 0x20 || *c == 0x7F) {
      (void) fprintf(out, "\\u%04x", *c);
    } else {
      if (*c == '"' || *c == '\\') {
        (void) fputc('\\', out);
      }
      (void) fwrite(c, 1, length, out);
    }
    c += length;
  }
  (void) fputc('"', out);
}
