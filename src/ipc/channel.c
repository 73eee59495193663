/* SPDX-License-Identifier: MIT */
#include "ipc/channel.h"

#include "base/fd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>

/* ---- closing ---- */

static void emit_closed(cp_channel *channel) {
  struct channel_owner *owner = channel->owner;
  owner->hold(owner);
  if (channel->failure) channel_emit_error(channel, channel->failure, channel->failure_text);
  channel_lose_queue(channel, -EPIPE);
  channel->is_open = false;
  channel_emit(channel, CHANNEL_DISCONNECT);
  owner->closed(owner);
  owner->release(owner);
}

static void on_close_due(struct loop_task *task) {
  emit_closed(LIST_ENTRY(task, cp_channel, close_task));
}

void channel_emit_unopened(cp_channel *channel) {
  emit_closed(channel);
}

void channel_close(cp_channel *channel) {
  channel->is_connected = false;
  if (channel->fd < 0) return;
  loop_unwatch(channel->loop, &channel->watch);
  fd_close(&channel->fd);
  channel_forget_input(channel);
  loop_cancel(&channel->deliver_task);
  loop_cancel(&channel->flush_task);
  loop_defer(channel->loop, &channel->close_task);
  channel->owner->changed(channel->owner);
}

void channel_fail(cp_channel *channel, int number, const char *format, ...) {
  if (channel->fd < 0) return;
  channel->failure = number;
  va_list arguments;
  va_start(arguments, format);
  (void) vsnprintf(channel->failure_text, sizeof channel->failure_text, format, arguments);
  va_end(arguments);
  channel_close(channel);
}

void channel_disconnect(cp_channel *channel) {
  if (!channel->is_connected) return;
  channel->is_connected = false;
  channel->owns_disconnect = true;
  /* What is queued still leaves: on_flush_due() closes behind it. */
  loop_defer(channel->loop, &channel->flush_task);
  /* The answer that it waits for may have come, behind what nobody heard. */
  if (passing_is_busy(&channel->passing) && channel_has_input(channel))
    loop_defer(channel->loop, &channel->deliver_task);
  channel_update(channel);
}

/* ---- the end of what comes in ---- */

/* The peer sends no more. What waits for a listener may still get one, until `exit`. */
static void finish_input(cp_channel *channel) {
  if (!channel->has_ended || channel->fd < 0 || channel->is_delivering) return;
  if (channel->owns_disconnect) {
    /* He may still read what is queued, but he cannot answer. */
    bool is_stuck = passing_is_busy(&channel->passing) && outbox_length(&channel->outbox) == 0;
    if (is_stuck) channel_close(channel);
    return;
  }
  channel_deliver(channel); /* a listener may have come after the end */
  if (channel->fd < 0) return;
  bool is_left = channel->is_connected && channel_has_input(channel);
  if (is_left && channel_is_heard(channel)) {
    channel_fail(channel, -EPROTO, "the peer ended within a message");
    return;
  }
  if (is_left && channel->child && !channel->is_dropping) return;
  channel_close(channel);
}

static void read_now(cp_channel *channel) {
  if (channel->fd < 0) return;
  channel_read(channel);
  finish_input(channel);
  channel_update(channel);
}

void channel_process_ended(cp_channel *channel) {
  read_now(channel);
  /* Node hears of the end of a channel before it hears of the end of a process. */
  if (channel->fd >= 0 || list_is_loose(&channel->close_task.link)) return;
  loop_cancel(&channel->close_task);
  emit_closed(channel);
}

void channel_drop_unheard(cp_channel *channel) {
  if (channel->fd < 0) return;
  channel->is_dropping = true;
  channel_deliver(channel);
  read_now(channel);
}

static void on_deliver_due(struct loop_task *task) {
  cp_channel *channel = LIST_ENTRY(task, cp_channel, deliver_task);
  struct channel_owner *owner = channel->owner;
  owner->hold(owner);
  channel_deliver(channel);
  finish_input(channel);
  channel_update(channel);
  owner->release(owner);
}

void channel_listen(cp_channel *channel) {
  if (channel->fd < 0) return;
  if (channel_has_input(channel)) loop_defer(channel->loop, &channel->deliver_task);
  channel_update(channel);
}

/* ---- sending ---- */

