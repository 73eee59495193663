/* SPDX-License-Identifier: MIT */
/*
 * Lists of listeners, one list an event, that may change while they are called.
 *
 * Rule 2 of the header: listeners run in the order in which they were added; one that is
 * removed meanwhile is not called any more; one that is added meanwhile is called from the
 * next event on. So a removed listener is only marked while a list is being walked, and
 * taken out when the outermost walk has ended; and a walk stops at listeners that are newer
 * than itself.
 *
 * The first listener of each event needs no memory, so that it cannot fail to be added.
 *
 *     struct emission walk;
 *     emission_begin(&walk, &emitter, EVENT_EXIT);
 *     for (struct listener *l; (l = emission_next(&walk));) ((cp_exit_cb) l->call)(…, l->user);
 *     emission_end(&walk);
 *
 * The emitter must outlive the walk: its owner is held meanwhile.
 */
#ifndef CP_EVENT_EMITTER_H
#define CP_EVENT_EMITTER_H

#include "child_process.h"

typedef void (*emitter_call)(void); /* cast back to what the event wants */

struct listener {
  struct listener *next;
  emitter_call call; /* NULL: free, or removed during a walk */
  void *user;
  uint64_t id;
};

struct listener_list {
  struct listener *first;
  struct listener own; /* of the first one added */
};

struct emitter {
  uint64_t last_id;
  struct listener_list *lists; /* the owner's array, an event each */
  unsigned char count;
  bool has_removed; /* some listener waits to be taken out */
  unsigned walks;   /* that go on now, one inside the other */
};

void emitter_init(struct emitter *emitter, struct listener_list *lists, unsigned char count);
/** Removes all listeners. No walk may be going on. */
void emitter_done(struct emitter *emitter);

/** 0 without memory (explained by cp_last_error()), or without a listener. */
cp_listener emitter_add(struct emitter *emitter, int event, emitter_call call, void *user);
/** An id that is not there, or not any more, is ignored. */
void emitter_remove(struct emitter *emitter, cp_listener id);
bool emitter_has(const struct emitter *emitter, int event);

struct emission {
  struct emitter *emitter;
  struct listener *at;
  uint64_t last_id;
};

void emission_begin(struct emission *emission, struct emitter *emitter, int event);
struct listener *emission_next(struct emission *emission);
void emission_end(struct emission *emission);

#endif
