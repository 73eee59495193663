/* SPDX-License-Identifier: MIT */
/*
 * Bytes that come in, and who gets them.
 *
 * While somebody listens, a frame is a message at once. While nobody does, Node's commands are
 * still carried out, and the messages between them wait; those of a raw channel stay as they are.
 */
#include "base/error.h"
#include "base/fd.h"
#include "ipc/answer.h"
#include "ipc/channel.h"
#include "ipc/command.h"
#include "ipc/descriptor.h"
#include "ipc/message.h"
#include "loop/io.h"
#include "value/json.h"

#include <errno.h>

enum { FIRST_READ = 65536, READS_AT_ONCE = 16 };

static bool is_wanted(const cp_channel *channel) {
  return channel_is_heard(channel) || channel->is_dropping;
}

/* Nobody can be told anything any more, but what waits for the answer to a handle still leaves. */
static bool awaits_answers_only(const cp_channel *channel) {
  return channel->owns_disconnect && passing_is_busy(&channel->passing);
}

/* ---- messages of a channel that is not raw; each returns false if the channel is closed ---- */

static bool is_broken(cp_channel *channel, bool is_memory, const char *why) {
  if (is_memory) {
    channel_fail(channel, -ENOMEM, "no memory for a message");
  } else if (channel_is_advanced(channel)) {
    channel_fail(channel, -EPROTO, "the peer sent what is no clone: %s", why);
  } else {
    channel_fail(channel, -EPROTO, "the peer sent a line that is not JSON");
  }
  return false;
}

/* It could not be read as a value. */
static bool is_unreadable(cp_channel *channel) {
  const cp_error *error = cp_last_error();
  return is_broken(channel, error->number == -ENOMEM, error->message);
}

/* `tree` may be NULL; takes it. */
static bool hear(cp_channel *channel, const char *payload, size_t length, cp_value *tree) {
  bool is_advanced = channel_is_advanced(channel);
  bool is_read = is_advanced || channel->reads_values;
  if (!tree && is_read) tree = message_read(payload, length, is_advanced);
  if (!tree && is_read) return is_unreadable(channel);
  if (!tree && !json_is_valid(payload, length)) return is_broken(channel, false, "");
  cp_message message = { .channel = channel,
                         .payload = payload,
                         .length = length,
                         .is_advanced = is_advanced,
                         .tree = tree,
                         .value = tree,
                         .handle.fd = -1 };
  channel_emit_message(channel, &message);
  channel->reads_values = message.was_read;
  message_done(&message);
  return true;
}

/* Takes the tree and the descriptor. */
static void hear_with_handle(cp_channel *channel, const char *payload, size_t length,
                             cp_value *tree, int fd) {
  struct command_handle handle = command_unwrap(tree);
  cp_message message = { .channel = channel,
                         .payload = payload,
                         .length = length,
                         .is_advanced = channel_is_advanced(channel),
                         .is_wrapped = true,
                         .tree = tree,
                         .value = handle.message,
                         .handle = { handle.type, fd } };
  if (descriptor_check(message.handle) < 0) message.handle.type = CP_HANDLE_NATIVE;
  channel_emit_message(channel, &message);
  if (handle.key && message.handle.fd < 0)
    sockets_add(&channel->sockets, fd, cp_value_as_bytes(handle.key));
  message_done(&message);
  fd_close(&message.handle.fd);
}

static bool hear_later(cp_channel *channel, const struct frame *frame, int fd) {
  if (unheard_add(&channel->unheard, frame->data, frame->length, fd) >= 0) return true;
  fd_close(&fd);
  channel_fail(channel, -ENOMEM, "no memory for a message");
  return false;
}

static bool hear_unheard(cp_channel *channel, const struct unheard_message *message) {
  if (message->fd < 0) return hear(channel, message->data, message->length, NULL);
  cp_value *tree = message_read(message->data, message->length, channel_is_advanced(channel));
  if (tree) {
    hear_with_handle(channel, message->data, message->length, tree, message->fd);
    return true;
  }
  int fd = message->fd;
  fd_close(&fd);
  return is_unreadable(channel);
}

/* ---- commands: likewise ---- */

/* Takes the tree and the descriptor. */
static bool receive_handle(cp_channel *channel, const struct frame *frame, cp_value *tree, int fd) {
  struct command_handle handle = command_unwrap(tree);
  bool is_message = fd >= 0 && command_in(handle.message) == COMMAND_NONE;
  /* It comes first: the peer may go on while listeners work. And it is one, also to a handle that
   * was wrapped twice: Node 20 itself would send two, and its sender dies of the second. */
  bool goes_on = answer_handle(channel, fd >= 0);
  if (goes_on && is_message && is_wanted(channel)) {
    hear_with_handle(channel, frame->data, frame->length, tree, fd);
    return true;
  }
  cp_value_free(tree);
  if (goes_on && is_message) return hear_later(channel, frame, fd);
  fd_close(&fd);
  return goes_on;
}

