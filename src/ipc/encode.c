/* SPDX-License-Identifier: MIT */
#include "ipc/encode.h"

#include "base/error.h"
#include "ipc/command.h"
#include "value/clone.h"
#include "value/json.h"
#include "value/json_text.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* A raw channel leaves it to the caller how a peer learns of a handle. */
static bool is_wrapped(const cp_channel *channel, cp_handle handle) {
  return handle.type != CP_HANDLE_NONE && !channel_is_raw(channel);
}

/* Node makes a dgram.Socket of that type; NULL: it is none. */
static const char *dgram_type(cp_handle handle) {
  if (handle.type != CP_HANDLE_DGRAM) return NULL;
  int domain = AF_INET;
  socklen_t size = sizeof domain;
  (void) getsockopt(handle.fd, SOL_SOCKET, SO_DOMAIN, &domain, &size);
  return domain == AF_INET6 ? "udp6" : "udp4";
}

static int append(struct buffer *out, const char *text) {
  return buffer_append(out, text, strlen(text)) < 0 ? error_no_memory() : 0;
}

/* ---- JSON: the text of the message between that of the command ---- */

static int open_wrap(cp_handle handle, struct buffer *out) {
  int result = append(out, "{\"cmd\":\"NODE_HANDLE\",\"type\":\"");
  if (result >= 0) result = append(out, command_type_name(handle.type));
  return result < 0 ? result : append(out, "\",\"msg\":");
}

static int close_wrap(cp_handle handle, struct buffer *out) {
  const char *type = dgram_type(handle);
  int result = type ? append(out, ",\"dgramType\":\"") : 0;
  if (type && result >= 0) result = append(out, type);
  return result < 0 ? result : append(out, type ? "\"}" : "}");
}

/* Of one of the two. */
static int write_line(const cp_channel *channel, const cp_value *value, cp_bytes json,
                      cp_handle handle, struct buffer *out) {
  bool has_wrap = is_wrapped(channel, handle);
  int result = has_wrap ? open_wrap(handle, out) : 0;
  if (result >= 0)
    result =
        value ? json_write_value(value, out) : json_check_and_compact(json.data, json.length, out);
  if (result >= 0 && has_wrap) result = close_wrap(handle, out);
  return result < 0 ? result : json_put(out, "\n", 1);
}

/* ---- advanced ---- */

/* The command around a copy of the message. */
static cp_value *wrap(const cp_value *value, cp_handle handle) {
  cp_value *command =
      cp_value_put(cp_value_new_object(), "cmd", cp_value_new_string("NODE_HANDLE"));
  const char *name = command_type_name(handle.type), *type = dgram_type(handle);
  command = cp_value_put(command, "type", cp_value_new_string(name));
  command = cp_value_put(command, "msg", cp_value_copy(value));
  return type ? cp_value_put(command, "dgramType", cp_value_new_string(type)) : command;
}

static int finish_head(struct buffer *out, size_t start) {
  size_t size = out->length - start;
  if (framing_write_head(out->data + start, size) >= 0) return 0;
  return error_argument(-EMSGSIZE, "ERR_OUT_OF_RANGE", "a message of %zu bytes is too long", size);
}

static int write_clone(const cp_channel *channel, const cp_value *value, cp_handle handle,
                       struct buffer *out) {
  static const char head[FRAMING_HEAD_SIZE];
  size_t start = out->length;
  bool has_wrap = is_wrapped(channel, handle);
  cp_value *command = has_wrap ? wrap(value, handle) : NULL;
  if (has_wrap && !command) return cp_last_error()->number;
  int result = buffer_append(out, head, sizeof head) < 0 ? error_no_memory() : 0;
  if (result >= 0) result = clone_write(command ? command : value, CLONE_CHANNEL, out);
  cp_value_free(command);
  return result < 0 ? result : finish_head(out, start);
}

/* ---- all ---- */

int encode_value(const cp_channel *channel, const cp_value *value, cp_handle handle,
                 struct buffer *out) {
  if (channel_is_advanced(channel)) return write_clone(channel, value, handle, out);
  return write_line(channel, value, (cp_bytes){ "", 0 }, handle, out);
}

int encode_json(const cp_channel *channel, const char *json, size_t length, cp_handle handle,
                struct buffer *out) {
  if (!channel_is_advanced(channel))
    return write_line(channel, NULL, (cp_bytes){ json, length }, handle, out);
  cp_value *value = cp_value_parse(json, length);
  if (!value) return cp_last_error()->number;
  int result = write_clone(channel, value, handle, out);
  cp_value_free(value);
  return result;
}

static int frame_as_it_is(const cp_channel *channel, cp_bytes payload, struct buffer *out) {
  static const char head[FRAMING_HEAD_SIZE];
  size_t start = out->length;
  bool has_head = channel_is_advanced(channel);
  if (!has_head && payload.length > 0 && memchr(payload.data, '\n', payload.length))
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE",
                          "a payload of a raw channel of JSON has a line break");
  int result = buffer_reserve(out, payload.length + sizeof head);
  if (result >= 0 && has_head) result = buffer_append(out, head, sizeof head);
  if (result >= 0) result = buffer_append(out, payload.data, payload.length);
  if (result >= 0 && !has_head) result = buffer_append(out, "\n", 1);
  if (result < 0) return error_no_memory();
  return has_head ? finish_head(out, start) : 0;
}

int encode_payload(const cp_channel *channel, cp_bytes payload, cp_handle handle,
                   struct buffer *out) {
  if (channel_is_raw(channel)) return frame_as_it_is(channel, payload, out);
  if (!channel_is_advanced(channel))
    return encode_json(channel, payload.data, payload.length, handle, out);
  /* Node, which is given a broken clone, throws where nobody can catch it. */
  cp_value *value = clone_read(payload.data, payload.length, CLONE_CHANNEL);
  if (!value) return cp_last_error()->number;
  int result = is_wrapped(channel, handle) ? write_clone(channel, value, handle, out)
                                           : frame_as_it_is(channel, payload, out);
  cp_value_free(value);
  return result;
}
