/* SPDX-License-Identifier: MIT */
/*
 * SipHash by J.-P. Aumasson and D. J. Bernstein, with one round a word and three at the end, as
 * it is common for hash tables: a keyed hash that tells nobody its key. It is here to be inlined,
 * since most of what is hashed is one word.
 */
#ifndef CP_VALUE_SIPHASH_H
#define CP_VALUE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct siphash {
  uint64_t v0, v1, v2, v3;
};

static inline uint64_t siphash_rotate(uint64_t word, unsigned bits) {
  return word << bits | word >> (64 - bits);
}

static inline void siphash_mix(struct siphash *s) {
  s->v0 += s->v1;
  s->v2 += s->v3;
  s->v1 = siphash_rotate(s->v1, 13) ^ s->v0;
  s->v3 = siphash_rotate(s->v3, 16) ^ s->v2;
  s->v0 = siphash_rotate(s->v0, 32);
  s->v2 += s->v1;
  s->v0 += s->v3;
  s->v1 = siphash_rotate(s->v1, 17) ^ s->v2;
  s->v3 = siphash_rotate(s->v3, 21) ^ s->v0;
  s->v2 = siphash_rotate(s->v2, 32);
}

static inline void siphash_add_word(struct siphash *s, uint64_t word) {
  s->v3 ^= word;
  siphash_mix(s);
  s->v0 ^= word;
}

/* Little-endian, as the hash wants them. */
static inline uint64_t siphash_load_word(const unsigned char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

static inline uint64_t siphash_load_half(const unsigned char *at) {
  uint32_t half;
  memcpy(&half, at, sizeof half);
  return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap32(half) : half;
}

/* The last 0 to 7 bytes; in the middle some are loaded twice, into the same place. */
static inline uint64_t siphash_load_rest(const unsigned char *at, size_t count) {
  if (count >= 4)
    return siphash_load_half(at) | siphash_load_half(at + count - 4) << 8 * (count - 4);
  if (count == 0) return 0;
  size_t middle = count / 2, last = count - 1;
  return (uint64_t) at[0] | (uint64_t) at[middle] << 8 * middle | (uint64_t) at[last] << 8 * last;
}

static inline uint64_t siphash_1_3(const uint64_t key[2], const void *data, size_t length) {
  struct siphash s = { .v0 = key[0] ^ 0x736f6d6570736575, /* "somepseudorandomlygeneratedbytes" */
                       .v1 = key[1] ^ 0x646f72616e646f6d,
                       .v2 = key[0] ^ 0x6c7967656e657261,
                       .v3 = key[1] ^ 0x7465646279746573 };
  const unsigned char *at = data;
  size_t left = length;
  for (; left >= 8; left -= 8, at += 8) siphash_add_word(&s, siphash_load_word(at));
  siphash_add_word(&s, siphash_load_rest(at, left) | (uint64_t) length << 56);
  s.v2 ^= 0xff;
  siphash_mix(&s);
  siphash_mix(&s);
  siphash_mix(&s);
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

#endif
