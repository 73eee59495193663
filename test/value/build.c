/* SPDX-License-Identifier: MIT */
/* Making and changing values: who owns what, and what is refused. */
#include "value/support.h"

#include <stdio.h>

static void check_refusal(cp_value *result, const char *message) {
  CHECK(result == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  CHECK_STR(cp_last_error()->message, message);
}

TEST(a_tree_is_built) {
  cp_value *list = cp_value_push(cp_value_push(cp_value_new_array(), cp_value_new_number(1)),
                                 cp_value_new_string("two"));
  cp_value *object = cp_value_put(cp_value_new_object(), "list", list);
  object = cp_value_put(object, "on", cp_value_new_bool(true));
  /* What was put somewhere may still be added to. */
  CHECK(cp_value_push(list, cp_value_new_null()) == list);
  CHECK(cp_value_get(object, "list") == list);
  CHECK_INT(cp_value_count(list), 3);
  check_json(cp_value_copy(object), "{\"list\":[1,\"two\",null],\"on\":true}");
  check_json(object, "{\"list\":[1,\"two\",null],\"on\":true}");
}

TEST(a_key_that_is_there_gets_the_new_value_in_its_place) {
  cp_value *object = parse("{\"a\":[1],\"b\":2}");
  object = cp_value_put(object, "a", cp_value_new_string("new"));
  object = cp_value_put(object, "c", cp_value_new_array());
  object = cp_value_put(object, "c", parse("[[3]]"));
  object = cp_value_put(object, "", cp_value_new_null());
  check_json(object, "{\"a\":\"new\",\"b\":2,\"c\":[[3]],\"\":null}");
}

TEST(a_key_is_copied) {
  char key[] = "key";
  cp_value *object = cp_value_put(cp_value_new_object(), key, cp_value_new_null());
  key[0] = 'x';
  CHECK(cp_value_get(object, "key") != NULL);
  cp_value_free(object);
}

TEST(what_was_read_is_changed_at_its_root) {
  cp_value *array = parse("[1,[2]]");
  const cp_value *inner = cp_value_at(array, 1);
  for (int i = 0; i < 100; i++) CHECK(cp_value_push(array, cp_value_new_number(i)) == array);
  CHECK_INT(cp_value_count(array), 102);
  CHECK(cp_value_at(array, 1) == inner);
  CHECK(cp_value_as_number(cp_value_at(array, 101), 0) == 99);
  cp_value *copy = cp_value_copy(array);
  cp_value_free(array);
  CHECK(cp_value_as_number(cp_value_at(copy, 101), 0) == 99);
  CHECK(cp_value_push(copy, cp_value_new_null()) == copy);
  cp_value_free(copy);
}

TEST(trees_that_were_read_are_put_together) {
  cp_value *outer = parse("{\"a\":1}");
  outer = cp_value_put(outer, "b", cp_value_put(parse("{\"c\":2}"), "d", parse("[3]")));
  check_json(outer, "{\"a\":1,\"b\":{\"c\":2,\"d\":[3]}}");
}

TEST(a_step_that_is_given_null_frees_the_other_and_returns_null) {
  CHECK(cp_value_push(NULL, cp_value_new_string("freed")) == NULL);
  CHECK(cp_value_push(parse("[[1]]"), NULL) == NULL);
  CHECK(cp_value_put(NULL, "a", parse("{\"freed\":1}")) == NULL);
  CHECK(cp_value_put(parse("{\"freed\":1}"), "a", NULL) == NULL);
  CHECK(cp_value_push(NULL, NULL) == NULL);
  CHECK(cp_value_new_string(NULL) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
}

TEST(a_container_of_another_type_is_refused_and_both_are_freed) {
  check_refusal(cp_value_push(cp_value_new_object(), cp_value_new_null()),
                "the value to append to is no array and no Set");
  check_refusal(cp_value_put(parse("[1]"), "a", parse("[2]")),
                "the value to set a member of is no object, Map or Error");
  check_refusal(cp_value_put(cp_value_new_object(), NULL, cp_value_new_array()), "'key' is NULL");
}

TEST(an_item_of_two_trees_is_refused_and_stays_in_the_first) {
  cp_value *item = cp_value_new_string("item");
  cp_value *first = cp_value_push(cp_value_new_array(), item);
  check_refusal(cp_value_push(cp_value_new_array(), item),
                "the item belongs to another value already");
  check_refusal(cp_value_push(item, item), "the value to append to is no array and no Set");
  check_json(first, "[\"item\"]");
}

TEST(what_belongs_to_another_is_not_freed_by_itself) {
  cp_value *item = cp_value_new_string("item");
  cp_value *inner = cp_value_push(cp_value_new_array(), item);
  cp_value *outer = cp_value_push(cp_value_new_array(), inner);
  cp_value_free(item);
  cp_value_free(inner);
  check_refusal(cp_value_put(inner, "a", cp_value_new_null()),
                "the value to set a member of is no object, Map or Error");
  CHECK(cp_value_push(inner, NULL) == NULL);
  check_json(outer, "[[\"item\"]]");
}

TEST(a_value_that_was_lent_is_not_changed) {
  cp_value *array = parse("[[]]");
  /* A caller who casts the const away. */
  cp_value *inner = (cp_value *) (uintptr_t) cp_value_at(array, 0);
  check_refusal(cp_value_push(inner, cp_value_new_null()),
                "a value that belongs to another cannot be changed");
  check_refusal(cp_value_push(array, inner), "the item belongs to a value that was read already");
}

TEST(any_depth_is_built_copied_and_freed) {
  cp_value *value = cp_value_new_null();
  for (int i = 0; i < 300000; i++)
    value = i % 2 ? cp_value_push(cp_value_new_array(), value)
                  : cp_value_put(cp_value_new_object(), "a", value);
  CHECK(value != NULL);
  cp_value *copy = cp_value_copy(value);
  cp_value_free(value);
  int depth = 0;
  for (const cp_value *at = copy; cp_value_count(at) > 0; at = cp_value_at(at, 0)) depth++;
  CHECK_INT(depth, 300000);
  cp_value_free(copy);
}

TEST(any_depth_is_built_from_the_root_down) {
  cp_value *root = cp_value_new_array(), *at = root;
  for (int i = 0; i < 300000; i++) {
    cp_value *next = cp_value_new_array();
    CHECK(cp_value_push(at, next) == at);
    at = next;
  }
  cp_value_free(root);
}

TEST(a_large_object_is_built_and_changed) {
  enum { COUNT = 100000 };
  cp_value *object = cp_value_new_object();
  char key[32];
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < COUNT; i++) {
      (void) sprintf(key, "%d", i);
      CHECK(cp_value_put(object, key, cp_value_new_number(i + round)) == object);
    }
    CHECK_INT(cp_value_count(object), COUNT);
  }
  for (int i = 0; i < COUNT; i++) {
    (void) sprintf(key, "%d", i);
    CHECK(cp_value_as_number(cp_value_get(object, key), -1) == i + 1);
  }

  /* One that was read gets an index of its own with the first change. */
  char *json = cp_value_to_json(object);
  cp_value_free(object);
  object = parse(json);
  cp_free(json);
  for (int i = COUNT - 1; i >= 0; i--) {
    (void) sprintf(key, "%d", i);
    CHECK(cp_value_put(object, key, cp_value_new_bool(true)) == object);
  }
  CHECK(cp_value_put(object, "new", cp_value_new_null()) == object);
  CHECK_INT(cp_value_count(object), COUNT + 1);
  CHECK(cp_value_as_bool(cp_value_get(object, "99999"), false));
  CHECK_INT(cp_value_get_type(cp_value_get(object, "new")), CP_VALUE_NULL);
  cp_value_free(object);
}
