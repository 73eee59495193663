/* SPDX-License-Identifier: MIT */
/*
 * Pipes that prove busy are grown: fewer turns for the same bytes. Only a few in a process at
 * a time, because the kernel counts the memory of all pipes of a user: past 64 MiB every
 * new pipe of that user has 8 KiB instead of 64 (pipe(7), pipe-user-pages-soft).
 */
#ifndef CP_CHILD_PIPE_SIZE_H
#define CP_CHILD_PIPE_SIZE_H

#include <stddef.h>

/**
 * `read_at_once` bytes were there when `fd` was read. If that is all that it can hold, it is
 * grown. `step` is its own, 0 at first.
 */
void pipe_size_adapt(int fd, unsigned char *step, size_t read_at_once);
/** It was closed; only of one that has a step. */
void pipe_size_release(unsigned char *step);

#endif
