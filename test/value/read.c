/* SPDX-License-Identifier: MIT */
/* Reading JSON: what is taken, what is refused and how that is told, what the tree has then. */
#include "value/support.h"

#include <math.h>
#include <stdio.h>

TEST(a_message_is_read) {
  cp_value *message = parse(" {\"cmd\":\"work\", \"id\":12345,\"list\":[1,2,3.5],\"on\":true,"
                            "\"off\":false,\"none\":null,\"in\":{\"a\":{}}} ");
  CHECK_INT(cp_value_get_type(message), CP_VALUE_OBJECT);
  CHECK_INT(cp_value_count(message), 7);
  CHECK_STR(cp_value_as_string(cp_value_get(message, "cmd"), NULL), "work");
  CHECK(cp_value_as_number(cp_value_get(message, "id"), 0) == 12345);
  const cp_value *list = cp_value_get(message, "list");
  CHECK_INT(cp_value_get_type(list), CP_VALUE_ARRAY);
  CHECK_INT(cp_value_count(list), 3);
  CHECK(cp_value_as_number(cp_value_at(list, 2), 0) == 3.5);
  CHECK(cp_value_at(list, 3) == NULL);
  CHECK(cp_value_as_bool(cp_value_get(message, "on"), false));
  CHECK(!cp_value_as_bool(cp_value_get(message, "off"), true));
  CHECK_INT(cp_value_get_type(cp_value_get(message, "none")), CP_VALUE_NULL);
  CHECK_STR(cp_value_key_at(message, 1), "id");
  CHECK(cp_value_at(message, 1) == cp_value_get(message, "id"));
  CHECK_INT(cp_value_count(cp_value_get(cp_value_get(message, "in"), "a")), 0);
  cp_value_free(message);
}

TEST(readers_take_null_and_values_of_other_types) {
  cp_value *text = parse("\"text\"");
  CHECK_INT(cp_value_get_type(NULL), CP_VALUE_UNDEFINED);
  CHECK_INT(cp_value_count(NULL), 0);
  CHECK_INT(cp_value_count(text), 0);
  CHECK(cp_value_get(NULL, "a") == NULL);
  CHECK(cp_value_get(text, "a") == NULL);
  CHECK(cp_value_at(NULL, 0) == NULL);
  CHECK(cp_value_at(text, 0) == NULL);
  CHECK(cp_value_key_at(NULL, 0) == NULL);
  CHECK(cp_value_key_at(text, 0) == NULL);
  CHECK(cp_value_as_bool(NULL, true));
  CHECK(cp_value_as_bool(text, true));
  CHECK(cp_value_as_number(NULL, 7) == 7);
  CHECK(cp_value_as_number(text, 7) == 7);
  CHECK_STR(cp_value_as_string(NULL, "else"), "else");
  CHECK_INT(cp_value_as_bytes(NULL).length, 0);
  CHECK_STR(cp_value_as_bytes(NULL).data, "");
  CHECK(cp_value_copy(NULL) == NULL);
  CHECK(cp_value_to_json(NULL) == NULL);
  cp_value_free(NULL);
  cp_free(NULL);
  cp_value_free(text);

  cp_value *object = parse("{\"a\":1,\"b\":{}}");
  CHECK(cp_value_get(object, NULL) == NULL);
  CHECK(cp_value_get(object, "A") == NULL);
  CHECK(cp_value_get(object, "") == NULL);
  CHECK(cp_value_get(cp_value_get(object, "b"), "a") == NULL);
  CHECK(cp_value_key_at(object, 2) == NULL);
  CHECK(cp_value_key_at(cp_value_get(object, "b"), 0) == NULL);
  CHECK_STR(cp_value_as_string(cp_value_get(object, "a"), "else"), "else");
  CHECK_INT(cp_value_as_bytes(cp_value_get(object, "a")).length, 0);
  cp_value_free(object);
}

