/* SPDX-License-Identifier: MIT */
/* Making what JSON has not: who owns what, what is shared, what is refused. */
#include "value/clone_support.h"
#include "value/support.h"

#include <math.h>
#include <stdio.h>

static void check_refusal(const cp_value *result, const char *message) {
  CHECK(result == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  CHECK_HAS(cp_last_error()->message, message);
}

/* ---- one by one ---- */

TEST(a_bigint_is_made_of_integers_and_bytes) {
  cp_value *value = cp_value_new_int64(INT64_MIN);
  CHECK(cp_value_as_int64(value, 0) == INT64_MIN);
  CHECK(cp_value_as_uint64(value, 7) == 7);
  CHECK(cp_value_is_negative(value));
  check_clone(value, CLONE_V8, "ff0f5a110000000000000080");
  cp_value_free(value);

  value = cp_value_new_uint64(UINT64_MAX);
  CHECK(cp_value_as_uint64(value, 0) == UINT64_MAX);
  CHECK(cp_value_as_int64(value, -1) == -1);
  check_clone(value, CLONE_V8, "ff0f5a10ffffffffffffffff");
  cp_value_free(value);

  value = cp_value_new_bigint(true, "\0\0\0\0\0\0\0\0\1\0", 10); /* -2^64 */
  CHECK_INT(cp_value_as_bytes(value).length, 9);
  CHECK(cp_value_as_int64(value, 3) == 3);
  check_clone(value, CLONE_V8, "ff0f5a2100000000000000000100000000000000");
  cp_value_free(value);

  value = cp_value_new_bigint(true, "\0\0", 2);
  CHECK(!cp_value_is_negative(value)); /* there is one 0 only */
  check_clone(value, CLONE_V8, "ff0f5a00");
  cp_value_free(value);
}

TEST(a_date_is_whole_milliseconds_or_invalid) {
  cp_value *date = cp_value_new_date(-1.9);
  CHECK(cp_value_as_number(date, 0) == -1);
  check_json(date, "\"1969-12-31T23:59:59.999Z\"");
  date = cp_value_new_date(-0.5);
  CHECK(!signbit(cp_value_as_number(date, 1)));
  cp_value_free(date);
  check_json(cp_value_new_date(8.64e15), "\"+275760-09-13T00:00:00.000Z\"");
  check_json(cp_value_new_date(-8.64e15), "\"-271821-04-20T00:00:00.000Z\"");
  check_json(cp_value_new_date(-62198755200000.0), "\"-000001-01-01T00:00:00.000Z\"");
  check_json(cp_value_new_date(951782400000.0), "\"2000-02-29T00:00:00.000Z\"");
  date = cp_value_new_date(8.64e15 + 1);
  CHECK(isnan(cp_value_as_number(date, 0)));
  check_json(date, "null");
}

TEST(a_regexp_has_its_flags_in_the_order_of_javascript) {
  cp_value *regexp = cp_value_new_regexp("a/b", "yusmigd");
  CHECK_STR(cp_value_regexp_flags(regexp), "dgimsuy");
  CHECK_STR(cp_value_as_string(regexp, "?"), "a/b");
  cp_value *copy = cp_value_copy(regexp);
  cp_value_free(regexp);
  CHECK_STR(cp_value_regexp_flags(copy), "dgimsuy");
  check_clone(copy, CLONE_V8, "ff0f522203612f62bf01");
  check_json(copy, "{}");
  check_refusal(cp_value_new_regexp("a", "gg"), "the flags are not of");
  check_refusal(cp_value_new_regexp("a", "l"), "the flags are not of");
  check_refusal(cp_value_new_regexp(NULL, "g"), "'pattern' is NULL");
  regexp = cp_value_new_regexp("a", NULL);
  CHECK_STR(cp_value_regexp_flags(regexp), "");
  cp_value_free(regexp);
}

TEST(a_text_may_have_any_characters) {
  cp_value *text = cp_value_new_string_n("a\0b", 3);
  CHECK_STR(cp_value_as_string(text, "?"), "a");
  CHECK_INT(cp_value_as_bytes(text).length, 3);
  check_clone(text, CLONE_V8, "ff0f2203610062");
  cp_value_free(text);
  text = cp_value_new_string("\xff"); /* is no UTF-8 */
  check_clone(text, CLONE_V8, "ff0f6302fdff");
  cp_value_free(text);
  text = cp_value_new_string("\xed\xa0\xbd\xed\xb8\x80"); /* two halves are a pair */
  check_clone(text, CLONE_V8, "ff0f63043dd800de");
  cp_value_free(text);
  check_refusal(cp_value_new_string_n(NULL, 1), "'text' is NULL");
}

TEST(an_error_has_four_members_and_no_others) {
  cp_value *error = cp_value_new_error("TypeError", "m");
  error = cp_value_put(error, "cause", cp_value_push(cp_value_new_array(), cp_value_new_null()));
  error = cp_value_put(error, "stack", cp_value_new_string("S"));
  CHECK_INT(cp_value_count(error), 4);
  CHECK_STR(cp_value_key_at(error, 0), "name");
  CHECK_STR(cp_value_as_string(cp_value_get(error, "message"), "?"), "m");
  check_clone(error, CLONE_V8,
              "ff0f72546d22016d732201536341013024"
              "00012e");
  check_json(error, "{}");
  check_refusal(cp_value_put(cp_value_new_error(NULL, NULL), "code", cp_value_new_null()),
                "an Error has a name");
  check_refusal(cp_value_put(cp_value_new_error(NULL, NULL), "stack", cp_value_new_null()),
                "must be a string");
}

TEST(what_is_boxed_is_a_primitive) {
  cp_value *boxed = cp_value_new_boxed(cp_value_new_string("hi"));
  CHECK_INT(cp_value_get_type(boxed), CP_VALUE_BOXED);
  CHECK_STR(cp_value_as_string(cp_value_at(boxed, 0), "?"), "hi");
  check_json(cp_value_push(cp_value_new_array(), boxed), "[\"hi\"]");
  check_refusal(cp_value_new_boxed(cp_value_new_array()), "what is boxed");
  cp_value *text = cp_value_new_string("mine");
  cp_value *list = cp_value_push(cp_value_new_array(), text);
  check_refusal(cp_value_new_boxed(text), "what is boxed");
  check_json(list, "[\"mine\"]");
  CHECK(cp_value_new_boxed(NULL) == NULL);
}

/* ---- Maps and Sets ---- */

TEST(a_map_has_keys_of_any_type) {
  cp_value *map = cp_value_new_map(), *key = cp_value_new_object();
  map = cp_value_set(map, key, cp_value_new_string("by object"));
  map = cp_value_set(map, cp_value_new_number(NAN), cp_value_new_string("by NaN"));
  map = cp_value_set(map, cp_value_new_number(-0.0), cp_value_new_string("by 0"));
  map = cp_value_put(map, "text", cp_value_new_string("by text"));
  map = cp_value_set(map, cp_value_new_int64(1), cp_value_new_string("by 1n"));
  CHECK_INT(cp_value_count(map), 5);
  /* The same keys again, which keep their places. */
  map = cp_value_set(map, key, cp_value_new_number(1));
  map = cp_value_set(map, cp_value_new_number(NAN), cp_value_new_number(2));
  map = cp_value_set(map, cp_value_new_number(0), cp_value_new_number(3));
  map = cp_value_set(map, cp_value_new_string("text"), cp_value_new_number(4));
  map = cp_value_set(map, cp_value_new_int64(1), cp_value_new_number(5));
  CHECK_INT(cp_value_count(map), 5);
  for (size_t i = 0; i < 5; i++)
    CHECK(cp_value_as_number(cp_value_at(map, i), 0) == (double) (i + 1));
  CHECK(cp_value_map_key_at(map, 0) == key);
  CHECK(cp_value_key_at(map, 3) == NULL);
  CHECK(cp_value_as_number(cp_value_get(map, "text"), 0) == 4);
  /* Another object is another key, and 1 is not 1n. */
  map = cp_value_set(map, cp_value_new_object(), cp_value_new_null());
  map = cp_value_set(map, cp_value_new_number(1), cp_value_new_null());
  CHECK_INT(cp_value_count(map), 7);
  check_json(map, "{}");
}

TEST(a_set_has_each_item_once) {
  cp_value *set = cp_value_new_set();
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 1000; i++) set = cp_value_push(set, cp_value_new_number(i));
  CHECK_INT(cp_value_count(set), 1000);
  CHECK(cp_value_as_number(cp_value_at(set, 999), 0) == 999);
  CHECK(cp_value_push(set, set) == set);
  CHECK(cp_value_push(set, set) == set);
  CHECK_INT(cp_value_count(set), 1001);
  cp_value *copy = cp_value_copy(set);
  cp_value_free(set);
  CHECK(cp_value_at(copy, 1000) == copy);
  CHECK(cp_value_push(copy, cp_value_new_number(500)) == copy);
  CHECK(cp_value_push(copy, cp_value_new_number(5000)) == copy);
  CHECK_INT(cp_value_count(copy), 1002);
  cp_value_free(copy);
}

