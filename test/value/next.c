/* SPDX-License-Identifier: MIT */
/* cp_value_next(): from one item to the next, over holes. */
#include "value/clone_support.h"

#include <stdint.h>

/* From each place it comes to what is found there step by step. */
static void check_next(const cp_value *container) {
  for (size_t start = 0; start <= cp_value_count(container) + 1; start++) {
    size_t index = start, expected = start;
    const cp_value *item = cp_value_at(container, expected);
    while (item && cp_value_get_type(item) == CP_VALUE_HOLE)
      item = cp_value_at(container, ++expected);
    CHECK(cp_value_next(container, &index) == item);
    if (item) CHECK_INT(index, expected);
  }
}

/* All ways of having a hole or not at each of so many places. */
TEST(the_next_item_is_the_one_that_is_found_step_by_step) {
  enum { PLACES = 8 };
  for (unsigned bits = 0; bits < 1U << PLACES; bits++) {
    cp_value *array = cp_value_new_array();
    for (unsigned i = 0; i < PLACES; i++) {
      bool is_there = bits >> i & 1;
      array = cp_value_push(array, is_there ? cp_value_new_number(i) : cp_value_new_hole());
    }
    CHECK(array != NULL);
    check_next(array);
    size_t length;
    void *clone = cp_value_to_clone(array, &length);
    cp_value_free(array);
    cp_value *read = cp_value_from_clone(clone, length);
    cp_free(clone);
    check_next(read);
    read = cp_value_push(cp_value_push(read, cp_value_new_hole()), cp_value_new_null());
    check_next(read);
    cp_value *copy = cp_value_copy(read);
    check_next(copy);
    cp_value_free(copy);
    cp_value_free(read);
  }
}

TEST(a_hole_behind_a_sparse_array_is_written_as_one) {
  cp_value *array = read_hex("ff0f6109490049024001"
                             "09",
                             CLONE_V8);
  array = cp_value_push(cp_value_push(array, cp_value_new_hole()), cp_value_new_null());
  check_clone(array, CLONE_V8,
              "ff0f610b49004902491430"
              "40020b");
  cp_value_free(array);
}

TEST(an_array_that_claims_much_is_walked_in_few_steps) {
  /* Items at 0, 100 and 2^32 - 2 of as many as there can be. */
  static const char hex[] = "ff0f61ffffffff0f4900490249c8014904"
                            "4e0000c0ffffffef4149064003ffffffff0f";
  cp_value *array = read_hex(hex, CLONE_V8);
  CHECK_INT(cp_value_count(array), UINT32_MAX);
  static const size_t places[] = { 0, 100, UINT32_MAX - 1 };
  size_t count = 0;
  const cp_value *item;
  for (size_t i = 0; (item = cp_value_next(array, &i)) != NULL; i++) {
    CHECK(count < sizeof places / sizeof *places);
    CHECK_INT(i, places[count]);
    CHECK(cp_value_as_number(item, 0) == (double) ++count);
  }
  CHECK_INT(count, sizeof places / sizeof *places);
  size_t behind = SIZE_MAX;
  CHECK(cp_value_next(array, &behind) == NULL);
  CHECK_INT(behind, SIZE_MAX);
  cp_value_free(array);
}

TEST(the_next_of_what_has_no_holes_is_there_and_of_nothing_is_nothing) {
  cp_value *object = cp_value_put(cp_value_new_object(), "a", cp_value_new_null());
  check_next(object);
  cp_value *set = cp_value_push(cp_value_new_set(), cp_value_new_number(1));
  check_next(set);
  cp_value *text = cp_value_new_string("text");
  size_t index = 0;
  CHECK(cp_value_next(text, &index) == NULL);
  CHECK(cp_value_next(NULL, &index) == NULL);
  CHECK(cp_value_next(set, NULL) == NULL);
  CHECK_INT(index, 0);
  cp_value_free(text);
  cp_value_free(set);
  cp_value_free(object);
}
