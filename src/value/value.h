/* SPDX-License-Identifier: MIT */
/*
 * What a cp_value is. A tree that was read or copied is an arena: its first block holds the
 * root, the text and some nodes, and chunks hold the rest; all are freed at once. A value
 * that was constructed is an arena too, with one node; it belongs to its container by a pointer.
 * So each node is either a root, with a `struct root` around it, or a part of an arena and
 * never changed again.
 *
 * The readers change nothing, not even to remember an answer: threads may share a tree.
 */
#ifndef CP_VALUE_VALUE_H
#define CP_VALUE_VALUE_H

#include "child_process.h"

#include <stdint.h>

struct index;

/* What an array or an object holds: items, or keys and values by turns. */
struct items {
  union {
    size_t capacity;       /* pointers that have room; of the root's own ones */
    struct cp_value *next; /* while a tree is copied */
  };
  struct index *index; /* of an object with many members */
  struct cp_value *at[];
};

struct cp_value {
  unsigned char type; /* cp_value_type */
  bool is_root;
  bool has_own_items; /* apart from the arena, with items that may be roots */
  bool has_digits;    /* a number as it was written */
  uint32_t hash;      /* of a key that is in an index */
  size_t count;       /* bytes of text, items of an array, members of an object */
  union {
    bool boolean;
    double number;
    const char *text;    /* a '\0' follows a string; after digits comes what ends a number */
    struct items *items; /* NULL when there never was one */
    size_t outer;        /* while it is read: where the items of the container around it begin */
  } as;
};

struct chunk {
  struct chunk *next;
};

/* The head of a block: a value that can be freed, with all that is in its arena. */
struct root {
  struct cp_value *parent; /* the container that it belongs to */
  struct chunk *chunks;
  struct cp_value value;
};

static inline struct root *root_of(const struct cp_value *value) {
  return (struct root *) (void *) ((char *) (uintptr_t) value - offsetof(struct root, value));
}

static inline bool value_is_container(const struct cp_value *value) {
  return value->type == CP_VALUE_ARRAY || value->type == CP_VALUE_OBJECT;
}

/** Pointers that so many items or members take. */
static inline size_t value_pointers(const struct cp_value *container, size_t count) {
  return container->type == CP_VALUE_OBJECT ? 2 * count : count;
}

/** A root by itself with room for so many bytes behind it; NULL with the error set. */
struct cp_value *value_new(cp_value_type type, size_t extra_bytes);
/** A string of bytes, copied; NULL with the error set. */
struct cp_value *value_new_text(const char *text, size_t length);

#endif
