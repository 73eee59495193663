/* SPDX-License-Identifier: MIT */
/*
 * The public calls on a channel: arguments checked, then the channel's own. Rule 5 of the
 * header: NULL does nothing.
 */
#include "base/error.h"
#include "child/child.h"
#include "ipc/channel.h"
#include "ipc/parent.h"
#include "value/json.h"

#include <errno.h>
#include <string.h>

/* ---- listeners: 0 for an event that cannot come any more ---- */

static cp_listener add(cp_channel *channel, enum channel_event event, emitter_call call,
                       void *user) {
  if (!channel || !channel->is_open) return 0;
  cp_listener id = emitter_add(&channel->emitter, event, call, user);
  if (id && event == CHANNEL_MESSAGE) channel_listen(channel);
  if (id) channel->owner->changed(channel->owner);
  return id;
}

cp_listener cp_on_message(cp_channel *channel, cp_message_cb listener, void *user) {
  if (!channel || channel->fd < 0 || channel->owns_disconnect) return 0;
  return add(channel, CHANNEL_MESSAGE, (emitter_call) listener, user);
}

cp_listener cp_on_disconnect(cp_channel *channel, cp_channel_cb listener, void *user) {
  return add(channel, CHANNEL_DISCONNECT, (emitter_call) listener, user);
}

cp_listener cp_on_channel_drain(cp_channel *channel, cp_channel_cb listener, void *user) {
  if (!channel || channel->fd < 0) return 0;
  return add(channel, CHANNEL_DRAIN, (emitter_call) listener, user);
}

cp_listener cp_on_channel_error(cp_channel *channel, cp_channel_error_cb listener, void *user) {
  return add(channel, CHANNEL_ERROR, (emitter_call) listener, user);
}

void cp_channel_off(cp_channel *channel, cp_listener listener) {
  if (!channel) return;
  emitter_remove(&channel->emitter, listener);
  channel->owner->changed(channel->owner);
}

/* ---- sending ---- */

static int check_send(const cp_channel *channel, const cp_send_options *options) {
  for (size_t i = 0; options && i < sizeof options->reserved / sizeof *options->reserved; i++)
    if (options->reserved[i])
      return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE",
                            "a reserved field of the send options is not zero");
  if (channel->is_connected && !channel->is_deaf) return 0;
  return error_argument(-EPIPE, "ERR_IPC_CHANNEL_CLOSED", "Channel closed");
}

/* Takes the buffer. `result`: of filling it. */
static int send_line(cp_channel *channel, struct buffer *line, int result,
                     const cp_send_options *options) {
  if (result >= 0 && buffer_append(line, "\n", 1) < 0) result = error_no_memory();
  if (result >= 0)
    result = channel_send(channel, line->data, line->length, options ? options->sent : NULL,
                          options ? options->user : NULL);
  buffer_done(line);
  return result;
}

static int no_message(void) {
  return error_argument(-EINVAL, "ERR_MISSING_ARGS", "the message must be specified: it is NULL");
}

int cp_send_payload(cp_channel *channel, cp_bytes payload, const cp_send_options *options) {
  if (!channel) return -EINVAL;
  if (!payload.data) return no_message();
  int result = check_send(channel, options);
  if (result < 0) return result;
  struct buffer line = { 0 };
  result = json_check_and_compact(payload.data, payload.length, &line);
  return send_line(channel, &line, result, options);
}

int cp_send(cp_channel *channel, const char *json, const cp_send_options *options) {
  return cp_send_payload(channel, (cp_bytes){ json, json ? strlen(json) : 0 }, options);
}

int cp_send_value(cp_channel *channel, const cp_value *value, const cp_send_options *options) {
  if (!channel) return -EINVAL;
  if (!value) return no_message();
  int result = check_send(channel, options);
  if (result < 0) return result;
  struct buffer line = { 0 };
  result = json_write_value(value, &line);
  return send_line(channel, &line, result, options);
}

int cp_channel_set_limits(cp_channel *channel, size_t max_message, size_t max_queued) {
  if (!channel) return -EINVAL;
  channel->max_message = max_message ? max_message : CHANNEL_MAX_MESSAGE;
  channel->max_queued = max_queued ? max_queued : CHANNEL_MAX_QUEUED;
  return 0;
}

/* ---- the rest ---- */

void cp_disconnect(cp_channel *channel) {
  if (channel) channel_disconnect(channel);
}

bool cp_connected(const cp_channel *channel) {
  return channel && channel->is_connected;
}

cp_child *cp_channel_child(const cp_channel *channel) {
  return channel ? channel->child : NULL;
}

static void set_ref(cp_channel *channel, bool is_ref) {
  if (!channel || !channel->loop) return;
  if (channel->child) {
    child_set_channel_ref(channel->child, is_ref);
  } else {
    parent_set_ref(channel, is_ref);
  }
}

void cp_channel_ref(cp_channel *channel) {
  set_ref(channel, true);
}

void cp_channel_unref(cp_channel *channel) {
  set_ref(channel, false);
}
