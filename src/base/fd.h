/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: where ours live, and how they are closed.
 *
 * Low numbers are precious. 0, 1 and 2 belong to stdio whatever is open there at the moment,
 * and a start is cheap only while the child's ends have low numbers (process/start_clone.c).
 * So what we keep for long is moved up, out of the way, as soon as there is more than a little.
 */
#ifndef CP_BASE_FD_H
#define CP_BASE_FD_H

/** Closes `*fd` if there is one, and makes it -1. errno stays. */
void fd_close(int *fd);

/**
 * Moves a descriptor that we keep to a high number, close-on-exec, unless it is one of the first
 * few. Takes `fd` (-1: nothing happens). Where there is no room above, one that is no stdio
 * number stays where it is.
 * Returns the new number, or a negative code with `fd` closed.
 */
int fd_move_up(int fd);

/** Moves a descriptor off 0, 1 and 2. Takes `fd`; as fd_move_up(). */
int fd_move_off_stdio(int fd);

/** 0, or a negative code. `mode` is its access mode: O_RDONLY, O_WRONLY or O_RDWR. */
int fd_set_nonblocking(int fd, int mode);
int fd_set_blocking(int fd, int mode);

#endif
