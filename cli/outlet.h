/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUTLET_H
#define CLI_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

#include "output.h"

struct watch;

/** A descriptor of ours that may be slow, and what waits for it. */
struct outlet {
  struct output output;
  const char *name; /* for messages */
  char *waiting;    /* what it did not take yet */
  size_t waiting_size;
  size_t waiting_room;
  size_t waiting_from;         /* the part before was written */
  struct watch *watch;         /* for room to write; only while something waits */
  void (*emptied)(void *user); /* nothing waits any more */
  void (*broke)(void *user);   /* nothing can be written any more */
  void *user;
  bool is_broken;
  bool has_failed; /* it broke, other than by a reader that went away */
};

void outlet_init(struct outlet *outlet, int fd, const char *name);

/** Whom to tell: from the loop only, never within outlet_write(). */
void outlet_tell(struct outlet *outlet, void (*emptied)(void *user), void (*broke)(void *user),
                 void *user);

/** Writes what goes and keeps the rest. False if it is broken: then a message was printed. */
bool outlet_write(struct outlet *outlet, const char *data, size_t length);

/** Something waits: whoever has more should do so, too. */
bool outlet_is_full(const struct outlet *outlet);

/** Gives up what waits. */
void outlet_drop(struct outlet *outlet);

#endif
