/* SPDX-License-Identifier: MIT */
/*
 * Errors: cp_error objects, and the last one of each thread.
 */
#ifndef CP_BASE_ERROR_H
#define CP_BASE_ERROR_H

#include "child_process.h"

/**
 * Remembers for cp_last_error() that the arguments of a call were wrong, and returns
 * `number`. `code` is Node's word for it ("ERR_INVALID_ARG_VALUE").
 */
__attribute__((format(printf, 3, 4))) int error_argument(int number, const char *code,
                                                         const char *format, ...);

/** The same for a system call that failed: "`what` ENOENT". */
int error_system(int number, const char *what);

/** The same for no memory. Returns UV_ENOMEM. */
int error_no_memory(void);

/** Its message is longer than this: it is cut. */
#define ERROR_MESSAGE_SIZE 512

#endif
