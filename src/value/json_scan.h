/* SPDX-License-Identifier: MIT */
/*
 * The grammar of JSON: a text as a row of tokens, each of which may stand where it stands. Who
 * asks until JSON_END has seen one whole text.
 */
#ifndef CP_VALUE_JSON_SCAN_H
#define CP_VALUE_JSON_SCAN_H

#include "child_process.h"

enum json_token {
  JSON_WRONG, /* json_explain() says why */
  JSON_END,
  JSON_NULL,
  JSON_TRUE,
  JSON_FALSE,
  JSON_NUMBER,
  JSON_STRING,
  JSON_KEY, /* with the colon behind it */
  JSON_ARRAY,
  JSON_OBJECT,
  JSON_CLOSE /* the end of the array or object that began last */
};

struct json_scan {
  const char *begin;
  const char *at; /* behind the last token; or at what is wrong */
  const char *end;

  /* The last token; a string or a key without its quotes. */
  const char *text;
  size_t length;
  bool has_escapes;
  bool has_wrong_bytes; /* which are no UTF-8 */

  unsigned char place;
  bool is_in_object;
  size_t depth;
  const char *expected;                              /* what should be where something is wrong */
  unsigned char objects[CP_VALUE_MAX_DEPTH / 8 + 1]; /* a bit for each depth */
};

void json_scan_init(struct json_scan *scan, const char *json, size_t length);
enum json_token json_next(struct json_scan *scan);
/** Sets the error, and returns its code. */
int json_explain(const struct json_scan *scan);

static inline bool json_is_digit(char c) {
  return c >= '0' && c <= '9';
}

static inline const char *json_digits_end(const char *at, const char *end) {
  while (at < end && json_is_digit(*at)) at++;
  return at;
}

/** The end of the number that begins there with a digit or a '-'. Where the byte before it is no
 *  digit, there should be one instead of what is there. */
static inline const char *json_number_end(const char *at, const char *end) {
  at += *at == '-';
  at = at < end && *at == '0' ? at + 1 : json_digits_end(at, end); /* a zero stands alone */
  if (json_is_digit(at[-1]) && at < end && *at == '.') at = json_digits_end(at + 1, end);
  if (json_is_digit(at[-1]) && at < end && (*at == 'e' || *at == 'E')) {
    at++;
    if (at < end && (*at == '-' || *at == '+')) at++;
    at = json_digits_end(at, end);
  }
  return at;
}

/** The value of four hexadecimal digits, or -1. */
int json_hex4(const char *at, const char *end);

#endif
