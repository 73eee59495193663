/* SPDX-License-Identifier: MIT */
/* The bytes that `helper spew` writes and that tests expect: a lost or doubled one shows. */
#ifndef TEST_PATTERN_H
#define TEST_PATTERN_H

#include <stddef.h>

static inline unsigned char pattern_byte(size_t index) {
  return (unsigned char) ((index * 7 + index / 251) % 251);
}

#endif /* TEST_PATTERN_H */
