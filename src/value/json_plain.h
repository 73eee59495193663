/* SPDX-License-Identifier: MIT */
#ifndef CP_VALUE_JSON_PLAIN_H
#define CP_VALUE_JSON_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Whether it is a JSON text as programs write it: one value without white space, of valid UTF-8,
 * no deeper than a machine word has bits. False says nothing; json_next() tells. It is several
 * times as fast, since nothing of it is remembered.
 */
bool json_is_plain(const char *json, size_t length);

#endif