TEST(many_keys_of_a_map_are_found) {
  enum { COUNT = 10000 };
  cp_value *map = cp_value_new_map();
  char key[16];
  for (int i = 0; i < COUNT; i++) {
    (void) sprintf(key, "%d", i);
    map = cp_value_put(map, key, cp_value_new_number(i));
    map = cp_value_set(map, cp_value_new_number(i), cp_value_new_number(-i));
  }
  size_t length;
  void *clone = cp_value_to_clone(map, &length);
  cp_value *again = cp_value_from_clone(clone, length);
  cp_free(clone);
  CHECK_INT(cp_value_count(again), 2 * COUNT);
  for (int i = 0; i < COUNT; i++) {
    (void) sprintf(key, "%d", i);
    CHECK(cp_value_as_number(cp_value_get(again, key), -1) == i);
  }
  cp_value_free(again);
  cp_value_free(map);
}

TEST(a_key_may_have_any_characters) {
  cp_value *object =
      cp_value_set(cp_value_new_object(), cp_value_new_string_n("a\0b", 3), cp_value_new_null());
  CHECK_STR(cp_value_key_at(object, 0), "a");
  CHECK_MEM(cp_value_key_bytes_at(object, 0).data, cp_value_key_bytes_at(object, 0).length, "a\0b",
            3);
  CHECK_INT(cp_value_key_bytes_at(object, 1).length, 0);
  check_json(object, "{\"a\\u0000b\":null}");
  check_refusal(cp_value_set(cp_value_new_object(), cp_value_new_null(), cp_value_new_null()),
                "the key is no string");
}

