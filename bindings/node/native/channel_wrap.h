/* SPDX-License-Identifier: MIT */
/*
 * A channel and the object that JavaScript has for it. channel.c is what JavaScript calls,
 * channel_tell.c what it is told.
 *
 * The object lives as long as JavaScript has it, and while the channel is open: then a reference
 * holds it, and the listeners on the channel point to it. The channel's `disconnect` ends that, or
 * the end of the environment, whichever comes first.
 */
#ifndef CHILD_PROCESS_NODE_CHANNEL_WRAP_H
#define CHILD_PROCESS_NODE_CHANNEL_WRAP_H

#include <uv.h>

#include <node_api.h>

#include "channel_batch.h"
#include "child_process.h"

#include <stdbool.h>

enum channel_callback { ON_READ, ON_SENT, ON_ERROR, ON_END, CHANNEL_CALLBACKS };
enum { CHANNEL_LISTENERS = 3 };

struct channel_wrap {
  napi_env env;
  cp_channel *channel; /* NULL: it is closed */
  cp_listener listeners[CHANNEL_LISTENERS];
  napi_async_context context;
  napi_ref self; /* holds the object while the channel is open */
  napi_ref callbacks[CHANNEL_CALLBACKS];
  struct channel_batch batch;
  int write_error;  /* for good: the peer reads no more */
  unsigned settled; /* messages whose send() has said what became of them; `sent` is yet to come */
};

/** From now on it hears of the end of the channel, which is held until then. False: no memory. */
bool wrap_listen(struct channel_wrap *wrap, napi_value object);
/** From now on it hears messages; what has come by now is not lost. */
void wrap_listen_to_messages(struct channel_wrap *wrap);

/** The `sent` of each message; `user` is the wrap. */
void wrap_on_sent(cp_channel *channel, const cp_error *error, void *user);

#endif
