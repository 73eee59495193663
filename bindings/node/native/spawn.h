/* SPDX-License-Identifier: MIT */
/*
 * Starting a process, and what is done with one that lives. The functions of JavaScript are
 * described in addon.c.
 */
#ifndef ADDON_SPAWN_H
#define ADDON_SPAWN_H

#include "addon.h"

#define NO_SLOT UINT32_MAX

napi_value spawn_start(napi_env env, napi_callback_info info);
napi_value spawn_kill(napi_env env, napi_callback_info info);
napi_value spawn_ref(napi_env env, napi_callback_info info);
napi_value spawn_channel(napi_env env, napi_callback_info info);

/** Which child has that slot, as a number that no other has; 0: none. Its low half is `slot`. */
uint64_t spawn_identity(const struct addon *addon, uint32_t slot);

/** Before the first start, and before the environment goes; this uses addon_handle_closed(). */
void spawn_open(struct addon *addon);
void spawn_close(struct addon *addon);

/** [step, path] of a start that failed, for JavaScript. */
napi_value spawn_failure(napi_env env, const cp_error *error);

#endif
