/* SPDX-License-Identifier: MIT */
/*
 * Strings of the system as JSON. Paths, names and output are bytes there; JSON must be UTF-8, so
 * bytes that are not are each shown as U+FFFD, as Node shows them, or all of them as base64.
 */
#include "json.h"

#include <stdint.h>
#include <string.h>

/*
 * The length of the character at `text`, 0 if it is none. The first continuation byte has a
 * narrower range after four lead bytes: it shuts out overlong forms, surrogates and what lies
 * above U+10FFFF (Unicode, table 3-7). The '\0' at the end, which all have, is no continuation
 * byte.
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

/* The short forms are those that JSON.stringify() prefers. */
static void print_control(FILE *out, unsigned char c) {
  static const char letters[] = {
    ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
  };
  if (c < sizeof letters && letters[c]) {
    (void) fprintf(out, "\\%c", letters[c]);
  } else {
    (void) fprintf(out, "\\u%04x", c);
  }
}

void json_text(FILE *out, const char *text, size_t length) {
  (void) fputc('"', out);
  const unsigned char *c = (const unsigned char *) text;
  const unsigned char *end = c + length;
  while (c < end) {
    size_t size = utf8_length(c);
    if (size == 0) {
      (void) fputs("\xEF\xBF\xBD", out);
      size = 1;
    } else if (*c < 0x20) {
      print_control(out, *c);
    } else {
      if (*c == '"' || *c == '\\') {
        (void) fputc('\\', out);
      }
      (void) fwrite(c, 1, size, out);
    }
    c += size;
  }
  (void) fputc('"', out);
}

void json_string(FILE *out, const char *text) {
  if (text) {
    json_text(out, text, strlen(text));
  } else {
    (void) fputs("null", out);
  }
}

bool json_is_utf8(const char *text, size_t length) {
  const unsigned char *c = (const unsigned char *) text;
  const unsigned char *end = c + length;
  while (c < end) {
    size_t size = utf8_length(c);
    if (size == 0) {
      return false;
    }
    c += size;
  }
  return true;
}

void json_base64(FILE *out, const char *data, size_t length) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const unsigned char *bytes = (const unsigned char *) data;
  (void) fputc('"', out);
  for (size_t i = 0; i < length; i += 3) {
    size_t left = length - i;
    unsigned group = (unsigned) bytes[i] << 16;
    group |= left > 1 ? (unsigned) bytes[i + 1] << 8 : 0;
    group |= left > 2 ? bytes[i + 2] : 0;
    const char quad[4] = { digits[group >> 18], digits[group >> 12 & 63],
                           left > 1 ? digits[group >> 6 & 63] : '=',
                           left > 2 ? digits[group & 63] : '=' };
    (void) fwrite(quad, 1, sizeof quad, out);
  }
  (void) fputc('"', out);
}
