/* SPDX-License-Identifier: MIT */
/*
 * What a cp_value is. A tree that was read or copied is an arena: its first block holds the
 * root, the text and some nodes, and chunks hold the rest; all are freed at once. A value
 * that was constructed is an arena too, with one node; it belongs to its container by a pointer.
 * So each node is either a root, with a `struct root` around it, or a part of an arena and
 * never changed again, or one of the constants, which belong to nobody.
 *
 * A value that stands at several places of one tree belongs to the first. At the others there is
 * a VALUE_REFERENCE, which no reader shows. Within an arena there may just be a second pointer,
 * but not to its root: to each root only its owner points.
 *
 * The readers change nothing, not even to remember an answer: threads may share a tree.
 */
#ifndef CP_VALUE_VALUE_H
#define CP_VALUE_VALUE_H

#include "child_process.h"

#include <stdint.h>

struct index;

/* Beside the public types. */
enum { VALUE_REFERENCE = 31 };

/* What a container holds: items, or keys and values by turns. */
struct items {
  union {
    size_t capacity;       /* pointers that have room; of the root's own ones */
    struct cp_value *next; /* while a tree is copied */
  };
  struct index *index; /* of many members */
  union {
    struct cp_value *named; /* of an array: an object of what it has beside items */
    struct cp_value *kept;  /* of others: what was replaced, but may stand elsewhere, too. The
                               parent of each is the next, and of the last the container. */
  };
  struct cp_value *at[];
};

struct cp_value {
  unsigned char type; /* cp_value_type, or VALUE_REFERENCE */
  unsigned char view; /* of a view: cp_view_type */
  bool is_root : 1;
  bool has_own_items : 1; /* apart from the arena, with items that may be roots */
  bool has_digits : 1;    /* a number as it was written */
  bool is_constant : 1;   /* is in static memory, and belongs to nobody */
  bool is_shared : 1;     /* stands at several places */
  bool holds_shared : 1;  /* something that is shared was put somewhere into it */
  bool is_holey : 1;      /* an array that may have holes */
  bool is_sparse : 1;     /* an array that holds places and items by turns, in order */
  bool is_as_cloned : 1;  /* a number or an array in the form that it had; see clone_write.c */
  bool has_buffer : 1;    /* a view of an ArrayBuffer, which is its one item */
  bool is_resizable : 1;  /* an ArrayBuffer */
  bool is_tracking : 1;   /* a view that ends where its resizable ArrayBuffer does */
  bool is_negative : 1;   /* a BigInt */
  uint32_t extra;         /* items of a sparse array; flags of a RegExp; where a view begins in its
                     ArrayBuffer; how long a resizable one may become */
  size_t count;           /* bytes, items, members; the length of an array */
  union {
    bool boolean;
    double number;       /* also of a date, in milliseconds */
    const char *text;    /* a '\0' follows bytes; after digits comes what ends a number */
    struct items *items; /* NULL when there never was one */
    const struct cp_value *target;
    size_t outer; /* while it is read: where the items of the container around it begin */
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

/** A constant that is a string. */
#define VALUE_TEXT(string) \
  { .type = CP_VALUE_STRING, .is_constant = true, .count = sizeof(string) - 1, .as.text = string }

static inline struct root *root_of(const struct cp_value *value) {
  return (struct root *) (void *) ((char *) (uintptr_t) value - offsetof(struct root, value));
}

/** What stands at a place where there may be a reference. */
static inline const struct cp_value *value_behind(const struct cp_value *item) {
  return item->type == VALUE_REFERENCE ? item->as.target : item;
}

#define VALUE_BIT(type) (1U << (type))

#define VALUES_WITH_PAIRS \
  (VALUE_BIT(CP_VALUE_OBJECT) | VALUE_BIT(CP_VALUE_MAP) | VALUE_BIT(CP_VALUE_ERROR))
#define VALUES_WITH_ITEMS \
  (VALUE_BIT(CP_VALUE_ARRAY) | VALUE_BIT(CP_VALUE_SET) | VALUE_BIT(CP_VALUE_BOXED))
#define VALUES_WITH_BYTES \
  (VALUE_BIT(CP_VALUE_STRING) | VALUE_BIT(CP_VALUE_BIGINT) | VALUE_BIT(CP_VALUE_REGEXP) | \
   VALUE_BIT(CP_VALUE_BUFFER) | VALUE_BIT(CP_VALUE_VIEW))

static inline bool value_is_one_of(const struct cp_value *value, unsigned types) {
  return VALUE_BIT(value->type) & types;
}

/** Whether it holds keys and values by turns. */
static inline bool value_has_pairs(const struct cp_value *value) {
  return value_is_one_of(value, VALUES_WITH_PAIRS);
}

/** Whether other values may be in it. */
static inline bool value_is_container(const struct cp_value *value) {
  return value_is_one_of(value, VALUES_WITH_PAIRS | VALUES_WITH_ITEMS) || value->has_buffer;
}

/** Whether it points to bytes of its own. */
static inline bool value_has_bytes(const struct cp_value *value) {
  return value->has_digits || (value_is_one_of(value, VALUES_WITH_BYTES) && !value->has_buffer);
}

/** How many pointers its list of items has. */
static inline size_t value_pointers(const struct cp_value *container) {
  if (value_has_pairs(container)) return 2 * container->count;
  if (container->has_buffer) return 1;
  return container->is_sparse ? 2 * (size_t) container->extra : container->count;
}

/** Null, undefined, a hole, false (a CP_VALUE_BOOL): one for all trees that are read or copied. */
struct cp_value *value_constant(cp_value_type type);
struct cp_value *value_constant_true(void);

/** A root by itself with room for so many bytes behind it; NULL with the error set. */
struct cp_value *value_new(cp_value_type type, size_t extra_bytes);
/** One with bytes of its own, copied; NULL with the error set. */
struct cp_value *value_new_bytes(cp_value_type type, const void *bytes, size_t length);

/** The place of the i-th item that a sparse array holds. */
static inline size_t value_sparse_place(const struct cp_value *array, size_t i) {
  return array->as.items->at[2 * i]->count;
}

#endif
