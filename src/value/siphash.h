/* SPDX-License-Identifier: MIT */
#ifndef CP_VALUE_SIPHASH_H
#define CP_VALUE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/** SipHash-1-3: a keyed hash that tells nobody its key. */
uint64_t siphash_1_3(const uint64_t key[2], const void *data, size_t length);

#endif
