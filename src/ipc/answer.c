/* SPDX-License-Identifier: MIT */
#include "ipc/answer.h"

#include "base/buffer.h"
#include "base/error.h"
#include "ipc/command.h"
#include "ipc/encode.h"

#include <errno.h>

static void on_answered(cp_channel *channel, const cp_error *error, void *user) {
  (void) error, (void) user; /* nobody sent it, so its loss is nobody's */
  channel->answers--;
}

/* Takes the value. It goes past what waits for an answer: else each would wait for the other. */
static bool answer(cp_channel *channel, cp_value *value) {
  /* Those of this turn may leave before it is a fault of the peer; and it is none to go. */
  int flushed = channel->answers == CHANNEL_MAX_ANSWERS ? channel_flush(channel) : 0;
  if (channel->fd < 0 || flushed == -EPIPE || flushed == -ECONNRESET) {
    cp_value_free(value);
    return channel->fd >= 0;
  }
  if (channel->answers == CHANNEL_MAX_ANSWERS) {
    cp_value_free(value);
    channel_fail(channel, -EPROTO,
                 "the peer sends handles or questions, and does not read the answers");
    return false;
  }
  struct buffer frame = { 0 };
  int result =
      value ? encode_value(channel, value, (cp_handle){ CP_HANDLE_NONE, -1 }, &frame) : -ENOMEM;
  if (result >= 0)
    result = channel_queue(
        channel, &(struct outgoing){
                     .frame = frame.data, .length = frame.length, .fd = -1, .sent = on_answered });
  buffer_done(&frame);
  cp_value_free(value);
  if (result >= 0) {
    channel->answers++;
  } else {
    channel_fail(channel, result, "no answer to a handle can be sent");
  }
  return result >= 0;
}

static cp_value *new_command(const char *name) {
  return cp_value_put(cp_value_new_object(), "cmd", cp_value_new_string(name));
}

bool answer_handle(cp_channel *channel, bool has_arrived) {
  return answer(channel, new_command(has_arrived ? "NODE_HANDLE_ACK" : "NODE_HANDLE_NACK"));
}

bool answer_notify_close(cp_channel *channel, const cp_value *command) {
  const cp_value *key = command_key(command);
  if (!key) return true;
  cp_value *value = new_command("NODE_SOCKET_ALL_CLOSED");
  return answer(channel, cp_value_put(value, "key", cp_value_copy(key)));
}

bool answer_get_count(cp_channel *channel, const cp_value *command) {
  const cp_value *key = command_key(command);
  if (!key) return true;
  size_t count = sockets_count(&channel->sockets, cp_value_as_bytes(key));
  cp_value *value = new_command("NODE_SOCKET_COUNT");
  value = cp_value_put(value, "key", cp_value_copy(key));
  return answer(channel, cp_value_put(value, "count", cp_value_new_number((double) count)));
}
