/* SPDX-License-Identifier: MIT */
/*
 * What one JavaScript environment (the main thread, a Worker) has of the add-on. There are no
 * globals: each environment has its own loop and its own children.
 */
#ifndef ADDON_H
#define ADDON_H

#include <uv.h>

#include <node_api.h>

#include "child_process.h"
#include "inherited.h"

#include <stdbool.h>
#include <stdint.h>

struct started;

/* The functions of JavaScript that are called from the loop. */
enum addon_callback {
  ON_EXIT,         /* (slot, code, signal) */
  ON_STDIN_BROKEN, /* (slot): nobody reads this child's stdin any more */
  CALLBACK_COUNT
};

/* Says which stdin pipes have lost their readers. See stdin_watch.c. */
struct stdin_watch {
  uv_poll_t poll;
  int set; /* an epoll set; -1: not made yet */
};

struct addon {
  napi_env env;
  uv_loop_t *loop;
  napi_ref receiver; /* what the callbacks have as `this` */
  napi_ref callbacks[CALLBACK_COUNT];
  struct started **table; /* the children that live, by slot; or the next free slot */
  uint32_t table_size;
  uint32_t first_free;
  uint32_t serial; /* of the last start */
  uv_check_t ends; /* runs once processes have ended, to tell of them */
  struct started *first_ended;
  struct started **last_ended;
  struct stdin_watch watch;
  struct inherited inherited;
  uv_idle_t last_turns; /* runs the loop until all is closed */
  int turns_left;
  int open_handles; /* of ours, to be closed before the environment may go */
  napi_async_cleanup_hook_handle cleanup;
  bool is_closing; /* no JavaScript runs in it any more */
};

/** The add-on of this environment. */
struct addon *addon_of(napi_env env);
/**
 * Calls a function of JavaScript from the loop, as Node itself does: ticks and promises run, what
 * they throw is uncaught. `context` is NULL where JavaScript enters one by itself.
 */
void addon_call(napi_env env, napi_async_context context, napi_value receiver, napi_value function,
                size_t argc, const napi_value *argv);
/** Calls one of those above with up to 3 numbers. */
void addon_tell(struct addon *addon, enum addon_callback which, size_t count,
                const int32_t *numbers);
/** Throws an Error for a libuv code; what the caller returns is then ignored. */
napi_value addon_throw(napi_env env, int number);
/** To be used as the close callback of each handle of ours. */
void addon_handle_closed(uv_handle_t *handle);

#endif
