/* SPDX-License-Identifier: MIT */
/*
 * What a channel tells JavaScript. Crossing into it is what a message costs most, so messages that
 * came together cross together. Nobody sees that, since a message is emitted one tick after it came
 * anyway.
 */
#include "channel_wrap.h"

#include "addon.h"
#include "handle_kind.h"

#include <string.h>
#include <unistd.h>

/* ---- into JavaScript ---- */

/* Longer ones Node cannot have either: a string there has less than 2^29 units, and a length from
 * 2^31 on is a negative one. */
enum { MAX_MESSAGE = 1 << 30 };

static void call(const struct channel_wrap *wrap, enum channel_callback which, size_t argc,
                 const napi_value *argv) {
  napi_env env = wrap->env;
  napi_value self, function;
  if (wrap->callbacks[which] && /* else it was not started */
      napi_get_reference_value(env, wrap->self, &self) == napi_ok &&
      napi_get_reference_value(env, wrap->callbacks[which], &function) == napi_ok)
    addon_call(env, wrap->context, self, function, argc, argv);
}

static void tell(const struct channel_wrap *wrap, enum channel_callback which, int number) {
  napi_handle_scope scope;
  napi_value argv[1];
  if (napi_open_handle_scope(wrap->env, &scope) != napi_ok) return;
  if (napi_create_int32(wrap->env, number, &argv[0]) == napi_ok) call(wrap, which, 1, argv);
  (void) napi_close_handle_scope(wrap->env, scope);
}

static void tell_error(const struct channel_wrap *wrap, int number, const char *text) {
  napi_env env = wrap->env;
  napi_handle_scope scope;
  napi_value argv[2];
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  if (napi_create_int32(env, number, &argv[0]) == napi_ok &&
      napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &argv[1]) == napi_ok)
    call(wrap, ON_ERROR, 2, argv);
  (void) napi_close_handle_scope(env, scope);
}

/* `prefix`: the length, where the message has none in front yet. */
static napi_status make_data(struct channel_wrap *wrap, cp_bytes data, size_t prefix,
                             napi_value *ret_data) {
  if (!wrap->batch.is_advanced)
    return napi_create_string_utf8(wrap->env, data.data, data.length, ret_data);
  void *bytes;
  napi_status status = napi_create_arraybuffer(wrap->env, prefix + data.length, &bytes, ret_data);
  if (status != napi_ok) return status;
  if (prefix > 0) batch_write_prefix(bytes, data.length);
  memcpy((char *) bytes + prefix, data.data, data.length);
  return napi_ok;
}

/* Takes `fd`. */
static void cross(struct channel_wrap *wrap, cp_bytes data, size_t prefix, int fd) {
  napi_env env = wrap->env;
  napi_handle_scope scope;
  napi_value argv[3];
  enum handle_kind kind = fd < 0 ? HANDLE_KIND_NONE : handle_kind(fd);
  if (kind == HANDLE_KIND_NONE && fd >= 0) { /* Node has no object for it, so it has not come */
    (void) close(fd);
    fd = -1;
  }
  if (napi_open_handle_scope(env, &scope) != napi_ok) {
    if (fd >= 0) (void) close(fd);
    return;
  }
  napi_status status = make_data(wrap, data, prefix, &argv[0]);
  if (status == napi_ok && fd >= 0) status = napi_create_int32(env, fd, &argv[1]);
  if (status == napi_ok && fd >= 0) status = napi_create_int32(env, (int32_t) kind, &argv[2]);
  if (status == napi_ok) {
    call(wrap, ON_READ, fd < 0 ? 1 : 3, argv);
  } else {
    napi_value ignored;
    (void) napi_get_and_clear_last_exception(env, &ignored);
    if (fd >= 0) (void) close(fd);
    tell_error(wrap, UV_ENOMEM, "a message is too long for JavaScript");
  }
  (void) napi_close_handle_scope(env, scope);
}

static void cross_batch(struct channel_wrap *wrap) {
  struct channel_batch *batch = &wrap->batch;
  if (batch->messages == 0) return;
  cp_bytes data = { batch->bytes, batch->length };
  int fd = batch->fd;
  batch_clear(batch); /* the bytes are still there, and nothing comes while JavaScript runs */
  cross(wrap, data, 0, fd);
}

