/* SPDX-License-Identifier: MIT */
/*
 * The n-th allocation fails, for every n until a run has no failure: once alone, and once with all
 * that come after it. What fails returns NULL and says UV_ENOMEM; nothing is left over.
 */
#include "value/support.h"

#include <stdio.h>

/* Returns whether there was one that failed. */
static bool with_failure(void (*scene)(const char *json), const char *json, long number,
                         bool later_too) {
  test_fail_allocation(number, later_too);
  scene(json);
  bool has_failed = test_allocation_failed();
  test_fail_allocation(0, false);
  return has_failed;
}

static void sweep(void (*scene)(const char *json), const char *json, long least) {
  for (int later_too = 0; later_too < 2; later_too++) {
    long number = 1;
    while (with_failure(scene, json, number, later_too)) number++;
    CHECK(number > least);
  }
}

static void check_no_memory(void) {
  CHECK(test_allocation_failed());
  CHECK_INT(cp_last_error()->number, -ENOMEM);
}

static void read_copy_and_write(const char *json) {
  cp_value *value = cp_value_parse(json, strlen(json));
  if (!value) {
    check_no_memory();
    return;
  }
  cp_value *copy = cp_value_copy(value);
  cp_value_free(value);
  if (!copy) {
    check_no_memory();
    return;
  }
  char *text = cp_value_to_json(copy);
  if (text) CHECK_STR(text, json);
  if (!text) check_no_memory();
  cp_free(text);
  cp_value_free(copy);
}

TEST(no_memory_to_read_copy_or_write) {
  static char large[100000];
  char *at = large;
  at += sprintf(at, "{\"a\\n\":");
  for (int i = 0; i < 100; i++) at += sprintf(at, "[");
  for (int i = 0; i < 100; i++) at += sprintf(at, "]");
  for (int i = 0; i < 2000; i++) at += sprintf(at, ",\"%d\":\"text %d\"", i, i);
  (void) sprintf(at, "}");
  sweep(read_copy_and_write, large, 20);
  sweep(read_copy_and_write, "{\"a\":[1,2,{}]}", 3);
}

static void read_wrong_bytes(const char *json) {
  cp_value *value = cp_value_parse(json, strlen(json));
  if (!value) check_no_memory();
  if (value) CHECK_INT(cp_value_as_bytes(value).length, 3 * 3000);
  cp_value_free(value);
}

TEST(no_memory_for_replacement_characters) {
  sweep(read_wrong_bytes, repeated("\"", "\xff", 3000, "\""), 2);
}

static void compact(const char *json) {
  struct buffer out = { 0 };
  int result = json_check_and_compact(json, strlen(json), &out);
  if (result < 0) {
    CHECK_INT(result, -ENOMEM);
    CHECK_INT(out.length, 0);
    check_no_memory();
  } else {
    CHECK_INT(out.length, strlen(json) - 1); /* without the blank */
  }
  buffer_done(&out);
}

TEST(no_memory_for_the_wire) {
  sweep(compact, repeated("[ ", "\"text\",", 3000, "0]"), 5);
}

static void build(const char *json) {
  cp_value *list = cp_value_new_array();
  for (int i = 0; i < 20; i++) list = cp_value_push(list, cp_value_new_number(i));
  cp_value *object = cp_value_parse(json, strlen(json));
  for (int i = 0; i < 40; i++) {
    char key[16];
    (void) sprintf(key, "%d", i % 35);
    object = cp_value_put(object, key, cp_value_new_string(key));
  }
  object = cp_value_put(object, "list", list);
  if (!object) check_no_memory();
  if (object) CHECK_INT(cp_value_count(object), 36);
  cp_value_free(object);
}

TEST(no_memory_to_build) {
  sweep(build, "{\"0\":0,\"1\":1}", 80);
}

/* A container of another one survives an item that finds no room. */
TEST(no_memory_to_add_to_a_part) {
  cp_value *part = cp_value_new_array();
  cp_value *whole = cp_value_push(cp_value_new_array(), part);
  cp_value *item = cp_value_new_null();
  test_fail_allocation(1, false);
  CHECK(cp_value_push(part, item) == NULL);
  CHECK(test_allocation_failed());
  test_fail_allocation(0, false);
  CHECK(cp_value_push(part, cp_value_new_bool(true)) == part);
  check_json(whole, "[[true]]");
}
