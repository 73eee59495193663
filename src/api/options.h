/* SPDX-License-Identifier: MIT */
#ifndef CP_API_OPTIONS_H
#define CP_API_OPTIONS_H

#include "child_process.h"

/**
 * Whether a caller's arguments make sense by themselves; the system is not asked. 0, or a
 * negative code that cp_last_error() explains. `options` is not NULL.
 */
int options_check(const char *file, const char *const *args, const cp_options *options);
/** Whether `input` can be given to the child. The same. */
int options_check_input(const cp_options *options);
/** That there is none, for a call that takes none. The same. */
int options_check_no_input(const cp_options *options);

/** For a blocking call, and for a fork that has a list. The same. */
int options_check_no_channel(const cp_options *options);
int options_check_channel(const cp_options *options);

const cp_options *options_or_defaults(const cp_options *options);
/** A copy that runs a command line: by /bin/sh where no shell was asked for. */
cp_options options_with_shell(const cp_options *options);

#endif
