/* SPDX-License-Identifier: MIT */
/*
 * Hearing that a child has closed its stdin.
 */
#ifndef ADDON_STDIN_WATCH_H
#define ADDON_STDIN_WATCH_H

#include "addon.h"

/** Of JavaScript: watchStdin(slot, fd). */
napi_value stdin_watch_add(napi_env env, napi_callback_info info);
/** Uses addon_handle_closed(). */
void stdin_watch_close(struct addon *addon);

#endif