TEST(keys_that_are_indexes_are_written_first_and_in_order) {
  cp_value *object = parse("{\"b\":0,\"10\":1,\"9\":2,\"a\":3,\"01\":4,\"4294967295\":5,"
                           "\"4294967294\":6,\"2147483648\":7}");
  check_clone(object, CLONE_V8,
              "ff0f6f491249044914"
              "49024e000000000000e041490e4e0000c0ffffffef41490c"
              "22016249002201614906220230314908220a34323934393637323935490a"
              "7b08");
  cp_value_free(object);
}

/* ---- arrays ---- */

TEST(an_array_may_have_holes) {
  cp_value *array = cp_value_push(cp_value_new_array(), cp_value_new_hole());
  array = cp_value_push(array, cp_value_new_number(1));
  array = cp_value_push(array, cp_value_new_hole());
  check_clone(array, CLONE_V8, "ff0f610349024902400103");
  check_json(array, "[null,1,null]");
  cp_value *hole = cp_value_new_hole();
  CHECK(cp_value_to_clone(hole, NULL) == NULL);
  CHECK(cp_value_to_json(hole) == NULL);
  cp_value_free(hole);
  check_refusal(cp_value_put(cp_value_new_object(), "a", cp_value_new_hole()), "only an array");
  check_refusal(cp_value_push(cp_value_new_set(), cp_value_new_hole()), "only an array");
  check_refusal(cp_value_set(cp_value_new_map(), cp_value_new_hole(), cp_value_new_null()),
                "a hole is no key");
}

