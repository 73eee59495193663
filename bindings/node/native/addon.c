/* SPDX-License-Identifier: MIT */
/*
 * The add-on for Node: what JavaScript (lib/native.js) sees of the library. It starts processes
 * and tells of their ends; all else that child_process does is JavaScript. To keep a start
 * cheap, all strings of it cross in one string, with '\0' between them, and all numbers in one
 * Int32Array, which also takes the results (spec.h has the places).
 *
 *   setCallbacks(onExit, onStdinBroken)  once
 *   spawn(strings, numbers)              [step, path] if it failed, else undefined
 *   spawnSync(strings, numbers, input)   the same; else the output of each slot
 *   kill(slot, signal)                   0 or a negative libuv code
 *   ref(slot, isRef)
 *   channel(slot)                        what channel.c makes of the child's channel
 *   watchStdin(slot, fd)                 onStdinBroken(slot) will tell
 *
 * It uses the uv_ functions of the node that loads it, so it refuses one whose structures have
 * other sizes than those it was compiled with.
 */
#include "addon.h"

#include "spawn.h"
#include "spawn_sync.h"
#include "stdin_watch.h"

#include <stdio.h>
#include <stdlib.h>

struct addon *addon_of(napi_env env) {
  void *data = NULL;
  (void) napi_get_instance_data(env, &data);
  return data;
}

napi_value addon_throw(napi_env env, int number) {
  napi_value code, message, error;
  if (napi_create_string_utf8(env, uv_err_name(number), NAPI_AUTO_LENGTH, &code) == napi_ok &&
      napi_create_string_utf8(env, uv_strerror(number), NAPI_AUTO_LENGTH, &message) == napi_ok &&
      napi_create_error(env, code, message, &error) == napi_ok)
    (void) napi_throw(env, error);
  return NULL;
}

void addon_call(napi_env env, napi_async_context context, napi_value receiver, napi_value function,
                size_t argc, const napi_value *argv) {
  napi_value result, error;
  napi_status status = napi_make_callback(env, context, receiver, function, argc, argv, &result);
  /* A listener of the program threw, in one of the ticks that followed. */
  if (status == napi_pending_exception && napi_get_and_clear_last_exception(env, &error) == napi_ok)
    (void) napi_fatal_exception(env, error);
}

static void tell(struct addon *addon, enum addon_callback which, size_t count,
                 const int32_t *numbers) {
  enum { MOST = 3 };
  napi_env env = addon->env;
  napi_value receiver, callback, argv[MOST];
  if (!addon->callbacks[which] ||
      napi_get_reference_value(env, addon->receiver, &receiver) != napi_ok ||
      napi_get_reference_value(env, addon->callbacks[which], &callback) != napi_ok)
    return;
  for (size_t i = 0; i < count; i++)
    if (napi_create_int32(env, numbers[i], &argv[i]) != napi_ok) return;
  addon_call(env, NULL, receiver, callback, count, argv);
}

void addon_tell(struct addon *addon, enum addon_callback which, size_t count,
                const int32_t *numbers) {
  napi_handle_scope scope;
  if (addon->is_closing || napi_open_handle_scope(addon->env, &scope) != napi_ok) return;
  tell(addon, which, count, numbers);
  (void) napi_close_handle_scope(addon->env, scope);
}

static napi_value set_callbacks(napi_env env, napi_callback_info info) {
  struct addon *addon = addon_of(env);
  size_t argc = CALLBACK_COUNT;
  napi_value argv[CALLBACK_COUNT];
  napi_value receiver;
  if (napi_get_cb_info(env, info, &argc, argv, &receiver, NULL) != napi_ok) return NULL;
  if (!addon->receiver) (void) napi_create_reference(env, receiver, 1, &addon->receiver);
  for (size_t i = 0; i < argc; i++)
    if (!addon->callbacks[i]) (void) napi_create_reference(env, argv[i], 1, &addon->callbacks[i]);
  return NULL;
}

/* ---- the end of an environment ---- */

