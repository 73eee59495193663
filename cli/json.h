/* SPDX-License-Identifier: MIT */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdio.h>

/** Prints a string with its quotes, or null for NULL. What is not UTF-8 becomes U+FFFD. */
void json_string(FILE *out, const char *text);

#endif
