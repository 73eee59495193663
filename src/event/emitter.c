/* SPDX-License-Identifier: MIT */
#include "event/emitter.h"

#include "base/error.h"
#include "base/memory.h"

#include <assert.h>

void emitter_init(struct emitter *emitter, struct listener_list *lists, unsigned char count) {
  *emitter = (struct emitter){ .lists = lists, .count = count };
}

static void free_listener(struct listener_list *list, struct listener *listener) {
  if (listener == &list->own) {
    list->own = (struct listener){ 0 };
  } else {
    memory_free(listener);
  }
}

/* Takes out what was removed during the walks that are over now. */
static void sweep(struct emitter *emitter) {
  emitter->has_removed = false;
  for (int event = 0; event < emitter->count; event++) {
    struct listener_list *list = &emitter->lists[event];
    for (struct listener **at = &list->first; *at;) {
      struct listener *listener = *at;
      if (listener->call) {
        at = &listener->next;
      } else {
        *at = listener->next;
        free_listener(list, listener);
      }
    }
  }
}

void emitter_done(struct emitter *emitter) {
  assert(emitter->walks == 0);
  for (int event = 0; event < emitter->count; event++)
    for (struct listener *at = emitter->lists[event].first; at; at = at->next) at->call = NULL;
  sweep(emitter);
}

cp_listener emitter_add(struct emitter *emitter, int event, emitter_call call, void *user) {
  if (!call) return 0;
  struct listener_list *list = &emitter->lists[event];
  struct listener **end = &list->first;
  bool own_is_used = false;
  for (; *end; end = &(*end)->next)
    if (*end == &list->own) own_is_used = true; /* removed ones, too, until they are swept */

  struct listener *listener = own_is_used ? memory_new(sizeof *listener) : &list->own;
  if (!listener) {
    (void) error_no_memory();
    return 0;
  }
  *listener = (struct listener){ .call = call, .user = user, .id = ++emitter->last_id };
  *end = listener;
  return listener->id;
}

void emitter_remove(struct emitter *emitter, cp_listener id) {
  if (!id) return;
  for (int event = 0; event < emitter->count; event++) {
    for (struct listener *at = emitter->lists[event].first; at; at = at->next) {
      if (at->id != id) continue;
      at->call = NULL;
      emitter->has_removed = true;
      if (emitter->walks == 0) sweep(emitter);
      return;
    }
  }
}

bool emitter_has(const struct emitter *emitter, int event) {
  for (const struct listener *at = emitter->lists[event].first; at; at = at->next)
    if (at->call) return true;
  return false;
}

void emission_begin(struct emission *emission, struct emitter *emitter, int event) {
  *emission = (struct emission){ .emitter = emitter,
                                 .at = emitter->lists[event].first,
                                 .last_id = emitter->last_id };
  emitter->walks++;
}

struct listener *emission_next(struct emission *emission) {
  struct listener *at = emission->at;
  while (at && !at->call) at = at->next;
  if (at && at->id > emission->last_id) at = NULL; /* added meanwhile, and so are all behind it */
  emission->at = at ? at->next : NULL;
  return at;
}

void emission_end(struct emission *emission) {
  struct emitter *emitter = emission->emitter;
  if (--emitter->walks == 0 && emitter->has_removed) sweep(emitter);
}
