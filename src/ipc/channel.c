/* SPDX-License-Identifier: MIT */
#include "ipc/channel.h"

#include "base/errno_names.h"
#include "base/fd.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

enum {
  FIRST_READ = 65536,
  READS_AT_ONCE = 16,
  LARGEST_KEPT = 1 << 20, /* of memory that one long message needed */
};

/* ---- emitting ---- */

static void emit(cp_channel *channel, enum channel_event event) {
  struct emission walk;
  emission_begin(&walk, &channel->emitter, event);
  for (struct listener *l; (l = emission_next(&walk));) ((cp_channel_cb) l->call)(channel, l->user);
  emission_end(&walk);
}

static void emit_message(cp_channel *channel, cp_message *message) {
  struct emission walk;
  emission_begin(&walk, &channel->emitter, CHANNEL_MESSAGE);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_message_cb) l->call)(channel, message, l->user);
  emission_end(&walk);
}

void channel_emit_error(cp_channel *channel, int number, const char *text) {
  const cp_error error = {
    .number = number,
    .code = errno_name(number),
    .name = "Error",
    .message = text,
  };
  struct emission walk;
  emission_begin(&walk, &channel->emitter, CHANNEL_ERROR);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_channel_error_cb) l->call)(channel, &error, l->user);
  emission_end(&walk);
}

/* ---- closing ---- */

static void emit_closed(cp_channel *channel) {
  struct channel_owner *owner = channel->owner;
  owner->hold(owner);
  if (channel->failure) channel_emit_error(channel, channel->failure, channel->failure_text);
  channel_lose_queue(channel, -EPIPE);
  channel->is_open = false;
  emit(channel, CHANNEL_DISCONNECT);
  owner->closed(owner);
  owner->release(owner);
}

static void on_close_due(struct loop_task *task) {
  emit_closed(LIST_ENTRY(task, cp_channel, close_task));
}

void channel_emit_unopened(cp_channel *channel) {
  emit_closed(channel);
}

/* Not under the feet of a listener that reads a message of it: deliver() does it then. */
static void forget_input(cp_channel *channel) {
  if (channel->is_delivering) return;
  buffer_done(&channel->input);
  channel->input_start = channel->input_seen = 0;
}

void channel_close(cp_channel *channel) {
  channel->is_connected = false;
  if (channel->fd < 0) return;
  loop_unwatch(channel->loop, &channel->watch);
  fd_close(&channel->fd);
  forget_input(channel);
  loop_cancel(&channel->deliver_task);
  loop_cancel(&channel->flush_task);
  loop_defer(channel->loop, &channel->close_task);
  channel->owner->changed(channel->owner);
}

void channel_fail(cp_channel *channel, int number, const char *text) {
  if (channel->fd < 0) return;
  channel->failure = number;
  channel->failure_text = text;
  channel_close(channel);
}

/* Bytes that the peer sent and that nobody will look at. He may read only when he has written
 * all, and closing over them would turn the end that he reads into a reset. Not all there is: he
 * may be faster than we are. */
static void drop_unread(cp_channel *channel) {
  char dropped[16384];
  for (int i = 0; i < READS_AT_ONCE && !channel->has_ended; i++) {
    ssize_t count = io_read(channel->fd, dropped, sizeof dropped);
    if (count == -EAGAIN) return;
    if (count <= 0) channel->has_ended = true;
  }
}

void channel_disconnect(cp_channel *channel) {
  if (!channel->is_connected) return;
  channel->is_connected = false;
  channel->owns_disconnect = true;
  /* What is queued still leaves: on_flush_due() closes behind it. */
  loop_defer(channel->loop, &channel->flush_task);
  channel_update(channel);
}

/* ---- receiving ---- */

static bool is_heard(const cp_channel *channel) {
  return emitter_has(&channel->emitter, CHANNEL_MESSAGE);
}

static size_t input_waiting(const cp_channel *channel) {
  return channel->input.length - channel->input_start;
}

/* The part that was delivered makes room, where it is the larger one: so no byte is moved again
 * and again, also for a listener that hears one message at a time. */
static void forget_delivered(cp_channel *channel) {
  size_t left = input_waiting(channel);
  if (channel->input_start < left || channel->input_start == 0) return;
  if (left == 0 && channel->input.capacity > LARGEST_KEPT) {
    buffer_done(&channel->input);
    channel->input_start = channel->input_seen = 0;
    return;
  }
  if (left > 0) memmove(channel->input.data, channel->input.data + channel->input_start, left);
  channel->input.length = left;
  channel->input_seen -= channel->input_start;
  channel->input_start = 0;
}

static void on_answered(cp_channel *channel, const cp_error *error, void *user) {
  (void) error, (void) user; /* nobody sent it, so its loss is nobody's */
  channel->answers--;
}

/* A handle came without a descriptor, as far as we can see: the peer must not wait for us. False:
 * the channel is closed. */
static bool answer_handle(cp_channel *channel) {
  static const char nack[] = "{\"cmd\":\"NODE_HANDLE_NACK\"}\n";
  if (channel->answers == CHANNEL_MAX_ANSWERS) {
    channel_fail(channel, -EPROTO, "the peer sends handles and does not wait for the answers");
    return false;
  }
  int result = channel_send(channel, nack, sizeof nack - 1, on_answered, NULL);
  if (result >= 0)
    channel->answers++;
  else
    channel_fail(channel, result, "no answer to a handle can be sent");
  return result >= 0;
}

