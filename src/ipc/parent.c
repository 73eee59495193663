/* SPDX-License-Identifier: MIT */
/*
 * The channel to the parent that forked this program: one for the whole process, as long as it
 * lives. It keeps the loop alive while somebody listens for `message` or `disconnect`, or while
 * something is still to be sent, unless the program has decided by itself (as in Node).
 */
#include "ipc/parent.h"

#include "base/error.h"
#include "base/memory.h"

struct parent {
  cp_channel channel;
  struct channel_owner owner;
  struct loop_member member;
  bool is_alive;   /* counted in the loop */
  bool is_decided; /* cp_channel_ref() or cp_channel_unref() was called */
  bool is_ref;
};

static struct parent *the_parent;

static struct parent *parent_of(struct channel_owner *owner) {
  return LIST_ENTRY(owner, struct parent, owner);
}

static bool should_live(const struct parent *parent) {
  const cp_channel *channel = &parent->channel;
  if (!channel->is_open) return false;
  bool is_busy = outbox_length(&channel->outbox) > 0 || passing_is_busy(&channel->passing);
  if (channel->fd < 0 || is_busy) return true; /* something is still to come */
  if (parent->is_decided) return parent->is_ref;
  return emitter_has(&channel->emitter, CHANNEL_MESSAGE) ||
         emitter_has(&channel->emitter, CHANNEL_DISCONNECT);
}

static void changed(struct channel_owner *owner) {
  struct parent *parent = parent_of(owner);
  bool lives = should_live(parent);
  if (lives == parent->is_alive) return;
  parent->is_alive = lives;
  loop_keep_alive(parent->channel.loop, lives ? 1 : -1);
}

static void hold(struct channel_owner *owner) {
  (void) owner; /* it is never freed */
}

static void closed(struct channel_owner *owner) {
  struct parent *parent = parent_of(owner);
  changed(owner);
  list_remove(&parent->member.link);
  struct loop *loop = parent->channel.loop;
  parent->channel.loop = NULL;
  loop_release(loop);
}

static void leave_when_asked(struct loop_member *member) {
  struct parent *parent = LIST_ENTRY(member, struct parent, member);
  channel_close(&parent->channel);
  changed(&parent->owner);
}

void parent_set_ref(cp_channel *channel, bool is_ref) {
  struct parent *parent = LIST_ENTRY(channel, struct parent, channel);
  parent->is_decided = true;
  parent->is_ref = is_ref;
  changed(&parent->owner);
}

bool parent_has_ref(void) {
  return the_parent && should_live(the_parent);
}

cp_channel *parent_channel(void) {
  return the_parent ? &the_parent->channel : NULL;
}

cp_channel *parent_open(struct loop *loop, int fd, cp_serialization serialization) {
  struct parent *parent = memory_new(sizeof *parent);
  if (!parent) {
    (void) error_no_memory();
    return NULL;
  }
  parent->owner = (struct channel_owner){
    .hold = hold,
    .release = hold,
    .changed = changed,
    .closed = closed,
  };
  parent->member.leave = leave_when_asked;
  channel_init(&parent->channel, &parent->owner, NULL, serialization);
  channel_open(&parent->channel, loop, fd);
  loop_join(loop, &parent->member);
  the_parent = parent;
  return &parent->channel;
}
