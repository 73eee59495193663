/* SPDX-License-Identifier: MIT */
#ifndef CP_BASE_ERRNO_NAMES_H
#define CP_BASE_ERRNO_NAMES_H

/** "ENOENT" of -ENOENT, as libuv has it; "UNKNOWN" for what has no name. Never NULL. */
const char *errno_name(int number);
/** "no such file or directory" of -ENOENT. Never NULL. */
const char *errno_text(int number);

#endif
