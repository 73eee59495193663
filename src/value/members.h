/* SPDX-License-Identifier: MIT */
/*
 * The members of an object, the entries of a Map and the items of a Set, by key. Few are searched
 * one after the other; more than MEMBERS_WITHOUT_INDEX have a hash table. Its hash is keyed with a
 * secret of the process, so that a peer cannot choose keys that all fall into one place.
 *
 * Keys are the same where JavaScript says so (SameValueZero): text by its bytes, numbers by what
 * they are, NaN too, and 0 and -0 alike; objects if they are one.
 */
#ifndef CP_VALUE_MEMBERS_H
#define CP_VALUE_MEMBERS_H

#include "value/value.h"

enum { MEMBERS_WITHOUT_INDEX = 16 };

/* An index names members by 32 bits. */
#define MEMBERS_MOST ((size_t) UINT32_MAX / 2)

#define MEMBER_NONE SIZE_MAX

/** From one key to the next in the items: 1 of a Set, 2 of others. */
static inline size_t members_stride(const struct cp_value *container) {
  return container->type == CP_VALUE_SET ? 1 : 2;
}

/** The place of the member with that key, or MEMBER_NONE. */
size_t members_find(const struct cp_value *container, const struct cp_value *key);
/** The same with a string for its key. */
size_t members_find_text(const struct cp_value *container, const char *key, size_t length);

/** Bytes of an index for so many members, in zeroed memory; index_begin() makes one of it. */
size_t index_size(size_t members);
struct index *index_begin(void *memory, size_t members, size_t stride);
/** Whether one more needs no larger index. */
bool index_has_room(const struct index *index, size_t members);
/** Enters the member at that place, whose key is in `items` and not yet in its index. */
void index_add(struct items *items, size_t place);

/**
 * Fills `items`, and counts in `container`, from `count` members, or keys and values by turns. Of
 * those with one key the last value stands in the place of the first. If there are more than
 * MEMBERS_WITHOUT_INDEX the items have an empty index.
 */
void members_collect(struct cp_value *container, struct items *items,
                     struct cp_value *const *members, size_t count);

#endif
