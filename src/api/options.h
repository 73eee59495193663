/* SPDX-License-Identifier: MIT */
#ifndef CP_API_OPTIONS_H
#define CP_API_OPTIONS_H

#include "child_process.h"

/**
 * Whether a caller's arguments make sense by themselves; the system is not asked. 0, or a
 * negative code that cp_last_error() explains. `options` is not NULL.
 */
int options_check(const char *file, const char *const *args, const cp_options *options);

#endif
