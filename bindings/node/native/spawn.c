/* SPDX-License-Identifier: MIT */
/*
 * Children by slot. A slot is taken from the start, also from one that failed, until the
 * library's `close`, which is told to nobody: JavaScript counts the closes of its own streams.
 *
 * That a process has ended is told when the loop has gone through all that was ready in this turn,
 * so what the process has written comes before its `exit`. Node keeps that order, too: libuv looks
 * at its signals last.
 */
#include "spawn.h"

#include "channel.h"
#include "spec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct started {
  struct addon *addon;
  cp_child *child; /* NULL after its `close` */
  cp_listener close_listener;
  struct started *next_ended;
  uint32_t slot;
  uint32_t serial;
  int code;
  int signal;
  bool has_channel;
  bool is_telling; /* it has ended, and JavaScript is still to be told */
};

/* ---- the table ---- */

/* A free slot holds the number of the next free one, shifted so that it is no pointer. */
static struct started *as_free(uint32_t next) {
  return (struct started *) (((uintptr_t) next << 1) | 1); /* NOLINT */
}

static bool is_free(const struct started *entry) {
  return (uintptr_t) entry & 1;
}

static bool table_grow(struct addon *addon) {
  uint32_t size = addon->table_size ? addon->table_size * 2 : 16;
  struct started **table = realloc(addon->table, size * sizeof(struct started *));
  if (!table) return false;
  for (uint32_t i = addon->table_size; i < size; i++)
    table[i] = as_free(i + 1 < size ? i + 1 : NO_SLOT);
  addon->first_free = addon->table_size;
  addon->table = table;
  addon->table_size = size;
  return true;
}

static struct started *started_new(struct addon *addon) {
  if (addon->first_free == NO_SLOT && !table_grow(addon)) return NULL;
  struct started *started = malloc(sizeof *started);
  if (!started) return NULL;
  uint32_t slot = addon->first_free;
  addon->first_free = (uint32_t) ((uintptr_t) addon->table[slot] >> 1);
  addon->table[slot] = started;
  *started = (struct started){ .addon = addon, .slot = slot, .serial = ++addon->serial };
  return started;
}

static void started_free(struct started *started) {
  struct addon *addon = started->addon;
  addon->table[started->slot] = as_free(addon->first_free);
  addon->first_free = started->slot;
  free(started);
}

static struct started *started_at(napi_env env, napi_value value) {
  struct addon *addon = addon_of(env);
  uint32_t slot;
  if (napi_get_value_uint32(env, value, &slot) != napi_ok || slot >= addon->table_size) return NULL;
  return is_free(addon->table[slot]) ? NULL : addon->table[slot];
}

uint64_t spawn_identity(const struct addon *addon, uint32_t slot) {
  if (slot >= addon->table_size || is_free(addon->table[slot])) return 0;
  return (uint64_t) addon->table[slot]->serial << 32 | slot;
}

/* ---- the end ---- */

static void tell(const struct started *started) {
  const int32_t numbers[] = { (int32_t) started->slot, started->code, started->signal };
  addon_tell(started->addon, ON_EXIT, 3, numbers);
}

static void on_check(uv_check_t *check) {
  struct addon *addon = check->data;
  (void) uv_check_stop(check);
  while (addon->first_ended) {
    struct started *started = addon->first_ended;
    addon->first_ended = started->next_ended;
    if (!addon->first_ended) addon->last_ended = &addon->first_ended;
    tell(started);
    started->is_telling = false;
    if (!started->child) started_free(started);
  }
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  struct started *started = user;
  started->child = NULL;
  if (!started->is_telling) started_free(started);
}

static void on_exit_of(cp_child *child, int code, int signal, void *user) {
  struct started *started = user;
  struct addon *addon = started->addon;
  if (started->has_channel) channel_child_unref(child); /* the channel has a ref of its own */
  started->code = code;
  started->signal = signal;
  started->is_telling = true;
  *addon->last_ended = started;
  addon->last_ended = &started->next_ended;
  (void) uv_check_start(&addon->ends, on_check); /* before those that Node has, as it happens */
}

void spawn_open(struct addon *addon) {
  addon->first_free = NO_SLOT;
  addon->last_ended = &addon->first_ended;
  (void) uv_check_init(addon->loop, &addon->ends);
  addon->ends.data = addon;
  addon->open_handles++;
}

void spawn_close(struct addon *addon) {
  on_check(&addon->ends);
  for (uint32_t i = 0; i < addon->table_size; i++) {
    struct started *started = addon->table[i];
    if (is_free(started)) continue;
    cp_off(started->child, started->close_listener);
    started_free(started);
  }
  uv_close((uv_handle_t *) &addon->ends, addon_handle_closed);
}

/* ---- the start ---- */

