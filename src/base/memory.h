/* SPDX-License-Identifier: MIT */
/*
 * All memory of the library comes from here, so that a test can count it and let the n-th
 * allocation fail.
 */
#ifndef CP_BASE_MEMORY_H
#define CP_BASE_MEMORY_H

#include <stddef.h>

struct memory_allocator {
  void *(*allocate)(size_t count, size_t size); /**< zeroed, as calloc */
  void *(*allocate_raw)(size_t size);           /**< as malloc */
  void (*release)(void *memory);
};

/** Zeroed memory, or NULL. */
void *memory_new(size_t size);
/** Zeroed memory for an array; NULL also where the product does not fit. */
void *memory_new_array(size_t count, size_t size);
/** Memory with anything in it, for what is written before it is read; or NULL. */
void *memory_new_raw(size_t size);
void memory_free(void *memory);

/** For tests, before the first use; NULL brings libc's back. Not for several threads. */
void memory_set_allocator(const struct memory_allocator *allocator);

#endif
