/* SPDX-License-Identifier: MIT */
/*
 * What JavaScript calls on the object of a channel, and making one.
 */
#include "channel.h"

#include "addon.h"
#include "channel_wrap.h"

#include <errno.h>
#include <stdlib.h>

/* ---- what JavaScript calls ---- */

/* NULL: it is closed, or was called on something else. */
static struct channel_wrap *wrap_of(napi_env env, napi_value self) {
  void *wrap = NULL;
  if (napi_unwrap(env, self, &wrap) != napi_ok) return NULL;
  return ((struct channel_wrap *) wrap)->channel ? wrap : NULL;
}

static struct channel_wrap *wrap_of_call(napi_env env, napi_callback_info info) {
  napi_value self;
  if (napi_get_cb_info(env, info, NULL, NULL, &self, NULL) != napi_ok) return NULL;
  return wrap_of(env, self);
}

static napi_value number(napi_env env, int64_t value) {
  napi_value result = NULL;
  (void) napi_create_int64(env, value, &result);
  return result;
}

static napi_value call_start(napi_env env, napi_callback_info info) {
  size_t argc = 1 + CHANNEL_CALLBACKS;
  napi_value argv[1 + CHANNEL_CALLBACKS], self;
  if (napi_get_cb_info(env, info, &argc, argv, &self, NULL) != napi_ok) return NULL;
  struct channel_wrap *wrap = wrap_of(env, self);
  if (!wrap || wrap->callbacks[0]) return NULL;
  if (napi_get_value_bool(env, argv[0], &wrap->batch.is_advanced) != napi_ok) return NULL;
  for (int i = 0; i < CHANNEL_CALLBACKS; i++)
    if (napi_create_reference(env, argv[1 + i], 1, &wrap->callbacks[i]) != napi_ok) return NULL;
  /* Listened to only now: what comes finds somebody. A channel that never opened only ends. */
  wrap_listen_to_messages(wrap);
  return NULL;
}

/* The payload of an `advanced` message. */
static bool get_bytes(napi_env env, napi_value value, cp_bytes *ret_bytes) {
  void *data;
  size_t length;
  if (napi_get_buffer_info(env, value, &data, &length) != napi_ok) return false;
  *ret_bytes = (cp_bytes){ data, length };
  return true;
}

/* The text of a JSON message: in `room` where it fits there, else in memory for the caller to free.
 * False: it is no string, or there is no memory. */
static bool get_text(napi_env env, napi_value value, char *room, size_t size, char **ret_memory,
                     cp_bytes *ret_text) {
  const size_t longest_character = 4;
  size_t length;
  if (napi_get_value_string_utf8(env, value, room, size, &length) != napi_ok) return false;
  *ret_text = (cp_bytes){ room, length };
  if (length + longest_character < size) return true; /* else the room may have been too small */
  if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok) return false;
  *ret_memory = malloc(length + 1);
  if (!*ret_memory) return false;
  *ret_text = (cp_bytes){ *ret_memory, length };
  return napi_get_value_string_utf8(env, value, *ret_memory, length + 1, &length) == napi_ok;
}

/* Bytes that wait, or a negative code. Node writes within send(), and programs rely on it: they
 * exit next, kill the child, or block until it has done something. */
static int64_t send_now(struct channel_wrap *wrap, cp_bytes payload, const cp_handle *handle) {
  if (wrap->write_error) return wrap->write_error;
  bool was_idle = cp_channel_queued(wrap->channel) == 0;
  const cp_send_options options = { .handle = *handle, .sent = wrap_on_sent, .user = wrap };
  int result = cp_send_payload(wrap->channel, payload, &options);
  if (result < 0) return result;
  if (!was_idle) return (int64_t) cp_channel_queued(wrap->channel);
  result = cp_channel_flush(wrap->channel);
  /* Too many descriptors are under way: it is tried once more from the loop, and if they still are,
   * that message alone is lost. */
  if (result == CP_FULL || result == -ETOOMANYREFS)
    return (int64_t) cp_channel_queued(wrap->channel);
  wrap->settled++;
  if (result < 0) wrap->write_error = result;
  return result;
}

