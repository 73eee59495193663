/* SPDX-License-Identifier: MIT */
/*
 * JSON, read and written as JSON.parse() and JSON.stringify() of V8 do; the differences are told
 * at cp_value_parse() and cp_value_to_json(). Time and memory grow with the text, and depth is
 * no matter of the stack.
 */
#ifndef CP_VALUE_JSON_H
#define CP_VALUE_JSON_H

#include "base/buffer.h"
#include "value/value.h"

/** The tree of a text, or NULL with the error set. */
struct cp_value *json_read(const char *json, size_t length);

/**
 * Appends the text of a tree, without a line break. 0 or a negative code with the error set and
 * nothing appended.
 */
int json_write_value(const struct cp_value *value, struct buffer *out);

/**
 * Appends a text that json_read() would take, without what may stand between its tokens, and
 * with U+FFFD for what is no UTF-8; makes no tree of it. 0 or a negative code with the error set
 * and nothing appended.
 */
int json_check_and_compact(const char *json, size_t length, struct buffer *out);

/** Whether json_read() would take the text. */
bool json_is_valid(const char *json, size_t length);

#endif
