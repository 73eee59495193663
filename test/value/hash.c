/* SPDX-License-Identifier: MIT */
#include "run/run.h"
#include "value/siphash.h"

#include <stdint.h>

/* SipHash is defined for any number of rounds; the designers' own test vectors are of 2-4. These
 * are of 1-3, of the bytes 0, 1, 2 ... and a key of such bytes, by a second implementation that
 * reproduces the designers' when it runs 2-4. */
TEST(the_hash_is_siphash_1_3) {
  static const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
  static const struct {
    size_t length;
    uint64_t hash;
  } vectors[] = { { 0, 0xabac0158050fc4dc },  { 1, 0xc9f49bf37d57ca93 }, { 7, 0xd3927d989bb11140 },
                  { 8, 0x369095118d299a8e },  { 9, 0x25a48eb36c063de4 }, { 15, 0xd320d86d2a519956 },
                  { 16, 0xcc4fdd1a7d908b66 }, { 63, 0x9d199062b7bbb3a8 } };
  unsigned char bytes[64];
  for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char) i;
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
    CHECK(siphash_1_3(key, bytes, vectors[i].length) == vectors[i].hash);
}
