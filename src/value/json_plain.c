/* SPDX-License-Identifier: MIT */
#include "value/json_plain.h"

#include "value/json_scan.h"
#include "value/utf8.h"

#include <string.h>

/* Each of these returns the end of what it is about, or NULL if that is not there. */

static const char *escape_end(const char *at, const char *end) {
  if (at == end || *at == '\0') return NULL;
  if (*at == 'u') return json_hex4(at + 1, end) < 0 ? NULL : at + 5;
  return strchr("\"\\/bfnrt", *at) ? at + 1 : NULL;
}

static const char *long_string_end(const char *at, const char *end) {
  while (at) {
    at = text_kept_end(at, end);
    if (at == end) return NULL;
    if (*at == '"') return at + 1;
    at = *at == '\\' ? escape_end(at + 1, end) : NULL;
  }
  return NULL;
}

/* Behind the quote that begins it. Most are short, and plain. */
static inline const char *string_end(const char *at, const char *end) {
  for (int words = 0; words < 2 && end - at >= 8; words++) {
    int plain = text_plain_of_eight(at);
    at += plain;
    if (plain == 8) continue;
    if (*at == '"') return at + 1;
    break;
  }
  return long_string_end(at, end);
}

/* With its colon. */
static inline const char *key_end(const char *at, const char *end) {
  if (at == end || *at != '"') return NULL;
  at = string_end(at + 1, end);
  return at && at < end && *at == ':' ? at + 1 : NULL;
}

static const char *word_end(const char *at, const char *end, const char *word, size_t length) {
  bool is_there = (size_t) (end - at) >= length && memcmp(at, word, length) == 0;
  return is_there ? at + length : NULL;
}

static inline const char *scalar_end(const char *at, const char *end) {
  if (at == end) return NULL;
  switch (*at) {
    case '"':
      return string_end(at + 1, end);
    case 't':
      return word_end(at, end, "true", 4);
    case 'f':
      return word_end(at, end, "false", 5);
    case 'n':
      return word_end(at, end, "null", 4);
    default:
      if (*at != '-' && !json_is_digit(*at)) return NULL;
      at = json_number_end(at, end);
      return json_is_digit(at[-1]) ? at : NULL;
  }
}

/* The containers that are open, the innermost in the lowest bit, which is set for an object. */
struct open {
  uint64_t objects;
  unsigned depth;
  bool is_empty; /* the innermost, whose end comes next */
};

/* Arrays and objects that begin there, up to the first value that is none, or to the end of an
 * empty one. */
static inline const char *open_end(struct open *open, const char *at, const char *end) {
  enum { MOST = 64 };
  open->is_empty = false;
  while (at && at < end && (*at == '{' || *at == '[')) {
    bool is_object = *at++ == '{';
    if (open->depth++ == MOST) return NULL;
    open->objects = open->objects << 1 | is_object;
    open->is_empty = at < end && *at == (is_object ? '}' : ']');
    if (open->is_empty) return at;
    if (is_object) at = key_end(at, end);
  }
  return at;
}

bool json_is_plain(const char *json, size_t length) {
  const char *at = json, *end = json + length;
  struct open open = { 0 };
  for (;;) {
    at = open_end(&open, at, end);
    if (at && !open.is_empty) at = scalar_end(at, end);
    if (!at) return false;
    /* Behind a value: ends of containers, then a comma and perhaps a key. */
    for (; open.depth > 0 && at < end && *at == (open.objects & 1 ? '}' : ']'); at++) {
      open.objects >>= 1;
      open.depth--;
    }
    if (open.depth == 0) return at == end;
    if (at == end || *at++ != ',') return false;
    if (open.objects & 1) at = key_end(at, end);
  }
}
