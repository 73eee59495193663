/* SPDX-License-Identifier: MIT */
/*
 * The object lives as long as JavaScript has it, and while the channel is open: then a reference
 * holds it, and the listeners on the channel point to it. The channel's `disconnect` ends that, or
 * the end of the environment, whichever comes first.
 *
 * Crossing into JavaScript is what a message costs most, so messages that came together cross
 * together. Nobody sees that, since a message is emitted one tick after it came anyway.
 */
#include "channel.h"

#include "addon.h"
#include "channel_batch.h"
#include "handle_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

enum callback { ON_READ, ON_SENT, ON_ERROR, ON_END, CALLBACKS };
enum { LISTENERS = 3 };

struct channel_wrap {
  napi_env env;
  cp_channel *channel; /* NULL: it is closed */
  cp_listener listeners[LISTENERS];
  napi_async_context context;
  napi_ref self; /* holds the object while the channel is open */
  napi_ref callbacks[CALLBACKS];
  struct channel_batch batch;
  int write_error;  /* for good: the peer reads no more */
  unsigned settled; /* messages whose send() has said what became of them; `sent` is yet to come */
};

/* Longer ones Node cannot have either: a string there has less than 2^29 units, and a length from
 * 2^31 on is a negative one. */
enum { MAX_MESSAGE = 1 << 30 };

/* ---- into JavaScript ---- */

static void call(struct channel_wrap *wrap, enum callback which, size_t argc,
                 const napi_value *argv) {
  napi_env env = wrap->env;
  napi_value self, function, result;
  if (!wrap->callbacks[which] || /* it was not started */
      napi_get_reference_value(env, wrap->self, &self) != napi_ok ||
      napi_get_reference_value(env, wrap->callbacks[which], &function) != napi_ok)
    return;
  napi_status status = napi_make_callback(env, wrap->context, self, function, argc, argv, &result);
  if (status != napi_pending_exception) return;
  /* A listener of the program threw, in one of the ticks that followed. */
  napi_value exception;
  if (napi_get_and_clear_last_exception(env, &exception) == napi_ok)
    (void) napi_fatal_exception(env, exception);
}

static void tell(struct channel_wrap *wrap, enum callback which) {
  napi_handle_scope scope;
  if (napi_open_handle_scope(wrap->env, &scope) != napi_ok) return;
  call(wrap, which, 0, NULL);
  (void) napi_close_handle_scope(wrap->env, scope);
}

static void tell_error(struct channel_wrap *wrap, int number, const char *text) {
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
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
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

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) error;
  struct channel_wrap *wrap = user;
  if (!wrap->channel) return; /* its environment has ended */
  if (wrap->settled > 0) {
    wrap->settled--; /* those come first: only where none waits is a message settled by send() */
  } else {
    tell(wrap, ON_SENT);
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
  for (int i = 0; i < CALLBACKS; i++)
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
  tell(wrap, ON_END);
  detach(wrap);
  (void) napi_delete_reference(wrap->env, wrap->self);
  if (is_open) (void) napi_close_handle_scope(wrap->env, scope);
}

/* The channel is closed by who made the child; it may do so after this, and must not find us. */
static void on_end_of_environment(void *data) {
  struct channel_wrap *wrap = data;
  cp_channel *channel = wrap->channel;
  for (int i = 0; i < LISTENERS; i++) cp_channel_off(channel, wrap->listeners[i]);
  /* What waits to be sent still tells on_sent(): the object goes with the environment. */
  detach(wrap);
}

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
  size_t argc = 1 + CALLBACKS;
  napi_value argv[1 + CALLBACKS], self;
  if (napi_get_cb_info(env, info, &argc, argv, &self, NULL) != napi_ok) return NULL;
  struct channel_wrap *wrap = wrap_of(env, self);
  if (!wrap || wrap->callbacks[0]) return NULL;
  if (napi_get_value_bool(env, argv[0], &wrap->batch.is_advanced) != napi_ok) return NULL;
  for (int i = 0; i < CALLBACKS; i++)
    if (napi_create_reference(env, argv[1 + i], 1, &wrap->callbacks[i]) != napi_ok) return NULL;
  /* Listened to only now: what comes finds somebody. A channel that never opened only ends. */
  wrap->listeners[0] = cp_on_message(wrap->channel, on_message, wrap);
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
  const cp_send_options options = { .handle = *handle, .sent = on_sent, .user = wrap };
  int result = cp_send_payload(wrap->channel, payload, &options);
  if (result < 0) return result;
  if (!was_idle) return (int64_t) cp_channel_queued(wrap->channel);
  result = cp_channel_flush(wrap->channel);
  if (result == CP_FULL) return (int64_t) cp_channel_queued(wrap->channel);
  wrap->settled++;
  /* Too many descriptors are under way: that message alone is lost. */
  if (result < 0 && result != -ETOOMANYREFS) wrap->write_error = result;
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

static napi_value call_open_socket(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  int32_t kind;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok ||
      napi_get_value_int32(env, argv[0], &kind) != napi_ok)
    return number(env, UV_EINVAL);
  return number(env, handle_kind_open((enum handle_kind) kind));
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
  { "openSocket", NULL, call_open_socket, NULL, NULL, NULL, napi_default, NULL },
  { "getFd", NULL, call_get_fd, NULL, NULL, NULL, napi_default, NULL },
  { "getQueued", NULL, call_get_queued, NULL, NULL, NULL, napi_default, NULL },
};

static bool attach(struct channel_wrap *wrap, napi_value object) {
  napi_env env = wrap->env;
  napi_value name;
  if (napi_create_string_utf8(env, "PIPEWRAP", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_async_init(env, object, name, &wrap->context) != napi_ok)
    return false;
  if (napi_create_reference(env, object, 1, &wrap->self) != napi_ok ||
      napi_add_env_cleanup_hook(env, on_end_of_environment, wrap) != napi_ok)
    return false;
  return true;
}

static void listen_to_channel(struct channel_wrap *wrap) {
  cp_channel *channel = wrap->channel;
  (void) cp_channel_set_limits(channel, MAX_MESSAGE, CP_UNLIMITED);
  wrap->listeners[1] = cp_on_channel_error(channel, on_error, wrap);
  wrap->listeners[2] = cp_on_disconnect(channel, on_disconnect, wrap);
  cp_channel_ref(channel);
}

napi_value channel_wrap(napi_env env, cp_channel *channel) {
  napi_value object;
  struct channel_wrap *wrap = calloc(1, sizeof *wrap);
  if (!wrap) return addon_throw(env, UV_ENOMEM);
  *wrap = (struct channel_wrap){ .env = env, .batch.fd = -1 };
  if (napi_create_object(env, &object) != napi_ok ||
      napi_wrap(env, object, wrap, finalize, NULL, NULL) != napi_ok) {
    free(wrap);
    return addon_throw(env, UV_ENOMEM);
  }
  if (napi_define_properties(env, object, sizeof methods / sizeof *methods, methods) != napi_ok ||
      !attach(wrap, object))
    return addon_throw(env, UV_ENOMEM);
  wrap->channel = channel;
  listen_to_channel(wrap);
  return object;
}

void channel_child_unref(cp_child *child) {
  cp_channel *channel = cp_ipc(child);
  bool was_ref = cp_channel_has_ref(channel);
  cp_unref(child);
  if (was_ref) cp_channel_ref(channel);
}