static int take_arrival(cp_channel *channel, uint64_t start, uint64_t end) {
  int fd = arrivals_find(&channel->arrivals, start, end);
  if (fd >= 0) arrivals_take(&channel->arrivals, fd);
  return fd;
}

static bool carry_out(cp_channel *channel, enum command command, const cp_value *tree) {
  switch (command) {
    case COMMAND_ACK:
    case COMMAND_NACK:
      passing_answered(channel, command == COMMAND_ACK);
      return true;
    case COMMAND_NOTIFY_CLOSE:
      return answer_notify_close(channel, tree);
    case COMMAND_GET_COUNT:
      return answer_get_count(channel, tree);
    default:
      return true;
  }
}

static bool receive_frame(cp_channel *channel, const struct frame *frame, uint64_t end) {
  bool is_advanced = channel_is_advanced(channel);
  cp_value *tree = NULL;
  if (command_is_possible(frame->data, frame->length, is_advanced)) {
    tree = message_read(frame->data, frame->length, is_advanced);
    /* What waits for a listener is heard before it is told that this one is broken. */
    if (!tree && (is_wanted(channel) || cp_last_error()->number == -ENOMEM))
      return is_unreadable(channel);
  }
  enum command command = tree ? command_in(tree) : COMMAND_NONE;
  if (awaits_answers_only(channel) && command != COMMAND_ACK && command != COMMAND_NACK)
    command = COMMAND_OTHER;
  if (command == COMMAND_HANDLE)
    return receive_handle(channel, frame, tree, take_arrival(channel, end - frame->size, end));
  if (command == COMMAND_NONE && is_wanted(channel))
    return hear(channel, frame->data, frame->length, tree);
  bool goes_on =
      command == COMMAND_NONE ? hear_later(channel, frame, -1) : carry_out(channel, command, tree);
  cp_value_free(tree);
  return goes_on;
}

/* ---- the messages of a raw channel ---- */

static void hear_raw(cp_channel *channel, const struct frame *frame, uint64_t end) {
  int fd = arrivals_find(&channel->arrivals, end - frame->size, end);
  cp_message message = {
    .channel = channel,
    .payload = frame->data,
    .length = frame->length,
    .is_advanced = channel_is_advanced(channel),
    .handle = { fd < 0 ? CP_HANDLE_NONE : CP_HANDLE_NATIVE, fd },
  };
  channel_emit_message(channel, &message);
  message_done(&message);
  if (fd >= 0 && message.handle.fd < 0) arrivals_take(&channel->arrivals, fd);
}

/* ---- delivering ---- */

static int next_frame(cp_channel *channel, struct frame *ret_frame) {
  return channel_is_advanced(channel)
             ? framing_next_advanced(&channel->input, channel->max_message, ret_frame)
             : framing_next_json(&channel->input, channel->max_message, ret_frame);
}

static void note(cp_channel *channel, int number, const char *text) {
  channel->notice = number;
  channel->notice_text = text;
}

/* What nobody claimed until the last message that it can belong to. */
static void drop_expired(cp_channel *channel, uint64_t end) {
  if (channel->arrivals.count == 0) return;
  unsigned expired = arrivals_expire(&channel->arrivals, end);
  /* A listener of a raw channel was shown one, and did not take it. */
  if (expired > (channel_is_raw(channel) ? 1 : 0))
    note(channel, -EPROTO, "the peer sent a descriptor that belongs to no message: it was closed");
}

static bool is_unheard_full(const cp_channel *channel) {
  const struct unheard *unheard = &channel->unheard;
  return byte_queue_length(&unheard->queue) >= CHANNEL_UNHEARD_MAX ||
         unheard->descriptors >= CHANNEL_UNHEARD_DESCRIPTORS;
}