TEST(a_sparse_array_that_was_read_goes_on) {
  cp_value *array = read_hex("ff0f6164490a4902400164", CLONE_V8); /* of 100, with 1 at 5 */
  CHECK_INT(cp_value_count(array), 100);
  CHECK(cp_value_push(array, cp_value_new_string("last")) == array);
  CHECK(cp_value_push(array, array) == array);
  CHECK_INT(cp_value_count(array), 102);
  cp_value *copy = cp_value_copy(array);
  cp_value_free(array);
  CHECK(cp_value_as_number(cp_value_at(copy, 5), 0) == 1);
  CHECK_INT(cp_value_get_type(cp_value_at(copy, 99)), CP_VALUE_HOLE);
  CHECK_STR(cp_value_as_string(cp_value_at(copy, 100), "?"), "last");
  CHECK(cp_value_at(copy, 101) == copy);
  CHECK(cp_value_at(copy, 102) == NULL);
  cp_value_free(copy);
}

TEST(what_an_array_has_beside_its_items_is_read) {
  cp_value *array = read_hex("ff0f4102490249042203666f6f2203626172240102", CLONE_V8);
  CHECK_STR(cp_value_as_string(cp_value_get(array, "foo"), "?"), "bar");
  CHECK_INT(cp_value_count(cp_value_properties(array)), 1);
  CHECK(cp_value_push(array, cp_value_new_number(3)) == array);
  CHECK_STR(cp_value_as_string(cp_value_get(array, "foo"), "?"), "bar");
  cp_value *copy = cp_value_copy(array);
  cp_value_free(array);
  check_clone(copy, CLONE_V8, "ff0f41034902490449062203666f6f2203626172240103");
  check_json(copy, "[1,2,3]");
  CHECK(cp_value_properties(NULL) == NULL);
}

/* ---- bytes ---- */

TEST(a_buffer_of_node_is_bytes) {
  cp_value *bytes = cp_value_new_bytes("hi", 2);
  CHECK_INT(cp_value_view_type(bytes, CP_VIEW_DATA), CP_VIEW_NODE_BUFFER);
  CHECK(cp_value_view_buffer(bytes) == NULL);
  check_clone(bytes, CLONE_V8, "ff0f5c0a026869");
  check_clone(bytes, CLONE_CHANNEL, "ff0f5c000a026869");
  check_json(bytes, "{\"type\":\"Buffer\",\"data\":[104,105]}");
}

TEST(typed_arrays_have_a_json_text) {
  static const int16_t integers[] = { 1, -2 };
  static const double doubles[] = { 1.5, NAN };
  static const float floats[] = { 0.5F };
  check_json(cp_value_new_view(CP_VIEW_INT16, integers, sizeof integers), "{\"0\":1,\"1\":-2}");
  check_json(cp_value_new_view(CP_VIEW_FLOAT64, doubles, sizeof doubles), "{\"0\":1.5,\"1\":null}");
  check_json(cp_value_new_view(CP_VIEW_FLOAT32, floats, sizeof floats), "{\"0\":0.5}");
  check_json(cp_value_new_view(CP_VIEW_UINT8, NULL, 1), "{\"0\":0}");
  check_json(cp_value_new_view(CP_VIEW_DATA, "x", 1), "{}");
  check_json(cp_value_new_view(CP_VIEW_BIGINT64, "", 0), "{}");
  check_json(cp_value_new_buffer("x", 1), "{}");
  cp_value *value = cp_value_new_view(CP_VIEW_BIGUINT64, NULL, 8);
  check_refusal((void *) cp_value_to_json(value), "JSON has no BigInt");
  cp_value_free(value);
  check_refusal(cp_value_new_view(CP_VIEW_INT32, "12345", 5), "no number of whole items");
  check_refusal(cp_value_new_view((cp_view_type) 13, "1", 1), "no such type");
}

