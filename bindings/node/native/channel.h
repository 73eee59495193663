/* SPDX-License-Identifier: MIT */
/*
 * The channel of a child as an object of JavaScript, for lib/channel.js: a raw channel of the
 * library, whose payloads JavaScript makes and reads.
 *
 *     start(isAdvanced, onread, onsent, onerror, onend)
 *     send(payload, fd)   bytes that wait to be written, or a negative libuv code
 *     disconnect()        what is queued still leaves, then `onend`
 *     ref(), unref()
 *     getFd()             a negative code once it is closed
 *     getQueued()         bytes that wait to be written
 *
 *     onread(data, fd, kind)  messages; JSON: a string, with line breaks between them; advanced: an
 *                             ArrayBuffer in which each has its length in front, as on the wire.
 *                             `fd` came with one of them, and is the callee's; none: undefined
 *     onsent(code)            the first of the messages that send() left waiting is out, or lost
 *     onerror(code, text)     the peer broke the protocol or a limit; `onend` follows
 *     onend()                 the channel is closed: nothing follows
 */
#ifndef CHILD_PROCESS_NODE_CHANNEL_H
#define CHILD_PROCESS_NODE_CHANNEL_H

#include <uv.h>

#include <node_api.h>

#include "child_process.h"

/** For the raw channel of a child, also of one that could not start. NULL: it has thrown. */
napi_value channel_wrap(napi_env env, cp_channel *channel);

/** cp_unref(), but the channel stays as it is: Node has them apart. */
void channel_child_unref(cp_child *child);

#endif