TEST(a_wrong_text_is_refused_with_its_place) {
  check_refused("", "JSON: expected a value at byte 0, where the text ends");
  check_refused("  x", "JSON: expected a value at byte 2, not 'x'");
  check_refused("1 2", "JSON: expected nothing more at byte 2, not '2'");
  check_refused("[1,2", "JSON: expected ',' or ']' at byte 4, where the text ends");
  check_refused("[1 2]", "JSON: expected ',' or ']' at byte 3, not '2'");
  check_refused("[1,]", "JSON: expected a value at byte 3, not ']'");
  check_refused("[,1]", "JSON: expected a value or ']' at byte 1, not ','");
  check_refused("[1}", "JSON: expected ',' or ']' at byte 2, not '}'");
  check_refused("{a:1}", "JSON: expected a key or '}' at byte 1, not 'a'");
  check_refused("{\"a\":1,}", "JSON: expected a key at byte 7, not '}'");
  check_refused("{\"a\" 1}", "JSON: expected ':' at byte 5, not '1'");
  check_refused("{\"a\":}", "JSON: expected a value at byte 5, not '}'");
  check_refused("{\"a\":1 \"b\"", "JSON: expected ',' or '}' at byte 7, not '\"'");
  check_refused("\"abc", "JSON: expected the '\"' that ends a string at byte 4, "
                         "where the text ends");
  check_refused("\"a\nb\"", "JSON: expected an escape for a control character at byte 2, "
                            "not 0x0a");
  check_refused("\"\\x41\"", "JSON: expected one of \"\\/bfnrtu at byte 2, not 'x'");
  check_refused("\"\\u00g0\"", "JSON: expected four hexadecimal digits at byte 5, not 'g'");
  check_refused("01", "JSON: expected nothing more at byte 1, not '1'");
  check_refused("-x", "JSON: expected a digit at byte 1, not 'x'");
  check_refused("1.", "JSON: expected a digit at byte 2, where the text ends");
  check_refused("1e+", "JSON: expected a digit at byte 3, where the text ends");
  check_refused("nuxl", "JSON: expected null at byte 2, not 'x'");
  check_refused("\xef\xbb\xbf{}", "JSON: expected a value at byte 0, not 0xef");
}