TEST(several_views_show_one_buffer) {
  cp_value *list = cp_value_new_array(), *buffer = cp_value_new_buffer("abcdef", 6);
  cp_value *one = cp_value_new_view(CP_VIEW_UINT8, NULL, 0);
  cp_value *other = cp_value_new_view(CP_VIEW_UINT16, NULL, 0);
  CHECK(cp_value_push(list, one) == list);
  CHECK(cp_value_push(list, other) == list);
  CHECK(cp_value_set_buffer(one, buffer, 1, 3) == one);
  CHECK(cp_value_set_buffer(other, buffer, 2, 4) == other);
  CHECK(cp_value_push(list, buffer) == list);
  CHECK(cp_value_view_buffer(one) == buffer);
  CHECK(cp_value_view_buffer(other) == buffer);
  CHECK_INT(cp_value_view_offset(other), 2);
  CHECK_MEM(cp_value_as_bytes(one).data, cp_value_as_bytes(one).length, "bcd", 3);
  static const char clone[] = "ff0f4103420661626364656656420103005e0156570204005e01240003";
  check_clone(list, CLONE_V8, clone);
  check_refusal(cp_value_set_buffer(one, cp_value_new_buffer("x", 1), 0, 1), "already");
  CHECK_INT(cp_value_count(list), 3); /* what is in a tree is not freed */

  cp_value *copy = cp_value_copy(list);
  cp_value_free(list);
  CHECK(cp_value_view_buffer(cp_value_at(copy, 0)) == cp_value_at(copy, 2));
  CHECK(cp_value_view_buffer(cp_value_at(copy, 1)) == cp_value_at(copy, 2));
  check_clone(copy, CLONE_V8, clone);
  cp_value_free(copy);

  cp_value *read = read_hex(clone, CLONE_V8);
  CHECK(cp_value_view_buffer(cp_value_at(read, 1)) == cp_value_at(read, 2));
  cp_value_free(read);
}

TEST(a_view_shows_whole_items_within_its_buffer) {
  static const struct {
    size_t offset, length;
  } wrong[] = { { 1, 2 }, { 0, 3 }, { 4, 4 }, { 8, 0 }, { 0, SIZE_MAX - 1 }, { SIZE_MAX - 1, 2 } };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    check_refusal(cp_value_set_buffer(cp_value_new_view(CP_VIEW_INT16, NULL, 0),
                                      cp_value_new_buffer("abcdef", 6), wrong[i].offset,
                                      wrong[i].length),
                  "within the buffer");
  check_refusal(cp_value_set_buffer(cp_value_new_array(), cp_value_new_buffer("", 0), 0, 0),
                "is no view");
  check_refusal(cp_value_set_buffer(cp_value_new_bytes("", 0), cp_value_new_array(), 0, 0),
                "is no ArrayBuffer");
  CHECK(cp_value_set_buffer(NULL, cp_value_new_buffer("freed", 5), 0, 0) == NULL);
  CHECK(cp_value_set_buffer(cp_value_new_bytes("freed", 5), NULL, 0, 0) == NULL);
}

TEST(a_resizable_buffer_says_how_long_it_may_become) {
  size_t most = 0;
  cp_value *buffer = cp_value_new_resizable_buffer("ab", 2, 8);
  CHECK(cp_value_is_resizable(buffer, &most));
  CHECK_INT(most, 8);
  check_clone(buffer, CLONE_V8, "ff0f7e02086162");
  cp_value_free(buffer);
  check_refusal(cp_value_new_resizable_buffer("ab", 2, 1), "the length is more");
  buffer = cp_value_new_buffer(NULL, 3);
  CHECK(!cp_value_is_resizable(buffer, NULL));
  CHECK_MEM(cp_value_as_bytes(buffer).data, cp_value_as_bytes(buffer).length, "\0\0\0", 3);
  cp_value_free(buffer);
}

