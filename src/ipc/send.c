/* SPDX-License-Identifier: MIT */
/*
 * Sending. What one turn of the loop sends is written together: messages are queued, and a
 * task writes them at the end of the turn. Who asked is told when the last byte of his message
 * has left, or that it is lost.
 */
#include "ipc/channel.h"

#include "base/errno_names.h"
#include "base/error.h"
#include "ipc/descriptor.h"

#include <errno.h>

/* Not only the bytes of messages: else a crowd of small ones would take many times as much. */
static size_t size_of_queue(const cp_channel *channel) {
  return outbox_length(&channel->outbox) + sent_size(&channel->sent) +
         passing_size(&channel->passing);
}

static int check_room(const cp_channel *channel, size_t length) {
  if (!channel->is_connected)
    return error_argument(-EPIPE, "ERR_IPC_CHANNEL_CLOSED", "Channel closed");
  size_t queued = size_of_queue(channel);
  if (length <= channel->max_queued && queued <= channel->max_queued - length) return 0;
  return error_argument(-ENOBUFS, "ERR_IPC_QUEUE_FULL", "more than %zu bytes would wait to be sent",
                        channel->max_queued);
}

/* Queues the last `length` bytes of the outbox, or cuts them off. */
static int queue_written(cp_channel *channel, size_t length, const struct outgoing *message) {
  if (message->sent && sent_reserve(&channel->sent) < 0) {
    channel->outbox.queue.bytes.length -= length;
    return error_no_memory();
  }
  if (outbox_add(&channel->outbox, length, message->fd) < 0) return error_no_memory();
  uint64_t end = channel->outbox.added;
  if (message->sent) {
    sent_add(&channel->sent, &(struct sent){ end, message->sent, message->user });
  } else {
    channel->untold = end;
  }
  loop_defer(channel->loop, &channel->flush_task); /* which keeps the host running meanwhile */
  return 0;
}

int channel_queue(cp_channel *channel, const struct outgoing *message) {
  if (buffer_append(&channel->outbox.queue.bytes, message->frame, message->length) < 0)
    return error_no_memory();
  return queue_written(channel, message->length, message);
}

void draft_begin(struct draft *draft, cp_channel *channel, bool is_wrapped) {
  *draft = (struct draft){ .channel = channel, .is_wrapped = is_wrapped };
  draft->waits = is_wrapped || passing_is_busy(&channel->passing);
  draft->out = draft->waits ? &draft->own : &channel->outbox.queue.bytes;
  draft->start = draft->out->length;
}

void draft_drop(struct draft *draft) {
  draft->out->length = draft->start;
  buffer_done(&draft->own);
}

int draft_send(struct draft *draft, int fd, cp_sent_cb sent, void *user) {
  cp_channel *channel = draft->channel;
  size_t length = draft->out->length - draft->start;
  struct outgoing message = {
    .frame = draft->own.data, .length = length, .fd = fd, .sent = sent, .user = user
  };
  int result = check_room(channel, length);
  if (result < 0) {
    draft_drop(draft);
    return result;
  }
  result =
      draft->waits ? passing_send(channel, &message) : queue_written(channel, length, &message);
  if (draft->waits) buffer_done(&draft->own);
  if (result < 0) return result;
  if (channel_queued(channel) <= CHANNEL_HIGH_WATER) return 0;
  channel->drain_at = channel->outbox.added;
  channel->drain_behind = channel->passing.waited;
  return CP_FULL;
}

void channel_has_moved(cp_channel *channel) {
  if (channel->passing.taken <= channel->drain_behind) channel->drain_at = channel->outbox.added;
}

bool channel_is_drained(const cp_channel *channel) {
  return channel->drain_at && channel->is_connected &&
         channel->outbox.written >= channel->drain_at &&
         channel->passing.taken >= channel->drain_behind;
}

size_t channel_queued(const cp_channel *channel) {
  return outbox_length(&channel->outbox) + channel->passing.bytes_waiting;
}

static void tell_sent(cp_channel *channel) {
  for (struct sent sent; sent_take(&channel->sent, channel->outbox.written, &sent);)
    sent.call(channel, NULL, sent.user);
}

