/* SPDX-License-Identifier: MIT */
/*
 * V8's structured clone, read and written as ValueSerializer and ValueDeserializer of V8 do, with
 * the host objects of Node. Time and memory grow with the bytes, and depth is no matter of the
 * stack.
 */
#ifndef CP_VALUE_CLONE_H
#define CP_VALUE_CLONE_H

#include "base/buffer.h"
#include "child_process.h"

/** Who wrote it, or is to read it: they differ in what begins a host object. */
enum clone_flavor {
  CLONE_V8,     /**< v8.serialize() */
  CLONE_CHANNEL /**< an IPC channel of Node with serialization 'advanced' */
};

/**
 * The tree of a clone, whose bytes are copied; what follows the one value is not looked at. NULL
 * with the error set: -EINVAL, which tells where it is wrong, in bytes from 0, or -ENOMEM.
 */
cp_value *clone_read(const void *bytes, size_t length, enum clone_flavor flavor);

/**
 * Appends the clone of a tree, with its header. 0 or a negative code with the error set and
 * nothing appended: -EINVAL for what has no clone (it is too deep; a view without its
 * ArrayBuffer; a hole that is no item of an array), -ENOMEM.
 */
int clone_write(const cp_value *value, enum clone_flavor flavor, struct buffer *out);

#endif
