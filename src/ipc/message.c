/* SPDX-License-Identifier: MIT */
#include "ipc/message.h"

#include "base/memory.h"
#include "value/clone.h"
#include "value/json.h"

#include <string.h>

cp_value *message_read(const char *payload, size_t length, bool is_advanced) {
  if (is_advanced) return clone_read(payload, length, CLONE_CHANNEL);
  return json_read(payload, length);
}

void message_done(cp_message *message) {
  cp_value_free(message->tree);
  memory_free(message->json);
}

/* ---- the public calls ---- */

const cp_value *cp_message_value(cp_message *message) {
  if (!message) return NULL;
  message->was_read = true;
  if (!message->tree) {
    message->tree = message_read(message->payload, message->length, message->is_advanced);
    message->value = message->tree;
  }
  return message->value;
}

/* Of what has no JSON by itself. */
static const char *make_json(cp_message *message) {
  if (message->json) return message->json;
  const cp_value *value = cp_message_value(message);
  if (!value && !message->is_wrapped) return NULL; /* the bytes are no clone */
  struct buffer text = { 0 };
  int result = value ? json_write_value(value, &text) : buffer_append(&text, "null", 4);
  if (result >= 0) message->json = memory_new(text.length + 1);
  if (message->json) {
    memcpy(message->json, text.data, text.length);
    message->json_length = text.length;
  }
  buffer_done(&text);
  return message->json;
}

const char *cp_message_json(cp_message *message, size_t *ret_length) {
  if (!message) return NULL;
  bool is_payload = !message->is_advanced && !message->is_wrapped;
  const char *json = is_payload ? message->payload : make_json(message);
  if (json && ret_length) *ret_length = is_payload ? message->length : message->json_length;
  return json;
}

cp_bytes cp_message_payload(const cp_message *message) {
  if (!message) return (cp_bytes){ "", 0 };
  return (cp_bytes){ message->payload, message->length };
}

bool cp_message_is_last(const cp_message *message) {
  if (!message) return false;
  cp_channel *channel = message->channel;
  if (byte_queue_length(&channel->unheard.queue) > 0) return false;
  return !(message->is_advanced ? framing_has_next_advanced(&channel->input)
                                : framing_has_next_json(&channel->input));
}

cp_handle cp_message_handle(const cp_message *message) {
  return message ? message->handle : (cp_handle){ CP_HANDLE_NONE, -1 };
}

int cp_message_take_fd(cp_message *message) {
  if (!message) return -1;
  int fd = message->handle.fd;
  message->handle = (cp_handle){ CP_HANDLE_NONE, -1 };
  return fd;
}
