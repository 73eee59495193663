/* SPDX-License-Identifier: MIT */
/*
 * Numbers and their text, as JavaScript has both, whatever the locale of the program is.
 */
#ifndef CP_VALUE_NUMBER_H
#define CP_VALUE_NUMBER_H

#include <stddef.h>

/** The double that is nearest to a number of JSON, behind which something else must stand. */
double number_read(const char *text, size_t length);

enum { NUMBER_SIZE = 32 };

/** The shortest text that is read as this number again, laid out as JavaScript does, but "-0"
 *  for -0; "null" for NaN and the infinities. Returns its length; no '\0' follows. */
size_t number_write(double number, char to[NUMBER_SIZE]);

#endif
