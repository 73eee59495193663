/* SPDX-License-Identifier: MIT */
/*
 * Sending. What one turn of the loop sends is written together: messages are queued, and a
 * task writes them at the end of the turn. Who asked is told when the last byte of his message
 * has left, or that it is lost.
 */
#include "ipc/channel.h"

#include "base/errno_names.h"
#include "base/error.h"
#include "base/memory.h"
#include "ipc/descriptor.h"

#include <errno.h>

/* One that waits to be told, in the order of sending. */
struct sent {
  uint64_t end; /* of its bytes, in all that was ever queued */
  cp_sent_cb call;
  void *user;
};

/* A ring, so that a message costs no allocation of its own. */
struct sent_list {
  size_t first, count, capacity;
  struct sent items[];
};

static struct sent *item(struct sent_list *list, size_t index) {
  return &list->items[(list->first + index) % list->capacity];
}

static int grow(cp_channel *channel) {
  enum { SMALLEST = 16 };
  struct sent_list *old = channel->sent;
  size_t capacity = old ? old->capacity * 2 : SMALLEST;
  struct sent_list *list = memory_new(sizeof *list + capacity * sizeof *list->items);
  if (!list) return -ENOMEM;
  list->capacity = capacity;
  for (size_t i = 0; old && i < old->count; i++) list->items[list->count++] = *item(old, i);
  memory_free(old);
  channel->sent = list;
  return 0;
}

/* Everybody is in the list, also who does not want to be told: his loss is an `error`. */
static int remember(cp_channel *channel, uint64_t end, cp_sent_cb call, void *user) {
  struct sent_list *list = channel->sent;
  if (!list || list->count == list->capacity) {
    int result = grow(channel);
    if (result < 0) return result;
    list = channel->sent;
  }
  *item(list, list->count++) = (struct sent){ end, call, user };
  return 0;
}

static bool take_first(cp_channel *channel, uint64_t written, struct sent *ret_sent) {
  struct sent_list *list = channel->sent;
  if (!list || list->count == 0 || item(list, 0)->end > written) return false;
  *ret_sent = *item(list, 0);
  list->first = (list->first + 1) % list->capacity;
  list->count--;
  return true;
}

static int check_room(const cp_channel *channel, size_t length) {
  if (!channel->is_connected)
    return error_argument(-EPIPE, "ERR_IPC_CHANNEL_CLOSED", "Channel closed");
  size_t queued = channel_queued(channel);
  if (length <= channel->max_queued && queued <= channel->max_queued - length) return 0;
  return error_argument(-ENOBUFS, "ERR_IPC_QUEUE_FULL", "more than %zu bytes would wait to be sent",
                        channel->max_queued);
}

/* Queues the last `length` bytes of the outbox, or cuts them off. */
static int queue_written(cp_channel *channel, size_t length, const struct outgoing *message) {
  uint64_t end = channel->outbox.added + length;
  if (remember(channel, end, message->sent, message->user) < 0) {
    channel->outbox.queue.bytes.length -= length;
    return error_no_memory();
  }
  if (outbox_add(&channel->outbox, length, message->fd) < 0) {
    channel->sent->count--;
    return error_no_memory();
  }
  loop_defer(channel->loop, &channel->flush_task);
  channel->owner->changed(channel->owner);
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
  buffer_done(&draft->own);
  if (result < 0) return result;
  if (channel_queued(channel) <= CHANNEL_HIGH_WATER) return 0;
  channel->drain_at = channel->outbox.added + channel->passing.bytes_waiting;
  return CP_FULL;
}

size_t channel_queued(const cp_channel *channel) {
  return outbox_length(&channel->outbox) + channel->passing.bytes_waiting;
}

static void tell_sent(cp_channel *channel) {
  for (struct sent sent; take_first(channel, channel->outbox.written, &sent);)
    if (sent.call) sent.call(channel, NULL, sent.user);
}

/* The system does not take this descriptor (too many are under way): that message alone is lost. */
static void skip_first(cp_channel *channel, int number) {
  uint64_t start = channel->outbox.written;
  tell_sent(channel);
  /* A callback may have got it out after all. */
  if (channel->fd < 0 || channel->outbox.written != start) return;
  if (!outbox_can_skip(&channel->outbox)) return;
  outbox_skip(&channel->outbox);
  struct sent sent;
  if (take_first(channel, channel->outbox.written, &sent))
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

/* Those who do not want to be told. False: somebody is to be told, from the loop. */
static bool forget_untold(cp_channel *channel) {
  struct sent_list *list = channel->sent;
  while (list && list->count > 0 && item(list, 0)->end <= channel->outbox.written) {
    if (item(list, 0)->call) return false;
    struct sent sent;
    (void) take_first(channel, channel->outbox.written, &sent);
  }
  return true;
}

int channel_flush_now(cp_channel *channel) {
  if (channel->fd < 0) return error_argument(-EPIPE, "ERR_IPC_CHANNEL_CLOSED", "Channel closed");
  int result = write_out(channel);
  bool is_failed = result < 0 && result != -EAGAIN;
  bool is_drained = channel->drain_at && channel->outbox.written >= channel->drain_at;
  /* What there is to tell is told from the loop. */
  if (forget_untold(channel) && !is_failed && !is_drained && !channel->owns_disconnect) {
    loop_cancel(&channel->flush_task);
  } else {
    loop_defer(channel->loop, &channel->flush_task);
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
  bool somebody_was_not_told = false;
  outbox_clear(&channel->outbox);
  /* Only those of now: who is told may send again, and that has a turn of its own. */
  struct passing passing = channel->passing;
  channel->passing = (struct passing){ 0 };
  uint64_t lost = channel->outbox.added;
  for (struct sent sent; take_first(channel, lost, &sent);) {
    if (sent.call) {
      sent.call(channel, &error, sent.user);
    } else {
      somebody_was_not_told = true;
    }
  }
  if (passing_lose(channel, &passing, &error)) somebody_was_not_told = true;
  /* One that closes for a reason of its own has told that. */
  if (somebody_was_not_told && !channel->failure)
    channel_emit_error(channel, number, error.message);
}

void channel_send_done(cp_channel *channel) {
  outbox_clear(&channel->outbox);
  passing_done(&channel->passing);
  memory_free(channel->sent);
  channel->sent = NULL;
}
