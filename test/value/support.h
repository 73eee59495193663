/* SPDX-License-Identifier: MIT */
#ifndef TEST_VALUE_SUPPORT_H
#define TEST_VALUE_SUPPORT_H

#include "run/run.h"
#include "value/json.h"

#include <errno.h>
#include <string.h>

/* The tree of a text that must be right. */
cp_value *parse(const char *json);

/* The text is written as `expected`, from its tree and from a copy of that. */
void check_written(const char *json, const char *expected);

/* The text is refused, by the reader and by the checker, and the message has this in it. */
void check_refused(const char *json, const char *message);

/* The value is written so; it is freed. */
void check_json(cp_value *value, const char *expected);

/* `part`, `count` times, between the two. */
char *repeated(const char *before, const char *part, size_t count, const char *after);

#endif
