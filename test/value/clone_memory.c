/* SPDX-License-Identifier: MIT */
/*
 * The header promises how much memory a clone takes, whatever a peer puts into it. So all shapes
 * of which much is in few bytes are tried, in all sizes: what is worst is just above a step of a
 * table or a chunk.
 */
#include "value/clone_support.h"

#include "base/memory.h"

#include <malloc.h>
#include <stdlib.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Bytes that are put together. */
struct text {
  char *data;
  size_t length;
};

static void put(struct text *text, const char *bytes, size_t length) {
  if (length > 0) memcpy(text->data + text->length, bytes, length);
  text->length += length;
}

static void put_number(struct text *text, size_t number) {
  for (; number >= 0x80; number >>= 7) text->data[text->length++] = (char) (number | 0x80);
  text->data[text->length++] = (char) number;
}

/* A container of `count` items: its head, what stands before each, each, and its end. */
struct shape {
  const char *name;
  char tag, end_tag;
  char key;            /* one more byte of each, or four: a place, or a key of its own; 0: none */
  const char *item;    /* of which each is made */
  unsigned char size;  /* of the item */
  unsigned char steps; /* by which places grow */
};

static const struct shape shapes[] = {
  { "an array of null", 'A', '$', 0, "0", 1, 0 },
  { "an array of integers", 'A', '$', 0, "I\0", 2, 0 },
  { "an array of empty texts", 'A', '$', 0, "\"\0", 2, 0 },
  { "an array of texts of a byte", 'A', '$', 0, "\"\1a", 3, 0 },
  { "an array of texts of a byte beyond ASCII", 'A', '$', 0, "\"\1\xe9", 3, 0 },
  { "an array of texts of two bytes", 'A', '$', 0, "c\2\x2e\x4e", 4, 0 },
  { "an array of texts that are wrong", 'A', '$', 0, "S\1\xff", 3, 0 },
  { "an array of BigInts", 'A', '$', 0, "Z\0", 2, 0 },
  { "an array of boxed booleans", 'A', '$', 0, "x", 1, 0 },
  { "an array of boxed texts", 'A', '$', 0, "s\"\0", 3, 0 },
  { "an array of boxed BigInts", 'A', '$', 0, "z\0", 2, 0 },
  { "an array of holes", 'A', '$', 0, "-", 1, 0 },
  { "an array of holes and boxed booleans", 'A', '$', 0, "-xx", 3, 0 },
  { "an array of many holes and boxed booleans", 'A', '$', 0, "--x", 3, 0 },
  { "an array of holes and null", 'A', '$', 0, "-0", 2, 0 },
  { "an array of errors", 'A', '$', 0, "r.", 2, 0 },
  { "an array of errors with a class", 'A', '$', 0, "rT.", 3, 0 },
  { "an array of regular expressions", 'A', '$', 0, "R\"\0\0", 4, 0 },
  { "an array of empty objects", 'A', '$', 0, "o{\0", 3, 0 },
  { "an array of objects of a member", 'A', '$', 0, "o\"\0000{\1", 6, 0 },
  { "an array of objects of a boxed boolean", 'A', '$', 0, "o\"\0x{\1", 6, 0 },
  { "an array of empty arrays", 'A', '$', 0, "A\0$\0\0", 5, 0 },
  { "an array of arrays of null", 'A', '$', 0, "A\0010$\0\1", 6, 0 },
  { "an array of arrays of a hole", 'A', '$', 0, "A\1-$\0\1", 6, 0 },
  { "an array of arrays that are sparse", 'A', '$', 0, "a\x07@\0\x07", 5, 0 },
  { "an array of Maps", 'A', '$', 0, ";:\0", 3, 0 },
  { "an array of Sets", 'A', '$', 0, "',\0", 3, 0 },
  { "an array of Sets of null", 'A', '$', 0, "'0,\1", 4, 0 },
  { "an array of references", 'A', '$', 0, "^\0", 2, 0 },
  { "an array of ArrayBuffers", 'A', '$', 0, "B\0", 2, 0 },
  { "an array of views", 'A', '$', 0, "B\0VB\0\0\0", 7, 0 },
  { "an array of Buffers", 'A', '$', 0, "\\\1\0", 3, 0 },
  { "a Set of boxed booleans", '\'', ',', 0, "x", 1, 0 },
  { "a Set of errors", '\'', ',', 0, "r.", 2, 0 },
  { "a Set of null", '\'', ',', 0, "0", 1, 0 },
  { "a Set of Sets", '\'', ',', 0, "',\0", 3, 0 },
  { "a Map of boxed booleans", ';', ':', 0, "xx", 2, 0 },
  { "a Map of boxed booleans and null", ';', ':', 0, "x0", 2, 0 },
  { "an object of null", 'o', '{', 'k', "0", 1, 0 },
  { "an object of boxed booleans", 'o', '{', 'k', "x", 1, 0 },
  { "an object of numbers", 'o', '{', 'I', "0", 1, 1 },
  { "a sparse array of null", 'a', '@', 'I', "0", 1, 1 },
  { "a sparse array of boxed booleans", 'a', '@', 'I', "x", 1, 1 },
  { "a sparse array of every second null", 'a', '@', 'I', "0", 1, 2 },
  { "a sparse array of every third null", 'a', '@', 'I', "0", 1, 3 },
  { "a sparse array of every third boxed boolean", 'a', '@', 'I', "x", 1, 3 },
  { "a sparse array of other members", 'a', '@', 'k', "0", 1, 0 },
};