TEST(no_text_is_refused) {
  CHECK(cp_value_parse(NULL, 5) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  CHECK_HAS(cp_last_error()->message, "json");
}

TEST(the_text_has_the_given_length) {
  cp_value *value = cp_value_parse("[1]x", 3);
  check_json(value, "[1]");
  value = cp_value_parse("12345", 2);
  CHECK(cp_value_as_number(value, 0) == 12);
  check_json(value, "12");
  CHECK(cp_value_parse("[1]\0", 4) == NULL);
  CHECK_HAS(cp_last_error()->message, "byte 3, not 0x00");
  CHECK(cp_value_parse("\"ab\"", 3) == NULL);
  CHECK(cp_value_parse("true", 3) == NULL);
}

TEST(escapes_are_decoded) {
  cp_value *value = parse("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\\ud83d\\ude00\"]");
  CHECK_STR(cp_value_as_string(cp_value_at(value, 0), NULL),
            "\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  cp_value_free(value);
}

TEST(a_string_may_have_a_nul_in_it) {
  cp_value *value = parse("{\"a\\u0000b\":\"c\\u0000d\",\"a\":1}");
  cp_bytes bytes = cp_value_as_bytes(cp_value_at(value, 0));
  CHECK_MEM(bytes.data, bytes.length, "c\0d", 3);
  CHECK(bytes.data[bytes.length] == '\0');
  CHECK_STR(cp_value_as_string(cp_value_at(value, 0), NULL), "c");
  CHECK(cp_value_as_number(cp_value_get(value, "a"), 0) == 1);
  check_json(value, "{\"a\\u0000b\":\"c\\u0000d\",\"a\":1}");
}

TEST(half_of_a_surrogate_pair_is_kept) {
  cp_value *value = parse("[\"\\ud800\",\"\\uDC00\\uD800x\"]");
  CHECK_STR(cp_value_as_string(cp_value_at(value, 0), NULL), "\xed\xa0\x80");
  CHECK_STR(cp_value_as_string(cp_value_at(value, 1), NULL), "\xed\xb0\x80\xed\xa0\x80x");
  check_json(value, "[\"\\ud800\",\"\\udc00\\ud800x\"]");
}

TEST(bytes_that_are_no_utf8_become_replacement_characters) {
  cp_value *value = parse("{\"\xff\\n\":\"a\xc3\\u0041\xf0\x9f\x98 \xed\xa0\x80\"}");
  CHECK_STR(cp_value_key_at(value, 0), "\xef\xbf\xbd\n");
  CHECK_STR(cp_value_as_string(cp_value_at(value, 0), NULL),
            "a\xef\xbf\xbd"
            "A\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  cp_value_free(value);
}

TEST(of_members_with_one_key_the_last_stands_in_the_place_of_the_first) {
  check_written("{\"a\":1,\"b\":2,\"\\u0061\":3,\"c\":4,\"b\":{\"b\":5}}",
                "{\"a\":3,\"b\":{\"b\":5},\"c\":4}");
  check_written("{\"__proto__\":1,\"x\":2,\"__proto__\":3}", "{\"__proto__\":3,\"x\":2}");
  cp_value *value = parse("{\"a\":1,\"a\":2}");
  CHECK_INT(cp_value_count(value), 1);
  cp_value_free(value);
}

TEST(keys_keep_the_order_of_the_text) {
  check_written("{ \"b\":1, \"10\":2, \"9\":3, \"a\":4 }", "{\"b\":1,\"10\":2,\"9\":3,\"a\":4}");
}

TEST(numbers_keep_their_digits) {
  const char *text = "[1e400,12345678901234567890,0.10,-0,1E+05,0.1,1e-400]";
  check_written(text, text);
  cp_value *value = parse(text);
  CHECK(cp_value_as_number(cp_value_at(value, 0), 0) == HUGE_VAL);
  CHECK(cp_value_as_number(cp_value_at(value, 1), 0) == 12345678901234567890.0);
  CHECK(signbit(cp_value_as_number(cp_value_at(value, 3), 1)));
  CHECK(cp_value_as_number(cp_value_at(value, 4), 0) == 100000);
  CHECK(cp_value_as_number(cp_value_at(value, 6), 1) == 0);
  cp_value_free(value);
}

/* 20 digits and more wrap around 64 bits; these are 0 there at some point. */
TEST(a_number_that_wraps_in_64_bits_is_right) {
  cp_value *value = parse("[18446744073709551616,18446744073709551616.0,184467440737095516160]");
  CHECK(cp_value_as_number(cp_value_at(value, 0), 0) == 0x1p64);
  CHECK(cp_value_as_number(cp_value_at(value, 1), 0) == 0x1p64);
  CHECK(cp_value_as_number(cp_value_at(value, 2), 0) == 10 * 0x1p64);
  cp_value_free(value);
}

TEST(depth_has_a_limit_and_no_recursion) {
  const size_t limit = CP_VALUE_MAX_DEPTH;
  char *open = repeated("", "[", limit, "");
  char *json = repeated(open, "]", limit, "");
  check_written(json, json);
  check_refused(repeated("[", "[", limit, ""),
                "JSON: expected no more than 10000 arrays and objects in each other at byte "
                "10000, not '['");
  char *members = repeated("", "{\"a\":", limit, "1");
  json = repeated(members, "}", limit, "");
  check_written(json, json);
  check_refused(repeated("", "{\"a\":", limit + 1, "1"),
                "JSON: expected no more than 10000 arrays and objects in each other at byte "
                "50000, not '{'");
  json = repeated("[", "[[]],", 20000, "0]"); /* wide is not deep */
  check_written(json, json);
}

TEST(a_large_object_is_found_by_key) {
  enum { COUNT = 20000 };
  char *json = test_alloc(COUNT * 2 * 32), *at = json;
  *at++ = '{';
  /* Each key twice: the second value wins. */
  for (int i = 0; i < 2 * COUNT; i++)
    at += sprintf(at, "%s\"key %d\":%d", i > 0 ? "," : "", i % COUNT, i);
  memcpy(at, "}", 2);
  cp_value *value = parse(json);
  cp_value *copy = cp_value_copy(value);
  CHECK_INT(cp_value_count(value), COUNT);
  cp_value_free(value);
  for (int i = 0; i < COUNT; i++) {
    char key[32];
    (void) sprintf(key, "key %d", i);
    CHECK(cp_value_as_number(cp_value_get(copy, key), 0) == i + COUNT);
    CHECK_STR(cp_value_key_at(copy, (size_t) i), key);
  }
  CHECK(cp_value_get(copy, "key") == NULL);
  CHECK(cp_value_get(copy, "key 20000") == NULL);
  cp_value_free(copy);
}
