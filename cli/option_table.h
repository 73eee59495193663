/* SPDX-License-Identifier: MIT */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include <stdbool.h>

#include "options.h"

/** An option: how it is spelled, who takes it, what it is for and what it does. */
struct option_entry {
  const char *name;
  const char *argument; /* NULL: takes none. "[=X]": may be left out */
  const char *help;     /* lines */
  /** False if the argument is not one; NULL if none was given. */
  bool (*take)(struct options *options, const char *argument);
  unsigned commands; /* that take it; 0: all */
};

/**
 * Ends with one that has no name. An option may stand there several times, for different commands.
 */
extern const struct option_entry option_table[];
enum { MOST_OPTIONS = 64 };

#endif