/* One frame, or one message that waited. False: no more for now. */
static bool deliver_one(cp_channel *channel) {
  if (channel->fd < 0 || !(channel->is_connected || awaits_answers_only(channel))) return false;
  if (!channel_has_input(channel)) return false;
  if (channel->is_connected && is_wanted(channel)) {
    struct unheard_message message;
    bool has_unheard = byte_queue_length(&channel->unheard.queue) > 0;
    if (has_unheard && unheard_next(&channel->unheard, &message))
      return hear_unheard(channel, &message);
  } else if (channel->is_connected && (channel_is_raw(channel) || is_unheard_full(channel))) {
    return false;
  }
  struct frame frame;
  int result = next_frame(channel, &frame);
  if (result < 0) channel_fail(channel, result, "a message is longer than max_message");
  if (result <= 0) return false;
  uint64_t end = channel->received - byte_queue_length(&channel->input.queue);
  bool goes_on = true;
  if (channel_is_raw(channel)) {
    hear_raw(channel, &frame, end);
  } else {
    goes_on = receive_frame(channel, &frame, end);
  }
  framing_release(&channel->input, &frame);
  drop_expired(channel, end);
  return goes_on;
}

void channel_forget_input(cp_channel *channel) {
  if (channel->is_delivering) return;
  byte_queue_done(&channel->input.queue);
  channel->input.scanned = 0;
  arrivals_done(&channel->arrivals);
  unheard_done(&channel->unheard);
}

static void emit_notice(cp_channel *channel) {
  int number = channel->notice;
  channel->notice = 0;
  if (number && !channel->failure) channel_emit_error(channel, number, channel->notice_text);
}

void channel_deliver(cp_channel *channel) {
  if (channel->is_delivering) return;
  channel->is_delivering = true;
  while (deliver_one(channel)) continue;
  channel->is_delivering = false;
  if (channel->fd >= 0) {
    byte_queue_trim(&channel->input.queue);
  } else {
    channel_forget_input(channel);
  }
  emit_notice(channel);
}

bool channel_has_input(const cp_channel *channel) {
  return byte_queue_length(&channel->input.queue) + byte_queue_length(&channel->unheard.queue) > 0;
}

/* ---- reading ---- */

bool channel_wants_input(const cp_channel *channel) {
  if (channel->has_ended || channel->fd < 0) return false;
  if (!channel->is_connected) return channel->owns_disconnect; /* to be dropped */
  if (is_wanted(channel)) return true;
  size_t waiting = byte_queue_length(&channel->input.queue);
  if (channel_is_raw(channel))
    return waiting < CHANNEL_UNHEARD_MAX && channel->arrivals.count < ARRIVALS_MAX;
  waiting += byte_queue_length(&channel->unheard.queue);
  return waiting < CHANNEL_UNHEARD_MAX && !is_unheard_full(channel);
}

static void receive_descriptor(cp_channel *channel, const struct descriptor_received *received,
                               uint64_t from) {
  int result = 0;
  if (received->fd >= 0)
    result = arrivals_add(&channel->arrivals, from, channel->received, received->fd);
  if (received->is_lost)
    note(channel, -EMFILE, "a descriptor that came with a message is lost: too many are open");
  if (result < 0 || received->is_more)
    note(channel, result == -ENOMEM ? result : -EPROTO,
         "the peer sent more descriptors than one with a message: the others were closed");
}

/* Reads once; 1 where there is probably more. */
static int read_some(cp_channel *channel) {
  struct buffer *bytes = &channel->input.queue.bytes;
  if (buffer_room(bytes) < FIRST_READ / 2 && buffer_reserve(bytes, FIRST_READ) < 0) return -ENOMEM;
  size_t room = buffer_room(bytes);
  struct descriptor_received received;
  ssize_t count = descriptor_read(channel->fd, bytes->data + bytes->length, room, &received);
  if (count < 0) return (int) count;
  if (count == 0) channel->has_ended = true;
  bytes->length += (size_t) count;
  uint64_t from = channel->received;
  channel->received += (uint64_t) count;
  bool has_descriptor = received.fd >= 0 || received.is_lost;
  if (has_descriptor) receive_descriptor(channel, &received, from);
  return count > 0 && ((size_t) count == room || has_descriptor);
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

void channel_read(cp_channel *channel) {
  if (channel->fd < 0) return;
  if (channel->owns_disconnect && !awaits_answers_only(channel)) {
    drop_unread(channel);
    return;
  }
  for (int i = 0; i < READS_AT_ONCE && channel_wants_input(channel); i++) {
    int result = read_some(channel);
    if (result == -EAGAIN) return;
    /* Its process died with messages of ours unread: that is an end like any other. */
    if (result == -ECONNRESET) {
      channel->has_ended = true;
    } else if (result < 0) {
      channel_fail(channel, result, result == -ENOMEM ? "no memory for a message" : "read failed");
      return;
    }
    channel_deliver(channel);
    if (result == 0) return;
  }
}
