/* SPDX-License-Identifier: MIT */
#include "value/json_scan.h"

#include "base/error.h"
#include "value/utf8.h"

#include <errno.h>
#include <string.h>

/* Where the scan stands. */
enum {
  AT_VALUE,
  AT_FIRST, /* item or key, or the end */
  AFTER_VALUE
};

void json_scan_init(struct json_scan *scan, const char *json, size_t length) {
  scan->begin = scan->at = json;
  scan->end = json + length;
  scan->place = AT_VALUE;
  scan->is_in_object = false;
  scan->depth = 0;
}

static enum json_token wrong(struct json_scan *scan, const char *expected) {
  scan->expected = expected;
  return JSON_WRONG;
}

int json_explain(const struct json_scan *scan) {
  static const char code[] = "ERR_INVALID_ARG_VALUE";
  size_t position = (size_t) (scan->at - scan->begin);
  if (scan->at == scan->end)
    return error_argument(-EINVAL, code, "JSON: expected %s at byte %zu, where the text ends",
                          scan->expected, position);
  unsigned char byte = (unsigned char) *scan->at;
  if (byte > 0x20 && byte < 0x7f)
    return error_argument(-EINVAL, code, "JSON: expected %s at byte %zu, not '%c'", scan->expected,
                          position, byte);
  return error_argument(-EINVAL, code, "JSON: expected %s at byte %zu, not 0x%02x", scan->expected,
                        position, byte);
}

/* The next character that is no white space; -1 at the end. */
static inline int skip_space(struct json_scan *scan) {
  for (; scan->at < scan->end; scan->at++) {
    unsigned char c = (unsigned char) *scan->at;
    if (c > ' ' || (c != ' ' && c != '\n' && c != '\r' && c != '\t')) return c;
  }
  return -1;
}

/* ---- strings ---- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int json_hex4(const char *at, const char *end) {
  if (end - at < 4) return -1;
  int code = 0;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0) return -1;
    code = code << 4 | digit;
  }
  return code;
}

/* What follows a backslash; NULL if that is wrong. */
static const char *skip_escape(struct json_scan *scan) {
  const char *at = scan->at;
  if (at == scan->end || *at == '\0' || !strchr("\"\\/bfnrtu", *at)) {
    scan->expected = "one of \"\\/bfnrtu";
    return NULL;
  }
  if (*at != 'u') return at + 1;
  if (json_hex4(at + 1, scan->end) >= 0) return at + 5;
  for (scan->at++; scan->at < scan->end && hex_digit(*scan->at) >= 0;) scan->at++;
  scan->expected = "four hexadecimal digits";
  return NULL;
}

/* From the quote on; `token` is what it is, if it is one. */
static enum json_token scan_string(struct json_scan *scan, enum json_token token) {
  const char *at = scan->at + 1;
  scan->text = at;
  scan->has_escapes = scan->has_wrong_bytes = false;
  for (;;) {
    at = text_kept_end(at, scan->end);
    scan->at = at;
    if (at == scan->end) return wrong(scan, "the '\"' that ends a string");
    if (*at == '"') break;
    if (*at == '\\') {
      scan->has_escapes = true;
      scan->at++;
      at = skip_escape(scan);
      if (!at) return JSON_WRONG;
    } else if ((unsigned char) *at < 0x20) {
      return wrong(scan, "an escape for a control character");
    } else {
      scan->has_wrong_bytes = true;
      at++;
    }
  }
  scan->length = (size_t) (at - scan->text);
  scan->at = at + 1;
  return token;
}

static enum json_token scan_key(struct json_scan *scan, int c) {
  if (c != '"') return wrong(scan, scan->place == AT_FIRST ? "a key or '}'" : "a key");
  if (scan_string(scan, JSON_KEY) == JSON_WRONG) return JSON_WRONG;
  if (skip_space(scan) != ':') return wrong(scan, "':'");
  scan->at++;
  scan->place = AT_VALUE;
  return JSON_KEY;
}

/* ---- other values ---- */

static enum json_token scan_number(struct json_scan *scan) {
  scan->text = scan->at;
  scan->at = json_number_end(scan->at, scan->end);
  if (!json_is_digit(scan->at[-1])) return wrong(scan, "a digit");
  scan->length = (size_t) (scan->at - scan->text);
  scan->place = AFTER_VALUE;
  return JSON_NUMBER;
}

static enum json_token scan_word(struct json_scan *scan, const char *word, enum json_token token) {
  scan->text = scan->at;
  for (const char *c = word; *c; c++, scan->at++)
    if (scan->at == scan->end || *scan->at != *c) return wrong(scan, word);
  scan->length = (size_t) (scan->at - scan->text);
  scan->place = AFTER_VALUE;
  return token;
}

static enum json_token open_container(struct json_scan *scan, bool is_object) {
  _Static_assert(CP_VALUE_MAX_DEPTH == 10000, "the text below names it");
  if (scan->depth == CP_VALUE_MAX_DEPTH)
    return wrong(scan, "no more than 10000 arrays and objects in each other");
  unsigned char bit = (unsigned char) (1 << (scan->depth & 7));
  unsigned char *bits = &scan->objects[scan->depth / 8];
  *bits = (unsigned char) (is_object ? *bits | bit : *bits & ~bit);
  scan->depth++;
  scan->at++;
  scan->is_in_object = is_object;
  scan->place = AT_FIRST;
  return is_object ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_token close_container(struct json_scan *scan) {
  scan->at++;
  scan->place = AFTER_VALUE;
  if (--scan->depth > 0) {
    size_t outer = scan->depth - 1;
    scan->is_in_object = scan->objects[outer / 8] >> (outer & 7) & 1;
  }
  return JSON_CLOSE;
}

static enum json_token scan_value(struct json_scan *scan, int c) {
  switch (c) {
    case '"':
      scan->place = AFTER_VALUE;
      return scan_string(scan, JSON_STRING);
    case '{':
      return open_container(scan, true);
    case '[':
      return open_container(scan, false);
    case 't':
      return scan_word(scan, "true", JSON_TRUE);
    case 'f':
      return scan_word(scan, "false", JSON_FALSE);
    case 'n':
      return scan_word(scan, "null", JSON_NULL);
    default:
      if (c == '-' || json_is_digit((char) c)) return scan_number(scan);
      return wrong(scan, scan->place == AT_FIRST ? "a value or ']'" : "a value");
  }
}

enum json_token json_next(struct json_scan *scan) {
  int c = skip_space(scan);
  bool is_key = scan->is_in_object && scan->place == AT_FIRST;
  if (scan->place == AFTER_VALUE) {
    if (scan->depth == 0) return c < 0 ? JSON_END : wrong(scan, "nothing more");
    if (c == (scan->is_in_object ? '}' : ']')) return close_container(scan);
    if (c != ',') return wrong(scan, scan->is_in_object ? "',' or '}'" : "',' or ']'");
    scan->at++;
    c = skip_space(scan);
    is_key = scan->is_in_object;
  } else if (scan->place == AT_FIRST && c == (scan->is_in_object ? '}' : ']')) {
    return close_container(scan);
  }
  return is_key ? scan_key(scan, c) : scan_value(scan, c);
}
