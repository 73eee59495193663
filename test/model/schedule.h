/* SPDX-License-Identifier: MIT */
#ifndef TEST_MODEL_SCHEDULE_H
#define TEST_MODEL_SCHEDULE_H

#include <stdint.h>

/* Plays the schedule of this seed, on a loop of its own, until nothing is left of it. */
void schedule_play(uint64_t seed);

#endif /* TEST_MODEL_SCHEDULE_H */