/* ---- what the channel tells ---- */

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  (void) channel;
  struct channel_wrap *wrap = user;
  struct channel_batch *batch = &wrap->batch;
  cp_bytes payload = cp_message_payload(message);
  int fd = cp_message_take_fd(message);
  bool is_last = cp_message_is_last(message);
  bool is_alone = payload.length > BATCH_LARGEST || (is_last && batch->messages == 0);
  /* One with a descriptor begins a batch, so that it goes to none before it. */
  if (is_alone || fd >= 0 || batch->length > BATCH_LARGEST) cross_batch(wrap);
  if (is_alone || batch_add(batch, payload) < 0) {
    cross_batch(wrap);
    cross(wrap, payload, batch->is_advanced ? BATCH_PREFIX : 0, fd);
  } else if (fd >= 0) {
    batch->fd = fd;
  }
  if (is_last) cross_batch(wrap);
}

void wrap_on_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  struct channel_wrap *wrap = user;
  if (!wrap->channel) return; /* its environment has ended */
  if (wrap->settled > 0) {
    wrap->settled--; /* those come first: only where none waits is a message settled by send() */
  } else {
    tell(wrap, ON_SENT, error ? error->number : 0);
  }
}

/* Where it does not end the channel, a descriptor is lost: JavaScript sees that none has come, and
 * the peer hears of it. */
static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  struct channel_wrap *wrap = user;
  if (cp_connected(channel)) return;
  cross_batch(wrap);
  tell_error(wrap, error->number, error->message);
}

static void on_end_of_environment(void *data);

/* Nothing comes any more. */
static void detach(struct channel_wrap *wrap) {
  napi_env env = wrap->env;
  wrap->channel = NULL;
  (void) napi_remove_env_cleanup_hook(env, on_end_of_environment, wrap);
  for (int i = 0; i < CHANNEL_CALLBACKS; i++)
    if (wrap->callbacks[i]) (void) napi_delete_reference(env, wrap->callbacks[i]);
  memset(wrap->callbacks, 0, sizeof wrap->callbacks);
  (void) napi_async_destroy(env, wrap->context);
  batch_done(&wrap->batch);
}

static void on_disconnect(cp_channel *channel, void *user) {
  (void) channel;
  struct channel_wrap *wrap = user;
  napi_handle_scope scope; /* detaching makes the object one that may go */
  bool is_open = napi_open_handle_scope(wrap->env, &scope) == napi_ok;
  cross_batch(wrap);
  tell(wrap, ON_END, 0);
  detach(wrap);
  (void) napi_delete_reference(wrap->env, wrap->self);
  if (is_open) (void) napi_close_handle_scope(wrap->env, scope);
}

/* The channel is closed by who made the child; it may do so after this, and must not find us. */
static void on_end_of_environment(void *data) {
  struct channel_wrap *wrap = data;
  cp_channel *channel = wrap->channel;
  for (int i = 0; i < CHANNEL_LISTENERS; i++) cp_channel_off(channel, wrap->listeners[i]);
  /* What waits to be sent still tells wrap_on_sent(): the object goes with the environment. */
  detach(wrap);
}

/* ---- the beginning ---- */

static bool attach(struct channel_wrap *wrap, napi_value object) {
  napi_env env = wrap->env;
  napi_value name;
  return napi_create_string_utf8(env, "PIPEWRAP", NAPI_AUTO_LENGTH, &name) == napi_ok &&
         napi_async_init(env, object, name, &wrap->context) == napi_ok &&
         napi_create_reference(env, object, 1, &wrap->self) == napi_ok &&
         napi_add_env_cleanup_hook(env, on_end_of_environment, wrap) == napi_ok;
}

bool wrap_listen(struct channel_wrap *wrap, napi_value object) {
  cp_channel *channel = wrap->channel;
  if (!attach(wrap, object)) return false;
  (void) cp_channel_set_limits(channel, MAX_MESSAGE, CP_UNLIMITED);
  wrap->listeners[1] = cp_on_channel_error(channel, on_error, wrap);
  wrap->listeners[2] = cp_on_disconnect(channel, on_disconnect, wrap);
  cp_channel_ref(channel);
  return true;
}

void wrap_listen_to_messages(struct channel_wrap *wrap) {
  wrap->listeners[0] = cp_on_message(wrap->channel, on_message, wrap);
}
