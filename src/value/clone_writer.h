/* SPDX-License-Identifier: MIT */
/*
 * How a clone is written: containers are on a stack, one step a value.
 *
 *     clone_write.c       the containers
 *     clone_write_leaf.c  what has no values in it, and text
 */
#ifndef CP_VALUE_CLONE_WRITER_H
#define CP_VALUE_CLONE_WRITER_H

#include "base/error.h"
#include "value/clone.h"
#include "value/clone_format.h"
#include "value/identity.h"

enum {
  NEAR_WRITER_FRAMES = 32,
  LARGEST_SMALL = 32 /* bytes of a tag and a number or two, with room */
};

/* A container that is being written. */
struct writer_frame {
  const struct cp_value *node;
  size_t next;          /* of its items or members */
  size_t next_property; /* of what an array has beside them */
  size_t pairs;         /* that were written of an array */
  size_t *order; /* places of its members, where they are written in another; NULL: as they are */
};

struct clone_writer {
  struct buffer *out;
  size_t start; /* of the clone in the buffer */
  enum clone_flavor flavor;
  uint32_t objects;         /* that have a number */
  struct identity identity; /* the numbers of those that are shared */
  struct writer_frame *frames;
  size_t depth;
  size_t room;
  struct writer_frame near_frames[NEAR_WRITER_FRAMES];
};

/** Room for so many bytes, and a tag and a number more. */
static inline int clone_reserve(struct clone_writer *writer, size_t length) {
  struct buffer *out = writer->out;
  if (out->capacity - out->length > length + LARGEST_SMALL) return 0;
  return buffer_reserve(out, length + LARGEST_SMALL) < 0 ? error_no_memory() : 0;
}

static inline void clone_put_byte(struct clone_writer *writer, int byte) {
  writer->out->data[writer->out->length++] = (char) byte;
}

static inline void clone_put_varint(struct clone_writer *writer, uint32_t number) {
  for (; number >= 0x80; number >>= 7) clone_put_byte(writer, (int) (number | 0x80));
  clone_put_byte(writer, (int) number);
}

/* All return 0 or a negative code with the error set. */

/** `as_double`: an item of an array that V8 keeps as doubles. */
int clone_write_number(struct clone_writer *writer, const struct cp_value *number, bool as_double);
int clone_write_text(struct clone_writer *writer, const char *text, size_t length);
/** A value that is no container. */
int clone_write_leaf(struct clone_writer *writer, const struct cp_value *value);
/** What shows a part of an ArrayBuffer, which was written before. */
int clone_write_view(struct clone_writer *writer, const struct cp_value *view);

/** Whether the number is written as an integer. */
bool clone_number_is_int32(const struct cp_value *number);

#endif
