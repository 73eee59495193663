/* SPDX-License-Identifier: MIT */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Words of the command line as values. False if the word is none; *ret_value is not touched then.
 */

/** "1.5", "1.5s", "500ms", "2m", "1h", "1d"; seconds without a suffix. */
bool value_duration(const char *text, uint64_t *ret_ns);

/** "4096", "64K", "1M", "2G" (of 1024) or "unlimited"; not 0. In the words of max_buffer. */
bool value_size(const char *text, size_t *ret_bytes);

/** "1", "12"; not 0. */
bool value_count(const char *text, uint64_t *ret_count);

/** "TERM", "SIGTERM", "term" or "15". */
bool value_signal(const char *text, int *ret_signal);

/** A number, or the name of a user or group. */
bool value_user(const char *text, uint32_t *ret_uid);
bool value_group(const char *text, uint32_t *ret_gid);

/** "NAME=value" with a name, and "NAME" alone. */
bool value_is_setting(const char *text);
bool value_is_name(const char *text);

#endif
