/* SPDX-License-Identifier: MIT */
/* Writing JSON, and the way to the wire without a tree. */
#include "value/support.h"

#include <math.h>

static void check_compact(const char *json, const char *expected) {
  struct buffer out = { 0 };
  CHECK_INT(json_check_and_compact(json, strlen(json), &out), 0);
  CHECK_MEM(out.data, out.length, expected, strlen(expected));
  buffer_done(&out);
}

TEST(scalars_are_written) {
  check_json(cp_value_new_null(), "null");
  check_json(cp_value_new_bool(true), "true");
  check_json(cp_value_new_bool(false), "false");
  check_json(cp_value_new_string(""), "\"\"");
  check_json(cp_value_new_array(), "[]");
  check_json(cp_value_new_object(), "{}");
}

TEST(numbers_are_written_as_javascript_does) {
  static const struct {
    double number;
    const char *text;
  } cases[] = { { 0, "0" },
                { -0.0, "-0" },
                { 1, "1" },
                { -1.5, "-1.5" },
                { 100, "100" },
                { 0.1, "0.1" },
                { 0.1 + 0.2, "0.30000000000000004" },
                { 1e21, "1e+21" },
                { 1e20, "100000000000000000000" },
                { 1e-6, "0.000001" },
                { 1e-7, "1e-7" },
                { 1.5e-7, "1.5e-7" },
                { 0x1p53, "9007199254740992" },
                { 5e-324, "5e-324" },
                { 0x1p-1022, "2.2250738585072014e-308" },
                { 0x1p-44, "5.684341886080802e-14" },
                { 0x1.fffffffffffffp1023, "1.7976931348623157e+308" },
                { 123456.789, "123456.789" },
                { NAN, "null" },
                { HUGE_VAL, "null" },
                { -HUGE_VAL, "null" } };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check_json(cp_value_new_number(cases[i].number), cases[i].text);
}

TEST(strings_are_escaped) {
  check_json(cp_value_new_string("\"\\/\b\t\n\v\f\r\x01\x1f\x7f"),
             "\"\\\"\\\\/\\b\\t\\n\\u000b\\f\\r\\u0001\\u001f\x7f\"");
  check_json(cp_value_new_string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\xaf\xbf"),
             "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\udbff\"");
  check_json(cp_value_new_string("a\xff\xc3z\xe2\x82"),
             "\"a\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\"");
}

TEST(a_long_string_is_written_whole) {
  char *plain = repeated("", "plain text ", 20000, "");
  char *quoted = repeated("\"", "plain text ", 20000, "\"");
  check_json(cp_value_new_string(plain), quoted);
  check_written(quoted, quoted);
  char *escaped = repeated("\"", "\\n\\\"", 20000, "\"");
  check_json(cp_value_new_string(repeated("", "\n\"", 20000, "")), escaped);
  check_written(escaped, escaped);
}

TEST(a_part_of_a_tree_is_written_and_copied) {
  cp_value *value = parse("{\"a\":{\"b\":[1,{\"c\":\"d\"}]},\"e\":2}");
  const cp_value *part = cp_value_get(cp_value_get(value, "a"), "b");
  char *json = cp_value_to_json(part);
  CHECK_STR(json, "[1,{\"c\":\"d\"}]");
  cp_free(json);
  cp_value *copy = cp_value_copy(part);
  cp_value *number = cp_value_copy(cp_value_get(value, "e"));
  cp_value_free(value);
  check_json(copy, "[1,{\"c\":\"d\"}]");
  CHECK(cp_value_as_number(number, 0) == 2);
  check_json(number, "2");
}

TEST(a_written_tree_is_appended) {
  struct buffer out = { 0 };
  cp_value *value = parse("[1, 2]");
  CHECK_INT(buffer_append(&out, "before", 6), 0);
  CHECK_INT(json_write_value(value, &out), 0);
  CHECK_MEM(out.data, out.length, "before[1,2]", 11);
  buffer_done(&out);
  cp_value_free(value);
}

TEST(a_tree_that_is_too_deep_to_be_read_is_not_written) {
  cp_value *value = cp_value_new_array();
  for (int i = 1; i < CP_VALUE_MAX_DEPTH; i++) value = cp_value_push(cp_value_new_array(), value);
  char *json = cp_value_to_json(value);
  CHECK_INT(strlen(json), 2 * CP_VALUE_MAX_DEPTH);
  cp_free(json);
  value = cp_value_put(cp_value_new_object(), "a", value);
  CHECK(cp_value_to_json(value) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  CHECK_HAS(cp_last_error()->message, "more than 10000");

  struct buffer out = { 0 };
  CHECK_INT(buffer_append(&out, "kept", 4), 0);
  CHECK_INT(json_write_value(value, &out), -EINVAL);
  CHECK_MEM(out.data, out.length, "kept", 4);
  buffer_done(&out);
  cp_value_free(value);
}

TEST(what_stands_between_tokens_does_not_reach_the_wire) {
  check_compact("\r\n{ \"a b\" :\n[ 1 ,\t2 , { } , [ ] ] , \"\\n\" : null }\n",
                "{\"a b\":[1,2,{},[]],\"\\n\":null}");
  check_compact(" 1e400 ", "1e400");
  check_compact("\"\\ud800 \\u0041\\/\"", "\"\\ud800 \\u0041\\/\"");
  check_compact("{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}");
  check_compact("[[],{}]", "[[],{}]");
}

TEST(only_utf8_reaches_the_wire) {
  check_compact("{\"\xff\":\"\\n\xc3\\n\xed\xa0\x80\"}",
                "{\"\xef\xbf\xbd\":\"\\n\xef\xbf\xbd\\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
}
