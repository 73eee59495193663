/* SPDX-License-Identifier: MIT */
#ifndef CLI_NOTATION_H
#define CLI_NOTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "child_process.h"

/**
 * Whether JSON has all that is in the value, so that nothing is lost where it is printed as such.
 * Only of one that JSON.stringify() takes: it has no cycle.
 */
bool notation_is_json(const cp_value *value);

/**
 * The value in one line, as child(1) describes it under "Values"; free it. NULL without memory.
 */
char *notation_of(const cp_value *value, size_t *ret_length);

#endif
