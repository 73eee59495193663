/* SPDX-License-Identifier: MIT */
/*
 * The n-th allocation fails, for every n until a run has no failure: once alone, and once with all
 * that come after it. What fails returns NULL and says UV_ENOMEM; nothing is left over.
 */
#include "value/clone_support.h"

#include "value/rebuild.h"
#include "value/v8_vectors.h"

#include <stdio.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool with_failure(void (*scene)(cp_bytes clone), cp_bytes clone, long number,
                         bool later_too) {
  test_fail_allocation(number, later_too);
  scene(clone);
  bool has_failed = test_allocation_failed();
  test_fail_allocation(0, false);
  return has_failed;
}

static void sweep(void (*scene)(cp_bytes clone), cp_bytes clone, long least) {
  for (int later_too = 0; later_too < 2; later_too++) {
    long number = 1;
    while (with_failure(scene, clone, number, later_too)) number++;
    CHECK(number > least);
  }
}

static void check_no_memory(void) {
  CHECK(test_allocation_failed());
  CHECK_INT(cp_last_error()->number, -ENOMEM);
}

static void check_written(const cp_value *value, cp_bytes clone) {
  size_t length;
  void *written = cp_value_to_clone(value, &length);
  if (written) CHECK_MEM(written, length, clone.data, clone.length);
  if (!written) check_no_memory();
  cp_free(written);
}

static void read_copy_and_write(cp_bytes clone) {
  cp_value *value = cp_value_from_clone(clone.data, clone.length);
  if (!value) {
    check_no_memory();
    return;
  }
  check_written(value, clone);
  cp_value *copy = cp_value_copy(value);
  cp_value_free(value);
  if (!copy) check_no_memory();
  if (copy) check_written(copy, clone);
  cp_value_free(copy);
}

TEST(no_memory_to_read_copy_or_write_a_clone) {
  for (size_t i = 0; i < COUNT(v8_encodings); i++) {
    cp_bytes clone = from_hex(v8_encodings[i].hex);
    cp_value *value = cp_value_from_clone(clone.data, clone.length);
    if (!value) continue;
    void *written = cp_value_to_clone(value, &clone.length);
    cp_value_free(value);
    clone.data = written;
    sweep(read_copy_and_write, clone, 3);
    cp_free(written);
  }
}

/* More of everything than there is room for at first: containers in each other, objects, members
 * out of order, shared ones. */
static cp_value *make_large(void) {
  cp_value *root = cp_value_new_object(), *at = cp_value_new_array();
  root = cp_value_put(root, "nested", at);
  char key[24];
  for (int i = 0; i < 50; i++) {
    cp_value *next = cp_value_new_array();
    if (!cp_value_push(at, next)) return root;
    at = next;
    (void) cp_value_push(at, root);
  }
  for (int i = 0; i < 300; i++) {
    (void) sprintf(key, "%d", 1000 - i);
    cp_value *member = cp_value_new_object();
    root = cp_value_put(root, key, member);
    (void) sprintf(key, "again %d", i);
    root = cp_value_put(root, key, member);
  }
  return root;
}

static void read_and_write(cp_bytes clone) {
  cp_value *value = cp_value_from_clone(clone.data, clone.length);
  if (!value) check_no_memory();
  if (value) check_written(value, clone);
  cp_value_free(value);
}

TEST(no_memory_for_a_large_clone) {
  cp_value *value = make_large();
  size_t length;
  char *clone = cp_value_to_clone(value, &length);
  cp_value_free(value);
  CHECK(clone != NULL);
  sweep(read_and_write, (cp_bytes){ clone, length }, 15);
  sweep(read_copy_and_write, (cp_bytes){ clone, length }, 25);
  cp_free(clone);
}

static void copy_to_json(cp_bytes clone) {
  cp_value *value = cp_value_from_clone(clone.data, clone.length);
  char *json = cp_value_to_json(value);
  if (!json) check_no_memory();
  cp_free(json);
  cp_value_free(value);
}

TEST(no_memory_for_the_json_of_what_is_shared) {
  cp_value *root = cp_value_new_array(), *shared = cp_value_new_array();
  root = cp_value_push(cp_value_push(root, shared), cp_value_new_date(0));
  for (int i = 0; i < 100; i++) root = cp_value_push(root, shared);
  size_t length;
  char *clone = cp_value_to_clone(root, &length);
  cp_value_free(root);
  sweep(copy_to_json, (cp_bytes){ clone, length }, 3);
  cp_free(clone);
}

/* A chain of steps comes to a good end or to NULL. */
static void build(cp_bytes clone) {
  (void) clone;
  cp_value *map = cp_value_new_map();
  for (int i = 0; i < 20; i++)
    map = cp_value_set(map, cp_value_new_int64(i % 18),
                       cp_value_push(cp_value_new_set(), cp_value_new_date(i)));
  cp_value *view = cp_value_set_buffer(cp_value_new_view(CP_VIEW_UINT8, NULL, 0),
                                       cp_value_new_buffer("abc", 3), 1, 2);
  map = cp_value_put(map, "view", view);
  map = cp_value_put(map, "boxed", cp_value_new_boxed(cp_value_new_string("text")));
  map = cp_value_put(map, "regexp", cp_value_new_regexp("a", "g"));
  cp_value *error = cp_value_new_error("Error", "message");
  map = cp_value_put(map, "error", cp_value_put(error, "cause", cp_value_new_bytes("x", 1)));
  if (!map) check_no_memory();
  cp_value_free(map);
}

TEST(no_memory_to_build_what_json_has_not) {
  sweep(build, (cp_bytes){ "", 0 }, 100);
}

/* What is in a tree stays there when there is no room to share it. */
TEST(no_memory_to_share_a_value) {
  cp_value *part = cp_value_new_set();
  cp_value *root = cp_value_put(cp_value_new_object(), "part", part);
  long number = 1;
  for (bool has_failed = true; has_failed; number++) {
    test_fail_allocation(number, false);
    cp_value *result = cp_value_push(part, root);
    has_failed = test_allocation_failed();
    test_fail_allocation(0, false);
    CHECK(result == (has_failed ? NULL : part));
    CHECK(cp_value_get(root, "part") == part);
    CHECK_INT(cp_value_count(part), has_failed ? 0 : 1);
  }
  CHECK(number > 2);
  cp_value_free(root);
}
