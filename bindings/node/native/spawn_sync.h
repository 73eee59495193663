/* SPDX-License-Identifier: MIT */
/*
 * spawnSync(), as Node has it.
 */
#ifndef ADDON_SPAWN_SYNC_H
#define ADDON_SPAWN_SYNC_H

#include "addon.h"

/** Of JavaScript: spawnSync(strings, numbers, input, timeout, maxBuffer). See addon.c. */
napi_value spawn_sync(napi_env env, napi_callback_info info);

#endif
