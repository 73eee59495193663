/* SPDX-License-Identifier: MIT */
/*
 * How a clone is read. The arena has a copy of its bytes, in which text and bytes stay where they
 * are: each tag is overwritten with a '\0' when it has been read, and so ends what was before it.
 *
 *     clone_read.c         the containers, one step a value; what is open is on a stack
 *     clone_read_plain.c   what most of them hold
 *     clone_read_leaf.c    what has no values in it
 *     clone_read_items.c   what becomes of a container at its end
 */
#ifndef CP_VALUE_CLONE_READER_H
#define CP_VALUE_CLONE_READER_H

#include "value/arena.h"
#include "value/clone.h"
#include "value/clone_format.h"

enum { NEAR_VALUES = 128, NEAR_FRAMES = 32, NEAR_OBJECTS = 64 };

enum frame_kind {
  FRAME_DENSE, /* so many items, and then it is as a sparse one */
  FRAME_PAIRS, /* keys and members, or places and items, up to the end tag */
  FRAME_MAP,
  FRAME_SET,
  FRAME_ERROR, /* what follows is its cause */
  FRAME_HOST   /* of a host object, the copy */
};

/* A container that is open. Its values are on the stack from `first` on. */
struct frame {
  struct cp_value *node; /* none of a host object */
  size_t first;
  size_t pairs; /* where the pairs of a dense array begin */
  uint32_t left;
  uint32_t length; /* that an array claims */
  uint32_t id;
  unsigned char kind;
  unsigned char end_tag;
  bool has_holes;
};

struct clone_reader {
  struct arena arena;
  char *begin;
  char *at;
  char *end; /* a '\0' is there */
  enum clone_flavor flavor;
  uint32_t version;
  bool has_root;                  /* a container is it */
  struct items *items_of_bool[2]; /* of the boxed ones */

  struct cp_value **values; /* which wait for the end of their container */
  size_t top;
  size_t room;
  struct frame *frames;
  size_t depth;
  size_t frame_room;
  struct cp_value **objects; /* by their numbers; NULL where there can be no reference yet */
  size_t object_count;
  size_t object_room;

  struct cp_value *near_values[NEAR_VALUES];
  struct frame near_frames[NEAR_FRAMES];
  struct cp_value *near_objects[NEAR_OBJECTS];
};

/** Sets the error: what should be there, where the reader is. Returns -EINVAL. */
int clone_expect(const struct clone_reader *reader, const char *expected);

/** Numbers an object. 0 or -ENOMEM with the error set. */
int clone_number_object(struct clone_reader *reader, struct cp_value *object);

static inline struct cp_value *clone_new_node(struct clone_reader *reader, cp_value_type type) {
  struct cp_value *node = arena_take_raw(&reader->arena, sizeof *node);
  if (node) *node = (struct cp_value){ .type = (unsigned char) type };
  return node;
}

/** The next byte that is no padding, which stays there; -1 at the end. It is a tag. */
static inline int clone_peek(struct clone_reader *reader) {
  while (reader->at < reader->end && *reader->at == TAG_PADDING) reader->at++;
  return reader->at < reader->end ? (unsigned char) *reader->at : -1;
}

int clone_peek_other_value(struct clone_reader *reader);

/** The same where a value must be, with whatever may stand before it behind. */
static inline int clone_peek_value(struct clone_reader *reader) {
  unsigned char byte = (unsigned char) *reader->at; /* one more is there at the end */
  return byte != TAG_PADDING && byte != TAG_COUNT && reader->at < reader->end
             ? byte
             : clone_peek_other_value(reader);
}

/** Behind the tag that was peeked. */
static inline void clone_skip_tag(struct clone_reader *reader) {
  *reader->at++ = '\0';
}

int clone_read_long_varint(struct clone_reader *reader, uint32_t *ret_number);
/** A number that V8 holds in 8 bits. 0, or -EINVAL with the error set. */
int clone_read_varint_of_8(struct clone_reader *reader, uint32_t *ret_number);

/** 0, or -EINVAL with the error set. */
static inline int clone_read_varint(struct clone_reader *reader, uint32_t *ret_number) {
  const unsigned char *at = (const unsigned char *) reader->at;
  size_t there = (size_t) (reader->end - reader->at);
  if (there > 0 && at[0] < 0x80) {
    *ret_number = at[0];
    reader->at++;
    return 0;
  }
  if (there > 1 && at[1] < 0x80) {
    *ret_number = (at[0] & 0x7fU) | (uint32_t) at[1] << 7;
    reader->at += 2;
    return 0;
  }
  return clone_read_long_varint(reader, ret_number);
}

/* ---- clone_read_leaf.c ---- */

/** What follows the tag, which is one of no container. NULL with the error set. */
struct cp_value *clone_read_leaf(struct clone_reader *reader, int tag);
/** A string with its tag, as the parts of other values are. NULL with the error set. */
struct cp_value *clone_read_string(struct clone_reader *reader);
/** The key of a member, a string or a number, as text. */
struct cp_value *clone_read_key(struct clone_reader *reader);

/* ---- clone_read_plain.c: onto the stack, as far as there is room for them ---- */

/** Members; true: what is next is the value of a key. */
bool clone_read_plain_members(struct clone_reader *reader);
/** So many items at most. Returns how many it were. */
uint32_t clone_read_plain_items(struct clone_reader *reader, uint32_t most);

/* ---- clone_read_items.c; 0 or a negative code with the error set ---- */

int clone_close_object(struct clone_reader *reader, const struct frame *frame);
int clone_close_array(struct clone_reader *reader, const struct frame *frame);
int clone_close_collection(struct clone_reader *reader, const struct frame *frame);
int clone_close_error(struct clone_reader *reader, const struct frame *frame);

#endif
