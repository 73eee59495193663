/* SPDX-License-Identifier: MIT */
#ifndef CLI_REFERENCES_H
#define CLI_REFERENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "child_process.h"

/** A value that stands at several places. */
struct reference {
  const cp_value *value; /* NULL: a free place of the table */
  bool is_shared;        /* it was met a second time */
  unsigned number;       /* that it was given; 0: none yet */
};

/** The containers of a tree, each once. Zeroed, it is empty. */
struct references {
  struct reference *table;
  size_t count;
  size_t size;
  unsigned numbers; /* given so far */
};

/** Meets a value. True: for the first time. False, too, if there is no memory: has_failed. */
bool references_add(struct references *references, const cp_value *value, bool *ret_has_failed);
/** NULL: it was never met. */
struct reference *references_find(const struct references *references, const cp_value *value);
void references_done(struct references *references);

#endif
