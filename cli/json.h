/* SPDX-License-Identifier: MIT */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Prints a string with its quotes, or null for NULL. What is not UTF-8 becomes U+FFFD. */
void json_string(FILE *out, const char *text);

/** The same of so many bytes, which a '\0' must follow; there may be others among them. */
void json_text(FILE *out, const char *text, size_t length);

/** Whether json_text() shows them as they are. */
bool json_is_utf8(const char *text, size_t length);

/** Any bytes, as a string in base64. */
void json_base64(FILE *out, const char *data, size_t length);

#endif
