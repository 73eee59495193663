/* SPDX-License-Identifier: MIT */
/*
 * Where a tree that is read or copied gets its memory: one block that usually holds all of a
 * message, then chunks, each twice as large as the one before, as long as that is little beside the
 * text. Nothing is given back by itself.
 */
#ifndef CP_VALUE_ARENA_H
#define CP_VALUE_ARENA_H

#include "value/value.h"

#include <string.h>

struct arena {
  struct root *root;
  char *free;
  char *end;
  size_t chunk_size; /* of the next one */
  size_t largest_chunk;
};

/** Begins one with `text_size` bytes for text, of which the last is zeroed, and which is where
 *  *ret_text points to; NULL is for no text. There is some room for nodes, too. 0 or -ENOMEM, with
 *  the error set. */
int arena_begin(struct arena *arena, size_t text_size, char **ret_text);
/** Frees all, also what was taken by arena_take(). */
void arena_free(struct root *root);
/** For arena_take_raw(). */
void *arena_take_from_new_chunk(struct arena *arena, size_t size);

/** Memory for what is written before it is read, or NULL with the error set. */
static inline void *arena_take_raw(struct arena *arena, size_t size) {
  size = (size + 7) & ~(size_t) 7;
  if (size > (size_t) (arena->end - arena->free)) return arena_take_from_new_chunk(arena, size);
  void *memory = arena->free;
  arena->free += size;
  return memory;
}

/** Zeroed memory for nodes, or NULL with the error set. */
static inline void *arena_take(struct arena *arena, size_t size) {
  void *memory = arena_take_raw(arena, size);
  return memory ? memset(memory, 0, size) : NULL;
}

#endif
