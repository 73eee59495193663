/* SPDX-License-Identifier: MIT */
#include "value/members.h"

#include "value/siphash.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

struct slot {
  uint32_t place; /* plus one; 0: empty */
  uint32_t hash;
};

/* Open addressing; at most three of four slots are taken. */
struct index {
  size_t mask;
  size_t stride;
  struct slot slots[];
};

/* ---- keys ---- */

/* The kernel gives each program 16 random bytes, and a hash that is keyed by them tells nothing
 * of them. Looking for them takes as long as hashing a key, so it is done once. */
static const void *random_bytes(void) {
  static _Atomic(uintptr_t) known;
  uintptr_t place = atomic_load_explicit(&known, memory_order_relaxed);
  if (!place) {
    place = getauxval(AT_RANDOM);
    atomic_store_explicit(&known, place, memory_order_relaxed);
  }
  return (const void *) place;
}

static inline uint32_t hash_of_bytes(const void *bytes, size_t length) {
  uint64_t secret[2] = { 0 };
  const void *random = random_bytes();
  if (random) memcpy(secret, random, sizeof secret);
  return (uint32_t) siphash_1_3(secret, bytes, length);
}

/* One for all that are the same. */
static double key_number(const struct cp_value *key) {
  double number = cp_value_as_number(key, 0);
  if (isnan(number)) return NAN;
  return number == 0 ? 0 : number;
}

static uint32_t hash_of_other(const struct cp_value *key) {
  double number;
  switch (key->type) {
    case CP_VALUE_BIGINT:
      return hash_of_bytes(key->as.text, key->count);
    case CP_VALUE_NUMBER:
      number = key_number(key);
      return hash_of_bytes(&number, sizeof number);
    case CP_VALUE_BOOL:
      return 2 + key->as.boolean;
    case CP_VALUE_NULL:
    case CP_VALUE_UNDEFINED:
      return key->type;
    default:
      return hash_of_bytes(&key, sizeof key);
  }
}

/* Most keys are text. */
static inline uint32_t hash_of(const struct cp_value *key) {
  if (key->type == CP_VALUE_STRING) return hash_of_bytes(key->as.text, key->count);
  return hash_of_other(key);
}

static bool is_text(const struct cp_value *key, const char *text, size_t length) {
  return key->count == length && memcmp(key->as.text, text, length) == 0;
}

/* None is a reference. */
static bool is_same(const struct cp_value *one, const struct cp_value *other) {
  if (one->type != other->type) return false;
  double number;
  switch (one->type) {
    case CP_VALUE_STRING:
      return is_text(one, other->as.text, other->count);
    case CP_VALUE_BIGINT:
      return one->is_negative == other->is_negative && is_text(one, other->as.text, other->count);
    case CP_VALUE_NUMBER:
      number = key_number(one);
      return number == key_number(other) || (isnan(number) && isnan(key_number(other)));
    case CP_VALUE_BOOL:
      return one->as.boolean == other->as.boolean;
    case CP_VALUE_NULL:
    case CP_VALUE_UNDEFINED:
      return true;
    default:
      return one == other;
  }
}

/* ---- search ---- */

static bool is_in_slot(const struct items *items, const struct slot *slot, uint32_t hash,
                       const struct cp_value *key) {
  if (slot->hash != hash) return false;
  return is_same(value_behind(items->at[items->index->stride * (slot->place - 1)]), key);
}

static size_t find_by_index(const struct items *items, uint32_t hash, const struct cp_value *key) {
  const struct index *index = items->index;
  size_t slot = hash & index->mask;
  for (; index->slots[slot].place; slot = (slot + 1) & index->mask)
    if (is_in_slot(items, &index->slots[slot], hash, key)) return index->slots[slot].place - 1;
  return MEMBER_NONE;
}

static size_t find_in_row(const struct items *items, size_t count, size_t stride,
                          const struct cp_value *key) {
  for (size_t i = 0; i < count; i++)
    if (is_same(value_behind(items->at[stride * i]), key)) return i;
  return MEMBER_NONE;
}