/* Our end of a pipe whose other end is closed: what a child that never ran leaves behind. */
static int end_of_nothing(int slot, int index) {
  int ends[2];
  int made = slot == CP_SOCKET ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)
                               : pipe2(ends, O_CLOEXEC);
  if (made < 0) return -errno;
  int ours = index == 0 ? 1 : 0;
  (void) close(ends[1 - ours]);
  return ends[ours];
}

static bool is_stream(int slot) {
  return slot == CP_PIPE || slot == CP_SOCKET;
}

static void take_streams(const struct spec *spec, const cp_child *child) {
  for (int i = 0; i < spec->stdio_count; i++)
    spec->numbers[SPEC_STDIO + i] =
        is_stream(spec->stdio[i]) ? cp_stream_take_fd(cp_stdio(child, i)) : -1;
}

/* Node makes the streams of a missing program, too, but not those of a refused start. It makes them
 * first: so where there are no descriptors for them, that is the error. Returns the error. */
static int make_dead_streams(const struct spec *spec, int number) {
  int32_t *ours = spec->numbers + SPEC_STDIO;
  int lack = 0;
  bool has_streams = number == UV_ENOENT || number == UV_EACCES || number == UV_EAGAIN;
  for (int i = 0; i < spec->stdio_count; i++) {
    bool is_wanted = has_streams && lack == 0 && is_stream(spec->stdio[i]);
    int fd = is_wanted ? end_of_nothing(spec->stdio[i], i) : -1;
    if (is_wanted && fd < 0) lack = fd;
    ours[i] = fd;
  }
  if (lack == 0) return number;
  for (int i = 0; i < spec->stdio_count; i++)
    if (ours[i] >= 0) (void) close(ours[i]);
  return lack;
}

napi_value spawn_failure(napi_env env, const cp_error *error) {
  napi_value pair, text;
  const char *texts[] = { error ? error->step : NULL, error ? error->path : NULL };
  if (napi_create_array_with_length(env, 2, &pair) != napi_ok) return NULL;
  for (uint32_t i = 0; i < 2; i++)
    if (texts[i] && napi_create_string_utf8(env, texts[i], NAPI_AUTO_LENGTH, &text) == napi_ok)
      (void) napi_set_element(env, pair, i, text);
  return pair;
}

static napi_value start(struct addon *addon, struct spec *spec) {
  struct started *started = started_new(addon);
  if (!started) return addon_throw(addon->env, UV_ENOMEM);
  spec->options.loop = addon->loop;
  cp_child *child = cp_spawn(spec->file, spec->args, &spec->options);
  if (!child) {
    spec->numbers[SPEC_ARGC] = cp_last_error()->number;
    spec->numbers[SPEC_FLAGS] = -1; /* no slot */
    started_free(started);
    return spawn_failure(addon->env, NULL);
  }
  started->child = child;
  started->close_listener = cp_on_close(child, on_close, started); /* the first: needs no memory */
  started->has_channel = cp_ipc(child) != NULL;
  spec->numbers[SPEC_FLAGS] = (int32_t) started->slot;
  const cp_error *error = cp_start_error(child);
  if (error) {
    int number = make_dead_streams(spec, error->number);
    spec->numbers[SPEC_ARGC] = number;
    return spawn_failure(addon->env, number == error->number ? error : NULL);
  }
  spec->numbers[SPEC_ARGC] = cp_pid(child);
  take_streams(spec, child);
  (void) cp_on_exit(child, on_exit_of, started);
  return NULL;
}

napi_value spawn_start(napi_env env, napi_callback_info info) {
  struct spec spec;
  size_t argc = 2;
  napi_value argv[2];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  int result = spec_init(&spec, env, argv[0], argv[1]);
  if (result < 0) return addon_throw(env, result);
  napi_value failure = start(addon_of(env), &spec);
  spec_done(&spec);
  return failure;
}

/* ---- one that lives ---- */

napi_value spawn_kill(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2], result;
  int32_t signal;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  const struct started *started = started_at(env, argv[0]);
  int number = UV_ESRCH;
  if (napi_get_value_int32(env, argv[1], &signal) != napi_ok) {
    number = UV_EINVAL;
  } else if (started && started->child && !cp_start_error(started->child)) {
    number = cp_kill(started->child, signal);
  }
  return napi_create_int32(env, number, &result) == napi_ok ? result : NULL;
}

napi_value spawn_ref(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2];
  bool is_ref;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok ||
      napi_get_value_bool(env, argv[1], &is_ref) != napi_ok)
    return NULL;
  const struct started *started = started_at(env, argv[0]);
  if (!started || !started->child) return NULL;
  if (is_ref) {
    cp_ref(started->child);
  } else if (started->has_channel) {
    channel_child_unref(started->child);
  } else {
    cp_unref(started->child);
  }
  return NULL;
}

napi_value spawn_channel(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok) return NULL;
  const struct started *started = started_at(env, argv[0]);
  return started && started->child ? channel_wrap(env, cp_ipc(started->child)) : NULL;
}