static void addon_free(struct addon *addon) {
  napi_async_cleanup_hook_handle cleanup = addon->cleanup;
  inherited_done(&addon->inherited);
  free(addon->table);
  free(addon);
  (void) napi_remove_async_cleanup_hook(cleanup);
}

void addon_handle_closed(uv_handle_t *handle) {
  struct addon *addon = handle->data;
  if (--addon->open_handles == 0) addon_free(addon);
}

static void on_turn(uv_idle_t *idle) {
  struct addon *addon = idle->data;
  if (--addon->turns_left > 0) return;
  addon->open_handles++;
  stdin_watch_close(addon);
  spawn_close(addon);
  uv_close((uv_handle_t *) idle, addon_handle_closed);
}

/* The children live on, and nobody here hears of them any more. What the library has on the
 * loop closes in the next turns of it. */
static void on_cleanup(napi_async_cleanup_hook_handle handle, void *data) {
  (void) handle;
  enum { TURNS = 4 };
  struct addon *addon = data;
  addon->is_closing = true;
  (void) cp_shutdown(addon->loop);
  addon->turns_left = TURNS;
  (void) uv_idle_init(addon->loop, &addon->last_turns);
  addon->last_turns.data = addon;
  (void) uv_idle_start(&addon->last_turns, on_turn);
}

/* ---- the beginning ---- */

/* Whether the libuv of this program has the structures that we were compiled with. */
static bool is_same_libuv(napi_env env) {
  const struct {
    const char *name;
    size_t ours, theirs;
  } sizes[] = {
    { "uv_loop_t", sizeof(uv_loop_t), uv_loop_size() },
    { "uv_poll_t", sizeof(uv_poll_t), uv_handle_size(UV_POLL) },
    { "uv_timer_t", sizeof(uv_timer_t), uv_handle_size(UV_TIMER) },
    { "uv_idle_t", sizeof(uv_idle_t), uv_handle_size(UV_IDLE) },
    { "uv_check_t", sizeof(uv_check_t), uv_handle_size(UV_CHECK) },
  };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    if (sizes[i].ours == sizes[i].theirs) continue;
    char text[256];
    (void) snprintf(text, sizeof text,
                    "child_process was compiled for libuv %d.%d, where %s has %zu bytes; it has "
                    "%zu in libuv %s of this program: build it again with the headers of this node",
                    UV_VERSION_MAJOR, UV_VERSION_MINOR, sizes[i].name, sizes[i].ours,
                    sizes[i].theirs, uv_version_string());
    (void) napi_throw_error(env, "ERR_DLOPEN_FAILED", text);
    return false;
  }
  return true;
}

static struct addon *addon_new(napi_env env) {
  struct addon *addon = calloc(1, sizeof *addon);
  if (!addon) return NULL;
  addon->env = env;
  addon->watch.set = -1;
  if (napi_get_uv_event_loop(env, &addon->loop) == napi_ok &&
      napi_set_instance_data(env, addon, NULL, NULL) == napi_ok &&
      napi_add_async_cleanup_hook(env, on_cleanup, addon, &addon->cleanup) == napi_ok) {
    spawn_open(addon);
    inherited_init(&addon->inherited);
    return addon;
  }
  free(addon);
  return NULL;
}

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
    { .utf8name = "setCallbacks", .method = set_callbacks, .attributes = napi_default },
    { .utf8name = "spawn", .method = spawn_start, .attributes = napi_default },
    { .utf8name = "kill", .method = spawn_kill, .attributes = napi_default },
    { .utf8name = "ref", .method = spawn_ref, .attributes = napi_default },
    { .utf8name = "channel", .method = spawn_channel, .attributes = napi_default },
    { .utf8name = "watchStdin", .method = stdin_watch_add, .attributes = napi_default },
    { .utf8name = "spawnSync", .method = spawn_sync, .attributes = napi_default },
  };
  if (!is_same_libuv(env)) return NULL;
  if (!addon_new(env)) return addon_throw(env, UV_ENOMEM);
  const size_t count = sizeof functions / sizeof *functions;
  if (napi_define_properties(env, exports, count, functions) != napi_ok)
    return addon_throw(env, UV_ENOMEM);
  return exports;
}