/* ---- what stands at several places ---- */

TEST(a_value_is_put_into_itself) {
  cp_value *object = cp_value_new_object();
  CHECK(cp_value_put(object, "self", object) == object);
  CHECK(cp_value_get(object, "self") == object);
  check_clone(object, CLONE_V8, "ff0f6f220473656c665e007b01");
  check_refusal((void *) cp_value_to_json(object), "the value is in itself");
  cp_value *copy = cp_value_copy(object);
  cp_value_free(object);
  CHECK(cp_value_get(copy, "self") == copy);
  /* It is replaced, and the root lives on. */
  CHECK(cp_value_put(copy, "self", cp_value_new_null()) == copy);
  check_json(copy, "{\"self\":null}");
}

TEST(a_value_is_shared_in_a_tree) {
  cp_value *shared = cp_value_push(cp_value_new_array(), cp_value_new_number(1));
  cp_value *first = cp_value_push(cp_value_new_array(), shared);
  cp_value *root = cp_value_put(cp_value_new_object(), "first", first);
  cp_value *second = cp_value_new_array();
  root = cp_value_put(root, "second", second);
  CHECK(cp_value_push(second, shared) == second);
  CHECK(cp_value_push(second, root) == second);
  CHECK(cp_value_push(shared, first) == shared);
  CHECK(cp_value_at(second, 0) == shared);
  CHECK(cp_value_at(second, 1) == root);
  /* A tree of its own is none of this one, and what is in it cannot be here. */
  cp_value *other = cp_value_push(cp_value_new_array(), cp_value_new_null());
  check_refusal(cp_value_push(other, shared), "belongs to another value already");
  cp_value_free(root);
}

TEST(what_is_replaced_lives_where_else_it_is) {
  cp_value *shared = cp_value_push(cp_value_new_array(), cp_value_new_string("kept"));
  cp_value *around = cp_value_put(cp_value_new_object(), "in", shared);
  cp_value *root = cp_value_put(cp_value_new_object(), "a", around);
  root = cp_value_put(root, "b", shared);
  /* Both its owner's owner and then itself are replaced. */
  root = cp_value_put(root, "a", cp_value_new_null());
  check_json(cp_value_copy(root), "{\"a\":null,\"b\":[\"kept\"]}");
  root = cp_value_put(root, "b", cp_value_new_null());
  root = cp_value_put(root, "c", shared);
  root = cp_value_put(root, "d", around);
  CHECK(cp_value_push(shared, cp_value_new_number(1)) == shared);
  check_json(root, "{\"a\":null,\"b\":null,\"c\":[\"kept\",1],\"d\":{\"in\":[\"kept\",1]}}");
}

TEST(a_tree_with_cycles_is_put_into_another) {
  cp_value *ring = cp_value_new_array(), *inner = cp_value_new_map();
  ring = cp_value_push(ring, inner);
  CHECK(cp_value_put(inner, "ring", ring) == inner);
  cp_value *read = read_hex("ff0f41015e00240001", CLONE_V8);
  cp_value *root = cp_value_push(cp_value_push(cp_value_new_array(), ring), read);
  CHECK(cp_value_push(read, root) == read);
  CHECK(cp_value_at(cp_value_at(root, 1), 0) == read);
  cp_value *part = cp_value_copy(cp_value_at(root, 0)); /* all that can be reached from there */
  cp_value *whole = cp_value_copy(root);
  cp_value_free(root);
  CHECK(cp_value_get(cp_value_at(part, 0), "ring") == part);
  CHECK(cp_value_at(cp_value_at(whole, 1), 1) == whole);
  cp_value_free(part);
  cp_value_free(whole);
}

