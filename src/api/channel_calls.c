/* SPDX-License-Identifier: MIT */
/*
 * The public calls on a channel: arguments checked, then the channel's own. Rule 5 of the
 * header: NULL does nothing.
 */
#include "base/error.h"
#include "base/fd.h"
#include "child/child.h"
#include "ipc/channel.h"
#include "ipc/command.h"
#include "ipc/descriptor.h"
#include "ipc/encode.h"
#include "ipc/parent.h"

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

static int check_handle(const cp_channel *channel, cp_handle handle) {
  if (handle.type == CP_HANDLE_NONE) return 0;
  const char *name = command_type_name(handle.type);
  if (!name)
    return error_argument(-EINVAL, "ERR_INVALID_HANDLE_TYPE", "handle.type is invalid: %d",
                          (int) handle.type);
  /* A raw channel leaves it to the caller what a descriptor is for. */
  if (channel_is_raw(channel)) handle.type = CP_HANDLE_NATIVE;
  int result = descriptor_check(handle);
  if (result >= 0) return 0;
  if (result == -EBADF)
    return error_argument(-EBADF, "ERR_INVALID_FD", "handle.fd is not open: %d", handle.fd);
  return error_argument(-EINVAL, "ERR_INVALID_HANDLE_TYPE", "handle.fd %d is no %s", handle.fd,
                        name);
}

static int check_send(const cp_channel *channel, const cp_send_options *options) {
  for (size_t i = 0; options && i < sizeof options->reserved / sizeof *options->reserved; i++)
    if (options->reserved[i])
      return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE",
                            "a reserved field of the send options is not zero");
  if (!channel->is_connected || channel->is_deaf)
    return error_argument(-EPIPE, "ERR_IPC_CHANNEL_CLOSED", "Channel closed");
  return options ? check_handle(channel, options->handle) : 0;
}

static cp_handle handle_of(const cp_send_options *options) {
  return options ? options->handle : (cp_handle){ CP_HANDLE_NONE, -1 };
}

static int no_message(void) {
  return error_argument(-EINVAL, "ERR_MISSING_ARGS", "the message must be specified: it is NULL");
}

static int begin(struct draft *draft, cp_channel *channel, const cp_send_options *options) {
  int result = check_send(channel, options);
  bool has_handle = handle_of(options).type != CP_HANDLE_NONE;
  if (result >= 0) draft_begin(draft, channel, has_handle && !channel_is_raw(channel));
  return result;
}

/* `result`: of making the frame. */
static int finish(struct draft *draft, int result, const cp_send_options *options) {
  cp_handle handle = handle_of(options);
  int fd = -1;
  if (result >= 0 && handle.type != CP_HANDLE_NONE) {
    fd = descriptor_copy(handle.fd);
    if (fd < 0) result = error_system(fd, "fcntl");
  }
  if (result < 0) {
    draft_drop(draft);
    return result;
  }
  result = draft_send(draft, fd, options ? options->sent : NULL, options ? options->user : NULL);
  if (result < 0) fd_close(&fd);
  return result;
}

int cp_send(cp_channel *channel, const char *json, const cp_send_options *options) {
  if (!channel) return -EINVAL;
  if (!json) return no_message();
  struct draft draft;
  int result = begin(&draft, channel, options);
  if (result < 0) return result;
  result = encode_json(channel, json, strlen(json), handle_of(options), draft.out);
  return finish(&draft, result, options);
}

int cp_send_value(cp_channel *channel, const cp_value *value, const cp_send_options *options) {
  if (!channel) return -EINVAL;
  if (!value) return no_message();
  struct draft draft;
  int result = begin(&draft, channel, options);
  if (result < 0) return result;
  result = encode_value(channel, value, handle_of(options), draft.out);
  return finish(&draft, result, options);
}

int cp_send_payload(cp_channel *channel, cp_bytes payload, const cp_send_options *options) {
  if (!channel) return -EINVAL;
  if (!payload.data) return no_message();
  struct draft draft;
  int result = begin(&draft, channel, options);
  if (result < 0) return result;
  result = encode_payload(channel, payload, handle_of(options), draft.out);
  return finish(&draft, result, options);
}

int cp_channel_flush(cp_channel *channel) {
  return channel ? channel_flush_now(channel) : -EINVAL;
}

size_t cp_channel_queued(const cp_channel *channel) {
  return channel ? channel_queued(channel) : 0;
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

int cp_channel_fd(const cp_channel *channel) {
  return channel ? channel->fd : -1;
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

bool cp_channel_has_ref(const cp_channel *channel) {
  if (!channel || !channel->loop) return false;
  return channel->child ? channel->child->is_channel_ref : parent_has_ref();
}
