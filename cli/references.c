/* SPDX-License-Identifier: MIT */
/* A table of addresses, half empty, with the next place for what meets another. */
#include "references.h"

#include <stdint.h>
#include <stdlib.h>

static struct reference *place_of(const struct references *references, const cp_value *value) {
  const uint64_t factor = 0x9E3779B97F4A7C15U; /* spreads the bits; low ones are all the same */
  size_t at = (size_t) (((uint64_t) (uintptr_t) value * factor) >> 20);
  for (;; at++) {
    struct reference *place = &references->table[at & (references->size - 1)];
    if (!place->value || place->value == value) {
      return place;
    }
  }
}

static bool grow(struct references *references) {
  struct references larger = { .size = references->size ? references->size * 2 : 64,
                               .count = references->count };
  larger.table = calloc(larger.size, sizeof *larger.table);
  if (!larger.table) {
    return false;
  }
  for (size_t i = 0; i < references->size; i++) {
    if (references->table[i].value) {
      *place_of(&larger, references->table[i].value) = references->table[i];
    }
  }
  free(references->table);
  *references = larger;
  return true;
}

bool references_add(struct references *references, const cp_value *value, bool *ret_has_failed) {
  if (references->count * 2 >= references->size && !grow(references)) {
    *ret_has_failed = true;
    return false;
  }
  struct reference *place = place_of(references, value);
  if (place->value) {
    place->is_shared = true;
    return false;
  }
  place->value = value;
  references->count++;
  return true;
}

struct reference *references_find(const struct references *references, const cp_value *value) {
  struct reference *place = references->size ? place_of(references, value) : NULL;
  return place && place->value ? place : NULL;
}

void references_done(struct references *references) {
  free(references->table);
  *references = (struct references){ 0 };
}