TEST(many_references_are_freed_without_the_stack) {
  cp_value *root = cp_value_new_array(), *at = root;
  for (int i = 0; i < 100000; i++) {
    cp_value *next = cp_value_new_array();
    CHECK(cp_value_push(at, next) == at);
    if (i % 1000 == 0) CHECK(cp_value_push(next, root) == next);
    at = next;
  }
  cp_value *copy = cp_value_copy(root);
  cp_value_free(root);
  CHECK(cp_value_at(cp_value_at(copy, 0), 0) == copy);
  cp_value_free(copy);
}

TEST(a_key_may_be_a_member_and_the_map_itself) {
  cp_value *map = cp_value_new_map(), *both = cp_value_new_array();
  CHECK(cp_value_set(map, both, both) == map);
  CHECK(cp_value_set(map, map, map) == map);
  CHECK(cp_value_set(map, map, map) == map);
  CHECK(cp_value_map_key_at(map, 0) == both);
  CHECK(cp_value_at(map, 0) == both);
  CHECK(cp_value_map_key_at(map, 1) == map);
  check_clone(map, CLONE_V8, "ff0f3b41002400005e015e005e003a04");
  cp_value *copy = cp_value_copy(map);
  cp_value_free(map);
  check_clone(copy, CLONE_V8, "ff0f3b41002400005e015e005e003a04");
  cp_value_free(copy);
}

TEST(a_key_may_be_in_the_member_that_it_replaces) {
  cp_value *map = cp_value_new_map(), *key = cp_value_new_string("k");
  CHECK(cp_value_put(map, "k", cp_value_push(cp_value_new_array(), key)) == map);
  CHECK(cp_value_set(map, key, cp_value_new_null()) == map);
  CHECK_INT(cp_value_count(map), 1);
  CHECK_INT(cp_value_get_type(cp_value_get(map, "k")), CP_VALUE_NULL);
  cp_value_free(map);
}

TEST(steps_that_are_given_null_free_the_others) {
  CHECK(cp_value_set(NULL, cp_value_new_string("freed"), cp_value_new_array()) == NULL);
  CHECK(cp_value_set(cp_value_new_map(), NULL, cp_value_new_array()) == NULL);
  CHECK(cp_value_set(cp_value_new_map(), cp_value_new_array(), NULL) == NULL);
  cp_value *one = cp_value_new_array();
  CHECK(cp_value_set(cp_value_new_array(), one, one) == NULL); /* freed once */
  CHECK(cp_value_from_clone(NULL, 1) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  CHECK(cp_value_to_clone(NULL, NULL) == NULL);
}

/* ---- JSON ---- */

TEST(what_is_undefined_is_left_out_of_json) {
  cp_value *object = cp_value_put(cp_value_new_object(), "a", cp_value_new_undefined());
  object = cp_value_put(object, "b", cp_value_push(cp_value_new_array(), cp_value_new_undefined()));
  object = cp_value_put(object, "c", cp_value_new_undefined());
  check_json(object, "{\"b\":[null]}");
  cp_value *undefined = cp_value_new_undefined();
  check_refusal((void *) cp_value_to_json(undefined), "JSON has no undefined");
  cp_value_free(undefined);
  cp_value *list = cp_value_push(cp_value_new_array(), cp_value_new_int64(1));
  check_refusal((void *) cp_value_to_json(list), "JSON has no BigInt");
  cp_value_free(list);
}

TEST(what_is_shared_is_written_to_json_each_time) {
  cp_value *root = cp_value_new_array(), *shared = cp_value_new_object();
  root = cp_value_push(root, shared);
  root = cp_value_push(root, shared);
  CHECK(cp_value_put(shared, "a", cp_value_new_bytes("", 0)) == shared);
  check_json(root, "[{\"a\":{\"type\":\"Buffer\",\"data\":[]}},"
                   "{\"a\":{\"type\":\"Buffer\",\"data\":[]}}]");
}
