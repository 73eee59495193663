/* SPDX-License-Identifier: MIT */
/* The classes that an Error may have in a clone, which are told by a letter. */
#ifndef CP_VALUE_CLONE_ERROR_H
#define CP_VALUE_CLONE_ERROR_H

#include "value/value.h"

/** The name of the class, a constant; NULL: the letter is of none. */
struct cp_value *clone_error_name(uint32_t letter);
/** The letter of the class with that name; 0: it is a mere Error. */
char clone_error_letter(const char *name);

#endif
