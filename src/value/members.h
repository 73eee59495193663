/* SPDX-License-Identifier: MIT */
/*
 * The members of an object, by key. Few are searched one after the other; more than
 * MEMBERS_WITHOUT_INDEX have a hash table. Its hash is keyed with a secret of the process, so that
 * a peer cannot choose keys that all fall into one place.
 */
#ifndef CP_VALUE_MEMBERS_H
#define CP_VALUE_MEMBERS_H

#include "value/value.h"

enum { MEMBERS_WITHOUT_INDEX = 16 };

/* An index names members by 32 bits. */
#define MEMBERS_MOST ((size_t) UINT32_MAX / 2)

#define MEMBER_NONE SIZE_MAX

/** The place of the member with that key, or MEMBER_NONE. */
size_t members_find(const struct items *items, size_t count, const char *key, size_t length);

/** Bytes of an index for so many members, in zeroed memory; index_begin() makes one of it. */
size_t index_size(size_t members);
struct index *index_begin(void *memory, size_t members);
/** Whether one more needs no larger index. */
bool index_has_room(const struct index *index, size_t members);
/** Enters the member at that place, whose key is in `items` and not yet in its index. */
void index_add(struct items *items, size_t place);

/**
 * Fills `items` with `count` keys and values by turns from `pairs`; of those with one key the
 * last value stands in the place of the first. Returns how many there are then. If there are
 * more than MEMBERS_WITHOUT_INDEX the items have an empty index.
 */
size_t members_collect(struct items *items, struct cp_value *const *pairs, size_t count);

#endif
