/* SPDX-License-Identifier: MIT */
#include "value/identity.h"

#include "base/error.h"
#include "base/memory.h"

enum { FIRST_SLOTS = 64 };

/* A peer does not choose addresses, but he chooses how far apart shared values lie: so the mixing
 * is not linear. It is that of splitmix64, by S. Vigna. */
static size_t slot_of(const struct identity *identity, const struct cp_value *value) {
  uint64_t bits = (uint64_t) (uintptr_t) value;
  bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
  return (size_t) (bits ^ bits >> 31) & identity->mask;
}

static struct identity_slot *seek(const struct identity *identity, const struct cp_value *value) {
  size_t slot = slot_of(identity, value);
  while (identity->slots[slot].value && identity->slots[slot].value != value)
    slot = (slot + 1) & identity->mask;
  return &identity->slots[slot];
}

uintptr_t *identity_find(const struct identity *identity, const struct cp_value *value) {
  if (!identity->slots) return NULL;
  struct identity_slot *slot = seek(identity, value);
  return slot->value ? &slot->note : NULL;
}

static int grow(struct identity *identity) {
  size_t slots = identity->slots ? 2 * (identity->mask + 1) : FIRST_SLOTS;
  struct identity larger = { .mask = slots - 1, .count = identity->count };
  larger.slots = memory_new_array(slots, sizeof *larger.slots);
  if (!larger.slots) return error_no_memory();
  for (size_t i = 0; identity->slots && i <= identity->mask; i++)
    if (identity->slots[i].value) *seek(&larger, identity->slots[i].value) = identity->slots[i];
  identity_done(identity);
  *identity = larger;
  return 0;
}

int identity_add(struct identity *identity, const struct cp_value *value, uintptr_t note) {
  if (!identity->slots || identity->count > identity->mask / 2) {
    int result = grow(identity);
    if (result < 0) return result;
  }
  *seek(identity, value) = (struct identity_slot){ value, note };
  identity->count++;
  return 0;
}

void identity_done(struct identity *identity) {
  memory_free(identity->slots);
}