/* False: the channel is closed. */
static bool deliver_one(cp_channel *channel, const struct frame *frame) {
  enum message_kind kind = message_kind(frame);
  if (kind == MESSAGE_BROKEN) {
    channel_fail(channel, -EPROTO, "the peer sent a line that is not JSON");
    return false;
  }
  if (kind == MESSAGE_TOO_LARGE) {
    channel_fail(channel, -ENOMEM, "no memory for a message");
    return false;
  }
  if (kind == MESSAGE_HANDLE) return answer_handle(channel);
  if (kind == MESSAGE_INTERNAL) return true;
  cp_message message = { .text = frame->text, .length = frame->length };
  emit_message(channel, &message);
  message_done(&message);
  return true;
}

/* Nothing is delivered inside of delivering, and `disconnect` waits for it. */
static void deliver(cp_channel *channel) {
  if (channel->is_delivering) return;
  channel->is_delivering = true;
  while (channel->is_connected && (is_heard(channel) || channel->is_dropping)) {
    struct frame frame;
    int result = framing_next(channel, &frame);
    if (result == 0) break;
    if (result < 0) {
      channel_fail(channel, result, "a message is longer than max_message");
      break;
    }
    if (!deliver_one(channel, &frame)) break;
  }
  channel->is_delivering = false;
  if (channel->fd >= 0) {
    forget_delivered(channel);
  } else {
    forget_input(channel);
  }
}

/* The peer sends no more. What waits for a listener may still get one, until `exit`. */
static void finish_input(cp_channel *channel) {
  if (!channel->has_ended || channel->fd < 0 || channel->is_delivering) return;
  if (channel->owns_disconnect) return; /* he may still read what is queued */
  deliver(channel);                     /* a listener may have come after the end */
  if (channel->fd < 0) return;
  bool is_left = channel->is_connected && input_waiting(channel) > 0;
  if (is_left && is_heard(channel)) {
    channel_fail(channel, -EPROTO, "the peer ended within a message");
    return;
  }
  if (is_left && channel->child && !channel->is_dropping) return;
  channel_close(channel);
}

static bool wants_input(const cp_channel *channel) {
  if (channel->has_ended) return false;
  if (!channel->is_connected) return channel->owns_disconnect; /* to be dropped */
  return is_heard(channel) || channel->is_dropping || input_waiting(channel) < CHANNEL_UNHEARD_MAX;
}

static int read_some(cp_channel *channel) {
  struct buffer *input = &channel->input;
  if (buffer_room(input) < FIRST_READ / 2 && buffer_reserve(input, FIRST_READ) < 0) return -ENOMEM;
  size_t room = buffer_room(input);
  ssize_t count = io_read(channel->fd, input->data + input->length, room);
  if (count < 0) return (int) count;
  if (count == 0) channel->has_ended = true;
  input->length += (size_t) count;
  return count > 0 && (size_t) count == room;
}

static void read_pass(cp_channel *channel) {
  if (channel->owns_disconnect) {
    drop_unread(channel);
    return;
  }
  for (int i = 0; i < READS_AT_ONCE && wants_input(channel); i++) {
    int result = read_some(channel);
    if (result == -EAGAIN) return;
    /* Its process died with messages of ours unread: that is an end like any other. */
    if (result == -ECONNRESET) {
      channel->has_ended = true;
    } else if (result < 0) {
      channel_fail(channel, result, result == -ENOMEM ? "no memory for a message" : "read failed");
      return;
    }
    deliver(channel);
    if (result == 0) return;
  }
}

void channel_read_now(cp_channel *channel) {
  if (channel->fd < 0) return;
  read_pass(channel);
  finish_input(channel);
  channel_update(channel);
}

void channel_drop_unheard(cp_channel *channel) {
  if (channel->fd < 0) return;
  channel->is_dropping = true;
  deliver(channel);
  channel_read_now(channel);
}

static void on_deliver_due(struct loop_task *task) {
  cp_channel *channel = LIST_ENTRY(task, cp_channel, deliver_task);
  struct channel_owner *owner = channel->owner;
  owner->hold(owner);
  deliver(channel);
  finish_input(channel);
  channel_update(channel);
  owner->release(owner);
}

void channel_listen(cp_channel *channel) {
  if (channel->fd < 0) return;
  if (input_waiting(channel) > 0) loop_defer(channel->loop, &channel->deliver_task);
  channel_update(channel);
}

/* ---- sending ---- */

static void flush(cp_channel *channel) {
  int result = channel_flush(channel);
  if (channel->fd < 0) return; /* a `sent` callback closed it */
  if (result == -EAGAIN) return;
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
    drop_unread(channel);
    channel_close(channel);
    return;
  }
  /* A `sent` callback may have filled it again: then it is not yet. */
  if (!channel->drain_at || channel->bytes_written < channel->drain_at) return;
  channel->drain_at = 0;
  emit(channel, CHANNEL_DRAIN);
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

void channel_update(cp_channel *channel) {
  channel->owner->changed(channel->owner);
  if (channel->fd < 0) return;
  uint32_t events = 0;
  if (wants_input(channel)) events |= EPOLLIN;
  bool is_flush_due = !list_is_loose(&channel->flush_task.link);
  if (channel->writer.queued > 0 && !is_flush_due) events |= EPOLLOUT;
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
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_pass(channel);
  bool is_end = (events & (EPOLLHUP | EPOLLRDHUP)) != 0;
  if (is_end && !channel->child && !wants_input(channel)) channel->has_ended = true;
  finish_input(channel);
  if ((events & ~(uint32_t) EPOLLIN) && channel->fd >= 0 && channel->writer.queued > 0)
    flush(channel);
  channel_update(channel);
  owner->release(owner);
}

/* ---- beginning and end of its life ---- */

void channel_init(cp_channel *channel, struct channel_owner *owner, cp_child *child) {
  *channel = (cp_channel){
    .owner = owner,
    .child = child,
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
  buffer_done(&channel->input);
  emitter_done(&channel->emitter);
}
