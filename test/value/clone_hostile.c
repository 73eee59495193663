/* SPDX-License-Identifier: MIT */
/* Clones that nobody writes: each is refused, or read, within bounds of time and memory. */
#include "value/clone_support.h"
#include "value/v8_vectors.h"

#include <stdint.h>
#include <stdlib.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* In memory of exactly that size, so that a sanitizer sees what lies behind. */
static void read_and_write(const char *bytes, size_t length, enum clone_flavor flavor) {
  char *exact = malloc(length > 0 ? length : 1);
  CHECK(exact != NULL);
  memcpy(exact, bytes, length);
  cp_value *value = clone_read(exact, length, flavor);
  free(exact);
  if (!value) {
    CHECK_INT(cp_last_error()->number, -EINVAL);
    return;
  }
  struct buffer out = { 0 };
  CHECK_INT(clone_write(value, flavor, &out), 0);
  buffer_done(&out);
  cp_value_free(value);
}

TEST(every_beginning_of_a_clone_is_refused) {
  for (size_t i = 0; i < COUNT(v8_encodings); i++) {
    cp_bytes clone = from_hex(v8_encodings[i].hex);
    for (size_t length = 0; length < clone.length; length++) {
      char *exact = malloc(length > 0 ? length : 1);
      CHECK(exact != NULL);
      memcpy(exact, clone.data, length);
      check_clone_refused((cp_bytes){ exact, length }, CLONE_V8);
      free(exact);
    }
  }
}

TEST(every_bit_may_be_wrong) {
  for (size_t i = 0; i < COUNT(v8_frames); i++) {
    cp_bytes frame = from_hex(v8_frames[i].hex);
    char *bytes = (char *) (uintptr_t) frame.data + 4;
    for (size_t bit = 0; bit < 8 * (frame.length - 4); bit++) {
      bytes[bit / 8] ^= (char) (1 << bit % 8);
      read_and_write(bytes, frame.length - 4, CLONE_CHANNEL);
      bytes[bit / 8] ^= (char) (1 << bit % 8);
    }
  }
  for (size_t i = 0; i < COUNT(v8_encodings); i++) {
    cp_bytes clone = from_hex(v8_encodings[i].hex);
    char *bytes = (char *) (uintptr_t) clone.data;
    if (clone.length > 100) continue;
    for (size_t bit = 0; bit < 8 * clone.length; bit++) {
      bytes[bit / 8] ^= (char) (1 << bit % 8);
      read_and_write(bytes, clone.length, CLONE_V8);
      bytes[bit / 8] ^= (char) (1 << bit % 8);
    }
  }
}

/* The heap grew by no more while it was there. */
static void check_cheap(const char *hex, bool is_taken) {
  enum { MUCH = 1 << 16 };
  size_t before = test_heap_in_use();
  cp_bytes clone = from_hex(hex);
  cp_value *value = clone_read(clone.data, clone.length, CLONE_V8);
  CHECK((value != NULL) == is_taken);
  CHECK(test_heap_in_use() < before + MUCH);
  cp_value_free(value);
}

TEST(what_is_only_announced_takes_no_memory) {
  static const char *const lengths[] = { "8080808008", "ffffffff07", "ffffffff0f", "fffffffff7" };
  static const char *const tags[] = { "22", "63", "53", "42", "41", "5c01" };
  char hex[64];
  for (size_t i = 0; i < COUNT(tags); i++) {
    for (size_t j = 0; j < COUNT(lengths); j++) {
      strcpy(hex, "ff0f");
      strcat(strcat(hex, tags[i]), lengths[j]);
      check_cheap(hex, false);
      check_cheap(strcat(hex, "000000"), false);
    }
  }
  check_cheap("ff0f5afeffffff07", false);
  check_cheap("ff0f2200", true);
  check_cheap("ff0f7e00ffffffff0f", true); /* as long as that it may become */
}

