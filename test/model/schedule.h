/* SPDX-License-Identifier: MIT */
#ifndef TEST_MODEL_SCHEDULE_H
#define TEST_MODEL_SCHEDULE_H

#include <stdint.h>

/* Plays the schedule of this seed, on a loop of its own, until nothing is left of it. */
void schedule_play(uint64_t seed);
/* The last that happened in the one that is being played. */
const char *schedule_story(void);

#endif /* TEST_MODEL_SCHEDULE_H */