/* A `sent` callback may have filled it again: then it is not yet. */
static void tell_drained(cp_channel *channel) {
  if (!channel_is_drained(channel)) return;
  channel->drain_at = channel->drain_behind = 0;
  channel_emit(channel, CHANNEL_DRAIN);
}

static void flush(cp_channel *channel) {
  loop_cancel(&channel->flush_task);
  int result = channel_flush(channel);
  if (channel->fd < 0) return; /* a `sent` callback closed it */
  if (result == -EAGAIN) {
    tell_drained(channel); /* only what came later is left */
    return;
  }
  if (result < 0 && result != -EPIPE && result != -ECONNRESET) {
    channel_fail(channel, result, "write failed"); /* perhaps within a message */
    return;
  }
  if (result < 0) {
    /* The peer is gone. What he sent before is still there, and tells the end. */
    channel->is_deaf = true;
    channel_lose_queue(channel, result);
    if (channel->owns_disconnect) channel_close(channel);
    return;
  }
  if (channel->owns_disconnect) {
    if (passing_is_busy(&channel->passing) && !channel->has_ended) return;
    channel_read(channel); /* drops what is there */
    channel_close(channel);
    return;
  }
  tell_drained(channel);
}

static void flush_held(cp_channel *channel) {
  struct channel_owner *owner = channel->owner;
  owner->hold(owner);
  if (channel->fd >= 0) flush(channel);
  channel_update(channel);
  owner->release(owner);
}

static void on_flush_due(struct loop_task *task) {
  flush_held(LIST_ENTRY(task, cp_channel, flush_task));
}

/* ---- readiness ---- */

static bool is_flush_due(const cp_channel *channel) {
  return !list_is_loose(&channel->flush_task.link);
}

void channel_update(cp_channel *channel) {
  channel->owner->changed(channel->owner);
  if (channel->fd < 0) return;
  uint32_t events = 0;
  if (channel_wants_input(channel)) events |= EPOLLIN;
  if (outbox_length(&channel->outbox) > 0 && !is_flush_due(channel)) events |= EPOLLOUT;
  /* A program that listens to `disconnect` alone must hear that its parent has gone. */
  if (!events && !channel->child && !channel->has_ended) events = EPOLLRDHUP;
  if (!events) {
    loop_unwatch(channel->loop, &channel->watch); /* a hang-up would come again and again */
    return;
  }
  int result = loop_watch(channel->loop, &channel->watch, events);
  if (result < 0) channel_fail(channel, result, "epoll_ctl failed");
}

static void on_ready(struct loop_watch *watch, uint32_t events) {
  cp_channel *channel = LIST_ENTRY(watch, cp_channel, watch);
  struct channel_owner *owner = channel->owner;
  owner->hold(owner);
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) channel_read(channel);
  bool is_end = (events & (EPOLLHUP | EPOLLRDHUP)) != 0;
  if (is_end && !channel->child && !channel_wants_input(channel)) channel->has_ended = true;
  finish_input(channel);
  /* Answers to what was read leave at once, and not with what other channels bring. */
  bool is_writable = (events & ~(uint32_t) EPOLLIN) && outbox_length(&channel->outbox) > 0;
  if (channel->fd >= 0 && (is_writable || is_flush_due(channel))) flush(channel);
  channel_update(channel);
  owner->release(owner);
}

/* ---- beginning and end of its life ---- */

void channel_init(cp_channel *channel, struct channel_owner *owner, cp_child *child,
                  cp_serialization serialization) {
  *channel = (cp_channel){
    .owner = owner,
    .child = child,
    .serialization = serialization,
    .fd = -1,
    .is_open = true,
    .watch = { .ready = on_ready, .is_busy = true },
    .deliver_task.run = on_deliver_due,
    .flush_task.run = on_flush_due,
    .close_task.run = on_close_due,
    .max_message = CHANNEL_MAX_MESSAGE,
    .max_queued = CHANNEL_MAX_QUEUED,
  };
  emitter_init(&channel->emitter, channel->listeners, CHANNEL_EVENTS);
}

void channel_open(cp_channel *channel, struct loop *loop, int fd) {
  channel->loop = loop;
  channel->fd = channel->watch.fd = fd;
  channel->is_connected = true;
  channel_update(channel);
}

void channel_done(cp_channel *channel) {
  channel_send_done(channel);
  channel_forget_input(channel);
  sockets_done(&channel->sockets);
  emitter_done(&channel->emitter);
}