size_t members_find(const struct cp_value *container, const struct cp_value *key) {
  const struct items *items = container->as.items;
  if (!items) return MEMBER_NONE;
  if (items->index) return find_by_index(items, hash_of(key), key);
  return find_in_row(items, container->count, members_stride(container), key);
}

size_t members_find_text(const struct cp_value *container, const char *key, size_t length) {
  struct cp_value string = { .type = CP_VALUE_STRING, .count = length, .as.text = key };
  return members_find(container, &string);
}

/* ---- the index ---- */

static size_t slots_for(size_t members) {
  size_t slots = 2 * MEMBERS_WITHOUT_INDEX;
  while (slots / 4 * 3 < members) slots *= 2;
  return slots;
}

size_t index_size(size_t members) {
  return sizeof(struct index) + slots_for(members) * sizeof(struct slot);
}

struct index *index_begin(void *memory, size_t members, size_t stride) {
  struct index *index = memory;
  index->mask = slots_for(members) - 1;
  index->stride = stride;
  return index;
}

bool index_has_room(const struct index *index, size_t members) {
  return (index->mask + 1) / 4 * 3 >= members + 1;
}

static void enter(struct index *index, uint32_t hash, size_t place) {
  size_t slot = hash & index->mask;
  while (index->slots[slot].place) slot = (slot + 1) & index->mask;
  index->slots[slot] = (struct slot){ (uint32_t) place + 1, hash };
}

void index_add(struct items *items, size_t place) {
  enter(items->index, hash_of(value_behind(items->at[items->index->stride * place])), place);
}

/* ---- from what was read ---- */

/* Puts a member behind the others, or its value in the place of another. */
static void collect_one(struct cp_value *container, struct items *items, size_t stride,
                        struct cp_value *const *member, size_t place) {
  if (place == MEMBER_NONE) {
    place = container->count++;
    items->at[stride * place] = member[0];
  }
  if (stride == 2) items->at[2 * place + 1] = member[1];
}

static void collect_many(struct cp_value *container, struct items *items,
                         struct cp_value *const *members, size_t count) {
  struct index *index = items->index;
  size_t stride = index->stride;
  for (size_t i = 0; i < count; i++) {
    const struct cp_value *key = value_behind(members[stride * i]);
    uint32_t hash = hash_of(key);
    size_t slot = hash & index->mask, place = MEMBER_NONE;
    while (index->slots[slot].place && place == MEMBER_NONE) {
      if (is_in_slot(items, &index->slots[slot], hash, key))
        place = index->slots[slot].place - 1;
      else
        slot = (slot + 1) & index->mask;
    }
    if (place == MEMBER_NONE)
      index->slots[slot] = (struct slot){ (uint32_t) container->count + 1, hash };
    collect_one(container, items, stride, members + stride * i, place);
  }
}

/* A cheap trait of a key. Keys of which no two share it differ, and need no comparison. */
static uint64_t trait_of(const struct cp_value *key) {
  if (key->type != CP_VALUE_STRING) return (uint64_t) 1 << 63;
  const char *text = key->as.text;
  size_t last = key->count - (key->count > 0);
  unsigned sum = (unsigned char) text[0] + 5u * (unsigned char) text[last] + 3u * (unsigned) last;
  return (uint64_t) 1 << (sum & 63);
}

static void collect_few(struct cp_value *container, struct items *items,
                        struct cp_value *const *members, size_t count) {
  size_t stride = members_stride(container);
  uint64_t seen = 0;
  for (size_t i = 0; i < count; i++) {
    const struct cp_value *key = value_behind(members[stride * i]);
    uint64_t trait = trait_of(key);
    size_t place = seen & trait ? find_in_row(items, container->count, stride, key) : MEMBER_NONE;
    seen |= trait;
    collect_one(container, items, stride, members + stride * i, place);
  }
}

void members_collect(struct cp_value *container, struct items *items,
                     struct cp_value *const *members, size_t count) {
  container->count = 0;
  if (items->index)
    collect_many(container, items, members, count);
  else
    collect_few(container, items, members, count);
}