static void put_key(struct text *text, const struct shape *shape, size_t i) {
  if (shape->key == 'I') {
    put(text, "I", 1);
    put_number(text, 2 * shape->steps * i);
  }
  if (shape->key != 'k') return;
  /* The shortest that are there: of one letter, of two ... */
  char letters[4];
  size_t count = 0;
  for (size_t rest = i; count == 0 || rest > 0; rest >>= 6)
    letters[count++] = (char) ('A' + rest % 64);
  put(text, "\"", 1);
  put_number(text, count);
  put(text, letters, count);
}

static void put_shape(struct text *text, const struct shape *shape, size_t count) {
  size_t items = *shape->item == '-' ? shape->size * count : count; /* all of one byte */
  size_t length = shape->tag == 'a' ? shape->steps * count + 1 : items;
  put(text, &shape->tag, 1);
  if (shape->tag == 'A' || shape->tag == 'a') put_number(text, length);
  for (size_t i = 0; i < count; i++) {
    put_key(text, shape, i);
    put(text, shape->item, shape->size);
  }
  put(text, &shape->end_tag, 1);
  bool counts_nothing = shape->tag == 'A', counts_items = shape->tag == ';';
  put_number(text, counts_nothing ? 0 : counts_items ? 2 * count : count);
  if (shape->tag == 'A' || shape->tag == 'a') put_number(text, length);
}

/* ---- what the library has, and had at most ---- */

static size_t in_use, peak;

static void *counted(void *memory) {
  if (memory) in_use += malloc_usable_size(memory) + sizeof(size_t);
  if (in_use > peak) peak = in_use;
  return memory;
}

static void *allocate(size_t count, size_t size) {
  return counted(calloc(count, size));
}

static void *allocate_raw(size_t size) {
  return counted(malloc(size));
}

static void release(void *memory) {
  in_use -= malloc_usable_size(memory) + sizeof(size_t);
  free(memory);
}

static const struct memory_allocator allocator = { allocate, allocate_raw, release };

/* ---- the sweep ---- */

enum { MOST_BYTES = 400000, BYTES_PER_BYTE = 64, BYTES_AT_ONCE = 16384, TIMES_WHILE_READ = 2 };

static void check_memory(const struct shape *shape, size_t count, size_t times, size_t taken,
                         size_t allowed) {
  if (taken > allowed)
    check_failed(__FILE__, __LINE__, "%s, %zu items, %zu times: %zu bytes, for at most %zu",
                 shape->name, count, times, taken, allowed);
}

/* `times` such containers in an array; alone if it is one. */
static void check_shape(struct text *text, const struct shape *shape, size_t count, size_t times) {
  text->length = 0;
  put(text, "\xff\x0f", 2);
  if (times > 1) {
    put(text, "A", 1);
    put_number(text, times);
  }
  for (size_t i = 0; i < times; i++) put_shape(text, shape, count);
  if (times > 1) {
    put(text, "$\0", 2);
    put_number(text, times);
  }
  peak = in_use;
  cp_value *value = cp_value_from_clone(text->data, text->length);
  if (!value)
    check_failed(__FILE__, __LINE__, "%s, %zu: %s", shape->name, count, cp_last_error()->message);
  size_t allowed = text->length * BYTES_PER_BYTE + BYTES_AT_ONCE;
  check_memory(shape, count, times, in_use, allowed);
  check_memory(shape, count, times, peak, TIMES_WHILE_READ * allowed);
  cp_value_free(value);
  CHECK_INT(in_use, 0);
}

TEST(each_byte_of_a_clone_takes_bounded_memory) {
  struct text text = { .data = test_alloc(MOST_BYTES + 1000) };
  memory_set_allocator(&allocator);
  for (size_t i = 0; i < COUNT(shapes); i++) {
    size_t most = MOST_BYTES / 16;
    for (size_t count = 1; count < most; count += 1 + count / 12) {
      check_shape(&text, &shapes[i], count, 1);
      size_t each = shapes[i].size + 6;
      size_t times = MOST_BYTES / 16 / (count * each + 8);
      if (times > 1) check_shape(&text, &shapes[i], count, times);
    }
    /* Where an index is just too small. */
    for (size_t count = 24; count < most; count *= 2) {
      check_shape(&text, &shapes[i], count, 1);
      check_shape(&text, &shapes[i], count + 1, 1);
      check_shape(&text, &shapes[i], count + 1, 2);
    }
  }
}
