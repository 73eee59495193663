/* SPDX-License-Identifier: MIT */
#include "ipc/passing.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "ipc/channel.h"
#include "ipc/descriptor.h"

#include <errno.h>
#include <string.h>

enum { RETRANSMISSIONS = 3 }; /* as Node */

/* A message with a handle, or one that waits behind such. */
struct passed {
  struct passed *next;
  int fd; /* ours until the peer has it; -1: a plain message */
  unsigned retransmissions;
  uint64_t end; /* of its bytes, in all that was ever queued */
  cp_sent_cb sent;
  void *user;
  size_t length;
  char frame[];
};

static struct passed *passed_new(const struct outgoing *message) {
  struct passed *passed = memory_new(sizeof *passed + message->length);
  if (!passed) return NULL;
  passed->fd = message->fd;
  passed->sent = message->sent;
  passed->user = message->user;
  passed->length = message->length;
  memcpy(passed->frame, message->frame, message->length);
  return passed;
}

static void passed_free(struct passed *passed) {
  fd_close(&passed->fd);
  memory_free(passed);
}

static void finish(cp_channel *channel, struct passed *passed, int number);

/* Who sent it is told when it is answered: that its bytes have left tells nothing. But the system
 * may not take its descriptor. */
static void on_left(cp_channel *channel, const cp_error *error, void *user) {
  struct passed *passed = user; /* only good if it is still pending */
  if (error && channel->passing.pending == passed) finish(channel, passed, error->number);
}

/* Queues the frame, with a descriptor of its own: we may have to send it again. */
static int transmit(cp_channel *channel, struct passed *passed) {
  int copy = descriptor_copy(passed->fd);
  if (copy < 0) return error_system(copy, "fcntl");
  int result = channel_queue(channel, &(struct outgoing){ .frame = passed->frame,
                                                          .length = passed->length,
                                                          .fd = copy,
                                                          .sent = on_left,
                                                          .user = passed });
  if (result < 0) {
    fd_close(&copy);
    return result;
  }
  passed->end = channel->outbox.added;
  channel->passing.pending = passed;
  return 0;
}

static void wait_behind(struct passing *passing, struct passed *passed) {
  if (passing->last) {
    passing->last->next = passed;
  } else {
    passing->first = passed;
  }
  passing->last = passed;
  passing->waited++;
  passing->bytes_waiting += passed->length;
}

size_t passing_size(const struct passing *passing) {
  uint64_t count = passing->waited - passing->taken;
  size_t size = (size_t) count * sizeof(struct passed) + passing->bytes_waiting;
  return passing->pending ? size + sizeof(struct passed) + passing->pending->length : size;
}

int passing_send(cp_channel *channel, const struct outgoing *message) {
  struct passed *passed = passed_new(message);
  if (!passed) return error_no_memory();
  if (passing_is_busy(&channel->passing)) {
    wait_behind(&channel->passing, passed);
    return 0;
  }
  int result = transmit(channel, passed);
  if (result < 0) memory_free(passed); /* its descriptor stays the caller's */
  return result;
}

static struct passed *take_waiting(struct passing *passing) {
  struct passed *passed = passing->first;
  if (!passed) return NULL;
  passing->first = passed->next;
  if (!passing->first) passing->last = NULL;
  passing->taken++;
  passing->bytes_waiting -= passed->length;
  return passed;
}

static int send_waiting(cp_channel *channel, struct passed *passed) {
  if (passed->fd >= 0) return transmit(channel, passed);
  return channel_queue(channel, &(struct outgoing){ .frame = passed->frame,
                                                    .length = passed->length,
                                                    .fd = -1,
                                                    .sent = passed->sent,
                                                    .user = passed->user });
}

/* Everything up to the next handle goes, and that too. */
static void go_on(cp_channel *channel) {
  struct passing *passing = &channel->passing;
  while (!passing->pending && channel->fd >= 0) {
    struct passed *passed = take_waiting(passing);
    if (!passed) return;
    int result = send_waiting(channel, passed);
    channel_has_moved(channel);
    if (result >= 0 && passed->fd >= 0) return; /* it is pending now */
    if (result < 0) channel_tell_lost(channel, result, passed->sent, passed->user);
    passed_free(passed);
  }
}

static void finish(cp_channel *channel, struct passed *passed, int number) {
  channel->passing.pending = NULL;
  fd_close(&passed->fd);
  cp_sent_cb sent = passed->sent;
  void *user = passed->user;
  memory_free(passed);
  go_on(channel); /* what waits was sent before what the callback may send */
  if (number < 0) {
    channel_tell_lost(channel, number, sent, user);
  } else if (sent) {
    sent(channel, NULL, user);
  }
  /* Even with nothing more to send: a channel that was to be closed behind it can be closed. */
  if (channel->fd >= 0) loop_defer(channel->loop, &channel->flush_task);
}

void passing_answered(cp_channel *channel, bool has_arrived) {
  struct passed *passed = channel->passing.pending;
  /* An answer to nothing, or to what has not even left: of a peer that is mistaken. */
  if (!passed || passed->end > channel->outbox.written) return;
  if (has_arrived) {
    finish(channel, passed, 0);
    return;
  }
  if (passed->retransmissions++ == RETRANSMISSIONS || transmit(channel, passed) < 0)
    finish(channel, passed, -EIO);
}

bool passing_lose(cp_channel *channel, struct passing *passing, const cp_error *error) {
  bool somebody_was_not_told = false;
  struct passed *passed = passing->pending;
  if (!passed) passed = take_waiting(passing);
  passing->pending = NULL;
  for (; passed; passed = take_waiting(passing)) {
    if (passed->sent) {
      passed->sent(channel, error, passed->user);
    } else {
      somebody_was_not_told = true;
    }
    passed_free(passed);
  }
  return somebody_was_not_told;
}

void passing_done(struct passing *passing) {
  if (passing->pending) passed_free(passing->pending);
  for (struct passed *passed; (passed = take_waiting(passing));) passed_free(passed);
  *passing = (struct passing){ 0 };
}