/* The system does not take this descriptor (too many are under way): that message alone is lost. */
static void skip_first(cp_channel *channel, int number) {
  uint64_t start = channel->outbox.written;
  tell_sent(channel);
  /* A callback may have got it out after all. */
  if (channel->fd < 0 || channel->outbox.written != start) return;
  if (!outbox_can_skip(&channel->outbox)) return;
  outbox_skip(&channel->outbox);
  struct sent sent = { 0 };
  (void) sent_take(&channel->sent, channel->outbox.written, &sent);
  channel_tell_lost(channel, number, sent.call, sent.user);
}

/* Each time that a socket is full we wait for the peer: the first time, it is made larger. True: it
 * may take more now. */
static bool grow_socket(cp_channel *channel) {
  if (channel->is_grown) return false;
  channel->is_grown = true;
  return descriptor_grow(channel->fd) >= 0;
}

/* 0, -EAGAIN or a negative code. */
static int write_out(cp_channel *channel) {
  int result = outbox_flush(&channel->outbox, channel->fd);
  if (result == -EAGAIN && grow_socket(channel))
    result = outbox_flush(&channel->outbox, channel->fd);
  return result;
}

int channel_flush(cp_channel *channel) {
  for (;;) {
    int result = write_out(channel);
    bool is_of_descriptor = result == -ETOOMANYREFS && outbox_can_skip(&channel->outbox);
    if (!is_of_descriptor) {
      tell_sent(channel);
      return result;
    }
    skip_first(channel, -EMFILE); /* as many are open, only under way */
    if (channel->fd < 0) return -EPIPE;
  }
}

int channel_flush_now(cp_channel *channel) {
  if (channel->fd < 0) return error_argument(-EPIPE, "ERR_IPC_CHANNEL_CLOSED", "Channel closed");
  int result = write_out(channel);
  bool is_failed = result < 0 && result != -EAGAIN;
  bool is_told_more = is_failed || sent_is_due(&channel->sent, channel->outbox.written) ||
                      channel_is_drained(channel) || channel->owns_disconnect;
  /* What there is to tell is told from the loop. */
  if (is_told_more) {
    loop_defer(channel->loop, &channel->flush_task);
  } else {
    loop_cancel(&channel->flush_task);
  }
  channel_update(channel);
  if (is_failed) return error_system(result, "write");
  return result == -EAGAIN ? CP_FULL : 0;
}

static cp_error loss_of(int number) {
  return (cp_error){
    .number = number,
    .code = errno_name(number),
    .name = "Error",
    .message = "the channel closed before the message had left",
    .syscall = "write",
  };
}

void channel_tell_lost(cp_channel *channel, int number, cp_sent_cb sent, void *user) {
  cp_error error = loss_of(number);
  error.message = number == -EIO ? "the peer did not get the descriptor, and so not the message"
                  : number == -EMFILE ? "the system did not take the descriptor of a message"
                                      : "a message that waited for a handle could not be sent";
  if (sent) {
    sent(channel, &error, user);
  } else {
    channel_emit_error(channel, number, error.message);
  }
}

void channel_lose_queue(cp_channel *channel, int number) {
  const cp_error error = loss_of(number);
  tell_sent(channel); /* what cp_channel_flush() has got out is not lost */
  bool somebody_was_not_told = channel->untold > channel->outbox.written;
  outbox_clear(&channel->outbox);
  /* Only those of now: who is told may send again, and that has a turn of its own. */
  struct passing passing = channel->passing;
  channel->passing = (struct passing){ 0 };
  channel->drain_at = channel->drain_behind = 0;
  uint64_t lost = channel->outbox.added;
  for (struct sent sent; sent_take(&channel->sent, lost, &sent);)
    sent.call(channel, &error, sent.user);
  if (passing_lose(channel, &passing, &error)) somebody_was_not_told = true;
  /* One that closes for a reason of its own has told that. */
  if (somebody_was_not_told && !channel->failure)
    channel_emit_error(channel, number, error.message);
}

void channel_send_done(cp_channel *channel) {
  outbox_clear(&channel->outbox);
  passing_done(&channel->passing);
  sent_done(&channel->sent);
}
