/* SPDX-License-Identifier: MIT */
/*
 * What a program does with the library, in small scenes that must come to a good end whatever
 * fails in them: each child closes once, a failure has a name, and nothing is left behind.
 */
#ifndef TEST_SWEEP_SCENES_H
#define TEST_SWEEP_SCENES_H

#include <stdbool.h>

struct uv_loop_s;

struct scene {
  const char *name;
  /* On a loop that is ready, or NULL for scenes that need none. `is_spared`: nothing was made to
   * fail, so all must go well. Fails the test by CHECK. */
  void (*play)(struct uv_loop_s *loop, bool (*is_spared)(void));
};

/* Ends with a name that is NULL. */
extern const struct scene scenes[];

#endif /* TEST_SWEEP_SCENES_H */
