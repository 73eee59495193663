/* SPDX-License-Identifier: MIT */
#include "value/stack.h"

#include "base/error.h"
#include "base/memory.h"

#include <stdint.h>
#include <string.h>

void *stack_grow(void *stack, const void *near, size_t *room, size_t size) {
  void *larger = *room <= SIZE_MAX / 2 / size ? memory_new_raw(2 * *room * size) : NULL;
  if (!larger) {
    (void) error_no_memory();
    return NULL;
  }
  memcpy(larger, stack, *room * size);
  stack_done(stack, near);
  *room *= 2;
  return larger;
}

void stack_done(void *stack, const void *near) {
  if (stack != near) memory_free(stack);
}