static napi_value call_send(napi_env env, napi_callback_info info) {
  enum { ROOM = 8192 };
  char room[ROOM];
  size_t argc = 2;
  napi_value argv[2], self;
  if (napi_get_cb_info(env, info, &argc, argv, &self, NULL) != napi_ok) return NULL;
  struct channel_wrap *wrap = wrap_of(env, self);
  if (!wrap) return number(env, UV_EPIPE);
  cp_handle handle = { 0 };
  if (argc > 1) {
    handle.type = CP_HANDLE_NATIVE;
    if (napi_get_value_int32(env, argv[1], &handle.fd) != napi_ok || handle.fd < 0)
      return number(env, UV_EBADF);
  }
  char *memory = NULL;
  cp_bytes payload;
  bool is_there = wrap->batch.is_advanced
                      ? get_bytes(env, argv[0], &payload)
                      : get_text(env, argv[0], room, sizeof room, &memory, &payload);
  int64_t result = is_there ? send_now(wrap, payload, &handle) : UV_ENOMEM;
  free(memory);
  return number(env, result);
}

static napi_value call_disconnect(napi_env env, napi_callback_info info) {
  struct channel_wrap *wrap = wrap_of_call(env, info);
  if (wrap) cp_disconnect(wrap->channel);
  return NULL;
}

static napi_value call_ref(napi_env env, napi_callback_info info) {
  struct channel_wrap *wrap = wrap_of_call(env, info);
  if (wrap) cp_channel_ref(wrap->channel);
  return NULL;
}

static napi_value call_unref(napi_env env, napi_callback_info info) {
  struct channel_wrap *wrap = wrap_of_call(env, info);
  if (wrap) cp_channel_unref(wrap->channel);
  return NULL;
}

static napi_value call_get_fd(napi_env env, napi_callback_info info) {
  struct channel_wrap *wrap = wrap_of_call(env, info);
  return number(env, wrap ? cp_channel_fd(wrap->channel) : UV_EINVAL);
}

static napi_value call_get_queued(napi_env env, napi_callback_info info) {
  struct channel_wrap *wrap = wrap_of_call(env, info);
  return number(env, wrap ? (int64_t) cp_channel_queued(wrap->channel) : 0);
}

/* ---- making one ---- */

static void finalize(napi_env env, void *data, void *hint) {
  (void) env, (void) hint;
  free(data);
}

static const napi_property_descriptor methods[] = {
  { "start", NULL, call_start, NULL, NULL, NULL, napi_default, NULL },
  { "send", NULL, call_send, NULL, NULL, NULL, napi_default, NULL },
  { "disconnect", NULL, call_disconnect, NULL, NULL, NULL, napi_default, NULL },
  { "ref", NULL, call_ref, NULL, NULL, NULL, napi_default, NULL },
  { "unref", NULL, call_unref, NULL, NULL, NULL, napi_default, NULL },
  { "getFd", NULL, call_get_fd, NULL, NULL, NULL, napi_default, NULL },
  { "getQueued", NULL, call_get_queued, NULL, NULL, NULL, napi_default, NULL },
};

napi_value channel_wrap(napi_env env, cp_channel *channel) {
  napi_value object;
  struct channel_wrap *wrap = calloc(1, sizeof *wrap);
  if (!wrap) return addon_throw(env, UV_ENOMEM);
  *wrap = (struct channel_wrap){ .env = env, .channel = channel, .batch.fd = -1 };
  if (napi_create_object(env, &object) != napi_ok ||
      napi_wrap(env, object, wrap, finalize, NULL, NULL) != napi_ok) {
    free(wrap);
    return addon_throw(env, UV_ENOMEM);
  }
  if (napi_define_properties(env, object, sizeof methods / sizeof *methods, methods) == napi_ok &&
      wrap_listen(wrap, object))
    return object;
  wrap->channel = NULL;
  return addon_throw(env, UV_ENOMEM);
}

void channel_child_unref(cp_child *child) {
  cp_channel *channel = cp_ipc(child);
  bool was_ref = cp_channel_has_ref(channel);
  cp_unref(child);
  if (was_ref) cp_channel_ref(channel);
}
