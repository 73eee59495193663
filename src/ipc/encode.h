/* SPDX-License-Identifier: MIT */
/*
 * What a caller sends, as a frame of the channel's kind: wrapped, where a handle goes with it. Each
 * appends a whole frame and returns 0; or a negative code, explained, and perhaps a part of it.
 */
#ifndef CP_IPC_ENCODE_H
#define CP_IPC_ENCODE_H

#include "base/buffer.h"
#include "ipc/channel.h"

int encode_json(const cp_channel *channel, const char *json, size_t length, cp_handle handle,
                struct buffer *out);
int encode_value(const cp_channel *channel, const cp_value *value, cp_handle handle,
                 struct buffer *out);
/** Of bytes that are as the channel's serialization has them. */
int encode_payload(const cp_channel *channel, cp_bytes payload, cp_handle handle,
                   struct buffer *out);

#endif
