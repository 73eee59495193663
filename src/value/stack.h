/* SPDX-License-Identifier: MIT */
/*
 * The stacks by which a walk knows no depth that is too much. Each begins in memory that is near,
 * a part of its owner, which does for what is usual; it moves to the heap when that is full.
 */
#ifndef CP_VALUE_STACK_H
#define CP_VALUE_STACK_H

#include <stddef.h>

/** Where *room elements of that size stand from now on, twice as many as before; NULL with the
 *  error set, and everything as it was. */
void *stack_grow(void *stack, const void *near, size_t *room, size_t size);
void stack_done(void *stack, const void *near);

#endif
