/* SPDX-License-Identifier: MIT */
#include "value/members.h"

#include "value/siphash.h"

#include <string.h>
#include <sys/auxv.h>

/* Open addressing; a slot has the place of a member, plus one; at most every second is taken. */
struct index {
  size_t mask;
  uint32_t slots[];
};

/* The kernel gives each program 16 random bytes, and a hash that is keyed by them tells nothing
 * of them. */
static uint32_t hash_of(const char *key, size_t length) {
  uint64_t secret[2] = { 0 };
  const void *random = (const void *) getauxval(AT_RANDOM);
  if (random) memcpy(secret, random, sizeof secret);
  return (uint32_t) siphash_1_3(secret, key, length);
}

static bool is_key(const struct cp_value *node, const char *key, size_t length) {
  return node->count == length && memcmp(node->as.text, key, length) == 0;
}

static size_t find_by_index(const struct items *items, uint32_t hash, const char *key,
                            size_t length) {
  const struct index *index = items->index;
  for (size_t slot = hash & index->mask; index->slots[slot]; slot = (slot + 1) & index->mask) {
    size_t place = index->slots[slot] - 1;
    const struct cp_value *node = items->at[2 * place];
    if (node->hash == hash && is_key(node, key, length)) return place;
  }
  return MEMBER_NONE;
}

size_t members_find(const struct items *items, size_t count, const char *key, size_t length) {
  if (!items) return MEMBER_NONE;
  if (items->index) return find_by_index(items, hash_of(key, length), key, length);
  for (size_t i = 0; i < count; i++)
    if (is_key(items->at[2 * i], key, length)) return i;
  return MEMBER_NONE;
}

/* ---- the index ---- */

static size_t slots_for(size_t members) {
  size_t slots = 4 * MEMBERS_WITHOUT_INDEX;
  while (slots / 2 < members) slots *= 2;
  return slots;
}

size_t index_size(size_t members) {
  return sizeof(struct index) + slots_for(members) * sizeof(uint32_t);
}

struct index *index_begin(void *memory, size_t members) {
  struct index *index = memory;
  index->mask = slots_for(members) - 1;
  return index;
}

bool index_has_room(const struct index *index, size_t members) {
  return (index->mask + 1) / 2 >= members + 1;
}

static void enter(struct index *index, uint32_t hash, size_t place) {
  size_t slot = hash & index->mask;
  while (index->slots[slot]) slot = (slot + 1) & index->mask;
  index->slots[slot] = (uint32_t) place + 1;
}

void index_add(struct items *items, size_t place) {
  struct cp_value *key = items->at[2 * place];
  key->hash = hash_of(key->as.text, key->count);
  enter(items->index, key->hash, place);
}

/* ---- from a text ---- */

static size_t collect_many(struct items *items, struct cp_value *const *pairs, size_t count) {
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    struct cp_value *key = pairs[2 * i];
    key->hash = hash_of(key->as.text, key->count);
    size_t place = find_by_index(items, key->hash, key->as.text, key->count);
    if (place == MEMBER_NONE) {
      place = kept++;
      items->at[2 * place] = key;
      enter(items->index, key->hash, place);
    }
    items->at[2 * place + 1] = pairs[2 * i + 1];
  }
  return kept;
}

/* A cheap trait of a key. Keys of which no two share it differ, and need no comparison. */
static uint64_t trait_of(const struct cp_value *key) {
  const char *text = key->as.text;
  size_t last = key->count - (key->count > 0);
  unsigned sum = (unsigned char) text[0] + 5u * (unsigned char) text[last] + 3u * (unsigned) last;
  return (uint64_t) 1 << (sum & 63);
}

static size_t collect_few(struct items *items, struct cp_value *const *pairs, size_t count) {
  size_t kept = 0;
  uint64_t seen = 0;
  for (size_t i = 0; i < count; i++) {
    struct cp_value *key = pairs[2 * i];
    uint64_t trait = trait_of(key);
    size_t place = MEMBER_NONE;
    if (seen & trait) place = members_find(items, kept, key->as.text, key->count);
    seen |= trait;
    if (place == MEMBER_NONE) {
      place = kept++;
      items->at[2 * place] = key;
    }
    items->at[2 * place + 1] = pairs[2 * i + 1];
  }
  return kept;
}

size_t members_collect(struct items *items, struct cp_value *const *pairs, size_t count) {
  return items->index ? collect_many(items, pairs, count) : collect_few(items, pairs, count);
}
