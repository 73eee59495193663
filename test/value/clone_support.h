/* SPDX-License-Identifier: MIT */
#ifndef TEST_VALUE_CLONE_SUPPORT_H
#define TEST_VALUE_CLONE_SUPPORT_H

#include "run/run.h"
#include "value/clone.h"

#include <errno.h>
#include <string.h>

/* The bytes of hexadecimal digits, in memory of exactly that size; the runner frees them. */
cp_bytes from_hex(const char *hex);

/* The tree of a clone that must be right. */
cp_value *read_hex(const char *hex, enum clone_flavor flavor);

/* The value is written as these bytes. It stays the caller's. */
void check_clone(const cp_value *value, enum clone_flavor flavor, const char *hex);

/* The clone is refused as wrong. */
void check_clone_refused(cp_bytes clone, enum clone_flavor flavor);

#endif
