/* SPDX-License-Identifier: MIT */
/*
 * Which values a walk has met already, and what it wrote down of each. Only values that are
 * shared need to be asked for, so mostly it stays empty and takes no memory.
 */
#ifndef CP_VALUE_IDENTITY_H
#define CP_VALUE_IDENTITY_H

#include "value/value.h"

struct identity_slot {
  const struct cp_value *value;
  uintptr_t note;
};

/* Zeroed, it is empty. */
struct identity {
  struct identity_slot *slots; /* with open addressing; at most every second is taken */
  size_t mask;
  size_t count;
};

/** The note of a value, to be read and written until the next one is added; NULL: it was not
 *  added. */
uintptr_t *identity_find(const struct identity *identity, const struct cp_value *value);
/** Adds one that is not there. 0, or -ENOMEM with the error set. */
int identity_add(struct identity *identity, const struct cp_value *value, uintptr_t note);
void identity_done(struct identity *identity);

#endif
