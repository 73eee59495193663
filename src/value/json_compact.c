/* SPDX-License-Identifier: MIT */
#include "value/json.h"

#include "value/json_plain.h"
#include "value/json_scan.h"
#include "value/json_text.h"
#include "value/utf8.h"

/* With quotes; escapes stay as they are. */
static int put_string(struct buffer *out, const struct json_scan *scan) {
  if (!scan->has_wrong_bytes) return json_put(out, scan->text - 1, scan->length + 2);
  const char *at = scan->text, *end = at + scan->length;
  int result = json_put(out, "\"", 1);
  while (at < end && result == 0) {
    const char *from = at;
    at = text_kept_end(at, end);
    /* With the backslash comes what it escapes. */
    if (at < end && *at == '\\') at += 2;
    if (at > from) {
      result = json_put(out, from, (size_t) (at - from));
      continue;
    }
    size_t length;
    (void) utf8_is_character(at, end, &length);
    at += length;
    result = json_put(out, UTF8_REPLACEMENT, UTF8_REPLACEMENT_LENGTH);
  }
  return result < 0 ? result : json_put(out, "\"", 1);
}

static int put_token(struct buffer *out, const struct json_scan *scan, enum json_token token,
                     bool was_in_object) {
  int result;
  switch (token) {
    case JSON_KEY:
      result = put_string(out, scan);
      return result < 0 ? result : json_put(out, ":", 1);
    case JSON_STRING:
      return put_string(out, scan);
    case JSON_ARRAY:
      return json_put(out, "[", 1);
    case JSON_OBJECT:
      return json_put(out, "{", 1);
    case JSON_CLOSE:
      return json_put(out, was_in_object ? "}" : "]", 1);
    default:
      return json_put(out, scan->text, scan->length);
  }
}

static int compact(struct json_scan *scan, struct buffer *out) {
  bool is_after_value = false;
  for (;;) {
    bool was_in_object = scan->is_in_object;
    enum json_token token = json_next(scan);
    if (token == JSON_END) return 0;
    if (token == JSON_WRONG) return json_explain(scan);
    int result = 0;
    if (is_after_value && token != JSON_CLOSE) result = json_put(out, ",", 1);
    if (result == 0) result = put_token(out, scan, token, was_in_object);
    if (result < 0) return result;
    is_after_value = token != JSON_KEY && token != JSON_ARRAY && token != JSON_OBJECT;
  }
}

int json_check_and_compact(const char *json, size_t length, struct buffer *out) {
  if (json_is_plain(json, length)) return json_put(out, json, length);
  struct json_scan scan;
  size_t before = out->length;
  json_scan_init(&scan, json, length);
  int result = compact(&scan, out);
  if (result < 0) out->length = before;
  return result;
}

bool json_is_valid(const char *json, size_t length) {
  if (json_is_plain(json, length)) return true;
  struct json_scan scan;
  json_scan_init(&scan, json, length);
  enum json_token token;
  do token = json_next(&scan);
  while (token != JSON_END && token != JSON_WRONG);
  return token == JSON_END;
}
