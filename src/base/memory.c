/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <stdlib.h>

static const struct memory_allocator libc_allocator = { calloc, malloc, free };
static const struct memory_allocator *current = &libc_allocator;

void memory_set_allocator(const struct memory_allocator *allocator) {
  current = allocator ? allocator : &libc_allocator;
}

void *memory_new_array(size_t count, size_t size) {
  return current->allocate(count, size);
}

void *memory_new(size_t size) {
  return memory_new_array(1, size);
}

void *memory_new_raw(size_t size) {
  return current->allocate_raw(size);
}

void memory_free(void *memory) {
  if (memory) current->release(memory);
}
