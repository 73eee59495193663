/* SPDX-License-Identifier: MIT */
/*
 * Sending. What one turn of the loop sends is written together: messages are queued, and a
 * task writes them at the end of the turn. Who asked is told when the last byte of his message
 * has left, or that it is lost.
 */
#include "ipc/channel.h"

#include "base/error.h"
#include "base/errno_names.h"
#include "base/memory.h"

#include <errno.h>

/* One that waits to be told, in the order of sending. */
struct sent {
  uint64_t end; /* of its bytes, in all that the channel ever queued */
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

int channel_send(cp_channel *channel, const char *frame, size_t length, cp_sent_cb sent,
                 void *user) {
  if (!channel->is_connected)
    return error_argument(-EPIPE, "ERR_IPC_CHANNEL_CLOSED", "Channel closed");
  if (length > channel->max_queued || channel->writer.queued > channel->max_queued - length)
    return error_argument(-ENOBUFS, "ERR_IPC_QUEUE_FULL",
                          "more than %zu bytes would wait to be sent", channel->max_queued);
  uint64_t end = channel->bytes_queued + length;
  if (remember(channel, end, sent, user) < 0) return error_no_memory();
  if (writer_add(&channel->writer, frame, length) < 0) {
    channel->sent->count--;
    return error_no_memory();
  }
  channel->bytes_queued = end;
  loop_defer(channel->loop, &channel->flush_task);
  channel->owner->changed(channel->owner);
  if (channel->writer.queued <= CHANNEL_HIGH_WATER) return 0;
  channel->drain_at = end;
  return CP_FULL;
}

int channel_flush(cp_channel *channel) {
  size_t before = channel->writer.queued;
  int result = writer_flush(&channel->writer, channel->fd, true);
  channel->bytes_written += before - channel->writer.queued;
  for (struct sent sent; take_first(channel, channel->bytes_written, &sent);)
    if (sent.call) sent.call(channel, NULL, sent.user);
  return result;
}

void channel_lose_queue(cp_channel *channel, int number) {
  const cp_error error = {
    .number = number,
    .code = errno_name(number),
    .name = "Error",
    .message = "the channel closed before the message had left",
    .syscall = "write",
  };
  bool somebody_was_not_told = false;
  writer_done(&channel->writer);
  /* Only those of now: who is told may send again, and that has a turn of its own. */
  channel->bytes_written = channel->bytes_queued;
  uint64_t lost = channel->bytes_queued;
  for (struct sent sent; take_first(channel, lost, &sent);) {
    if (sent.call) {
      sent.call(channel, &error, sent.user);
    } else {
      somebody_was_not_told = true;
    }
  }
  if (somebody_was_not_told) channel_emit_error(channel, number, error.message);
}

void channel_send_done(cp_channel *channel) {
  writer_done(&channel->writer);
  memory_free(channel->sent);
  channel->sent = NULL;
}
