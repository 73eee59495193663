/* SPDX-License-Identifier: MIT */
#include "value/arena.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

enum {
  NODE_BYTES_PER_TEXT = 8, /* what small messages of short members take at most, mostly */
  MOST_FIRST_NODE_BYTES = 4096,
  FIRST_CHUNK = 8192,
  CHUNK_BYTES_PER_TEXT = 4, /* what the last chunk may have too much */
  LARGEST_CHUNK = 256 * 1024,
  LARGE_PART = 4 /* as many fit into a chunk */
};

/* A long text is likely to be one of few nodes, or else to be worth some more chunks. */
int arena_begin(struct arena *arena, size_t text_size, char **ret_text) {
  size_t node_bytes = text_size < MOST_FIRST_NODE_BYTES / NODE_BYTES_PER_TEXT
                          ? text_size * NODE_BYTES_PER_TEXT
                          : MOST_FIRST_NODE_BYTES;
  if (text_size > SIZE_MAX / 2) return error_no_memory();
  text_size = (text_size + 7) & ~(size_t) 7;
  struct root *root = memory_new_raw(sizeof *root + text_size + node_bytes);
  if (!root) return error_no_memory();
  *root = (struct root){ .value.is_root = true };
  arena->root = root;
  arena->free = (char *) (root + 1) + text_size;
  arena->end = arena->free + node_bytes;
  arena->chunk_size = FIRST_CHUNK;
  bool is_short = text_size > 0 && text_size < LARGEST_CHUNK / CHUNK_BYTES_PER_TEXT;
  arena->largest_chunk = is_short ? text_size * CHUNK_BYTES_PER_TEXT : LARGEST_CHUNK;
  if (!ret_text) return 0;
  *ret_text = (char *) (root + 1);
  memset(*ret_text + text_size - 8, 0, 8); /* its last byte is in there */
  return 0;
}

/* What is large gets a chunk of its own. The rest of the present chunk is left when the new one has
 * more, so little is wasted: a tree of a peer's choice takes not much more than its nodes do. */
void *arena_take_from_new_chunk(struct arena *arena, size_t size) {
  bool is_large = size > arena->chunk_size / LARGE_PART;
  size_t room = is_large ? size : arena->chunk_size;
  struct chunk *chunk =
      room < SIZE_MAX - sizeof *chunk ? memory_new_raw(sizeof *chunk + room) : NULL;
  if (!chunk) {
    (void) error_no_memory();
    return NULL;
  }
  chunk->next = arena->root->chunks;
  arena->root->chunks = chunk;
  char *memory = (char *) (chunk + 1);
  if (room - size > (size_t) (arena->end - arena->free)) {
    arena->free = memory + size;
    arena->end = memory + room;
  }
  if (!is_large && arena->chunk_size < arena->largest_chunk) arena->chunk_size *= 2;
  return memory;
}

void arena_free(struct root *root) {
  for (struct chunk *chunk = root->chunks, *next; chunk; chunk = next) {
    next = chunk->next;
    memory_free(chunk);
  }
  memory_free(root);
}
