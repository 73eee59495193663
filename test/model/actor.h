/* SPDX-License-Identifier: MIT */
/* What the two halves of a schedule share: who plays (schedule.c) and what is done (actions.c). */
#ifndef TEST_MODEL_ACTOR_H
#define TEST_MODEL_ACTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "model.h"

enum { MOST_CHILDREN = 5, MOST_STEPS = 24 };

struct actor {
  struct schedule *schedule;
  struct model_child model;
  cp_child *child; /* NULL when it may be gone */
  int holds;
  int pid;
  bool has_output; /* in slot 1, of the helper's pattern */
  cp_abort *abort;
};

struct schedule {
  struct model model;
  uint64_t random;
  uv_loop_t loop;
  uv_timer_t alarm; /* every millisecond, so that no step waits for long */
  int actor_count;
  bool is_over; /* no action comes any more: what is left only ends */
  struct actor actors[MOST_CHILDREN];
};

/* One call of the library. */
#define DURING(schedule, call) ((schedule)->model.calls++, (call), (schedule)->model.calls--)

/* A number below `below`. */
uint32_t draw(struct schedule *schedule, uint32_t below);

/* Starts a child, or does something to one. */
void act(struct schedule *schedule);
void start_actor(struct schedule *schedule);
/* Takes all holds back. The child may be gone then. */
void release_all(struct actor *actor);

#endif /* TEST_MODEL_ACTOR_H */