TEST(many_holes_take_no_memory) {
  check_cheap("ff0f61ffffffff0f4000ffffffff0f", true);
  check_cheap("ff0f61ffffffff0f49004902400affffffff0f", false);
  /* The last of them is an item: its place is a double. */
  cp_value *array = read_hex("ff0f61ffffffff0f4e0000c0ffffffef4149024001ffffffff0f", CLONE_V8);
  CHECK(cp_value_count(array) == UINT32_MAX);
  CHECK(cp_value_as_number(cp_value_at(array, UINT32_MAX - 1), 0) == 1);
  CHECK_INT(cp_value_get_type(cp_value_at(array, UINT32_MAX - 2)), CP_VALUE_HOLE);
  CHECK(cp_value_to_json(array) == NULL);
  CHECK_INT(cp_last_error()->number, -E2BIG);
  /* One more would be too many. */
  CHECK(cp_value_push(array, cp_value_new_null()) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
}

TEST(counts_and_numbers_must_be_right) {
  static const char *const wrong[] = { "ff0f6f22016149027b00",
                                       "ff0f6f22016149027bffffffff0f",
                                       "ff0f4102490249042400ffffffff0f",
                                       "ff0f3b49023a01",
                                       "ff0f3b490249023a01",
                                       "ff0f2749022cffffffff0f",
                                       "ff0f5e00",
                                       "ff0f5effffffff0f",
                                       "ff0f41015e01240001",
                                       "ff0f735e00",
                                       "ff0f6f5e0049027b01",
                                       "ff0f61024900490249004902400202" };
  for (size_t i = 0; i < COUNT(wrong); i++) check_clone_refused(from_hex(wrong[i]), CLONE_V8);
}

TEST(a_view_lies_within_its_buffer) {
  check_clone_refused(from_hex("ff0f4204010203045657010200"), CLONE_V8); /* not aligned */
  check_clone_refused(from_hex("ff0f4204010203045657020300"), CLONE_V8); /* half an item */
  check_clone_refused(from_hex("ff0f4204010203045642050000"), CLONE_V8);
  check_clone_refused(from_hex("ff0f4204010203045642040100"), CLONE_V8);
  check_clone_refused(from_hex("ff0f42040102030456420102ffffffff0f"), CLONE_V8);
  check_clone_refused(from_hex("ff0f420401020304564202ffffffff0f00"), CLONE_V8);
  check_clone_refused(from_hex("ff0f4204010203045658000000"), CLONE_V8); /* no such type */
  check_clone_refused(from_hex("ff0f4204010203045620000000"), CLONE_V8);
}

/* Containers in each other, each of three bytes in the middle. */
static char *nest(size_t depth, size_t *ret_length) {
  char *clone = test_alloc(2 + 5 * depth + 1), *at = clone;
  *at++ = '\xff';
  *at++ = 15;
  for (size_t i = 0; i < depth; i++) {
    *at++ = 'A';
    *at++ = 1;
  }
  *at++ = '0';
  for (size_t i = 0; i < depth; i++) {
    memcpy(at, "$\0\1", 3);
    at += 3;
  }
  *ret_length = (size_t) (at - clone);
  return clone;
}

TEST(depth_has_a_bound_and_takes_no_stack) {
  size_t length;
  char *clone = nest(CP_VALUE_MAX_DEPTH, &length);
  cp_value *value = cp_value_from_clone(clone, length);
  CHECK(value != NULL);
  size_t written_length;
  void *written = cp_value_to_clone(value, &written_length);
  CHECK_MEM(written, written_length, clone, length);
  cp_free(written);
  /* One more around it, and it is not written. */
  cp_value *outer = cp_value_push(cp_value_new_array(), value);
  CHECK(cp_value_to_clone(outer, &written_length) == NULL);
  CHECK_INT(cp_last_error()->number, -EINVAL);
  cp_value_free(outer);

  clone = nest(CP_VALUE_MAX_DEPTH + 1, &length);
  check_clone_refused((cp_bytes){ clone, length }, CLONE_V8);
  clone = nest(1000000, &length);
  check_clone_refused((cp_bytes){ clone, length }, CLONE_V8);
}

/* A few bytes in which each array holds the next one twice have a text of 2^60 bytes. */
TEST(what_is_shared_makes_no_endless_text) {
  enum { LEVELS = 60 };
  char clone[8 * LEVELS + 8], *at = clone;
  *at++ = '\xff';
  *at++ = 15;
  for (int i = 0; i < LEVELS; i++) {
    *at++ = 'A';
    *at++ = 2;
  }
  *at++ = '0';
  *at++ = '0';
  for (int i = LEVELS; i > 0; i--) {
    memcpy(at, "$\0\2", 3);
    at += 3;
    if (i == 1) break;
    *at++ = '^';
    *at++ = (char) (i - 1);
  }
  cp_value *value = cp_value_from_clone(clone, (size_t) (at - clone));
  CHECK(value != NULL);
  CHECK(cp_value_at(value, 0) == cp_value_at(value, 1));
  CHECK(cp_value_to_json(value) == NULL);
  CHECK_INT(cp_last_error()->number, -E2BIG);
  cp_value *copy = cp_value_copy(value);
  size_t length;
  void *written = cp_value_to_clone(copy, &length);
  CHECK_MEM(written, length, clone, (size_t) (at - clone));
  cp_free(written);
  cp_value_free(copy);
  cp_value_free(value);
}

/* Many members of a peer's choice take no time out of proportion. */
TEST(many_members_are_read_in_time) {
  enum { MEMBERS = 100000 };
  char *clone = test_alloc(MEMBERS * 16 + 16), *at = clone;
  memcpy(at, "\xff\x0fo", 3);
  at += 3;
  for (unsigned i = 0; i < MEMBERS; i++) {
    /* Each key is one of five letters, and its value null. */
    *at++ = '"';
    *at++ = 5;
    for (unsigned j = 0, rest = i; j < 5; j++, rest /= 26) *at++ = (char) ('a' + rest % 26);
    *at++ = '0';
  }
  *at++ = '{';
  for (unsigned rest = MEMBERS; rest > 0; rest >>= 7)
    *at++ = (char) ((rest & 0x7f) | (rest > 0x7f ? 0x80U : 0U));
  cp_value *value = cp_value_from_clone(clone, (size_t) (at - clone));
  CHECK(value != NULL);
  CHECK_INT(cp_value_count(value), MEMBERS);
  CHECK_INT(cp_value_get_type(cp_value_get(value, "zzaaa")), CP_VALUE_NULL);
  CHECK(cp_value_get(value, "zzzzz") == NULL);
  cp_value_free(value);
}
