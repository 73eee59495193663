/* SPDX-License-Identifier: MIT */
#include "ipc/channel.h"
#include "value/json.h"

#include <errno.h>
#include <string.h>

/* Node keeps messages to itself whose `cmd` begins like this and goes on. */
static const char prefix[] = "NODE_";

static enum message_kind kind_of_value(const cp_value *value) {
  static const char handle[] = "NODE_HANDLE";
  cp_bytes cmd = cp_value_as_bytes(cp_value_get(value, "cmd")); /* it may have a "\u0000" */
  bool is_internal = cmd.length > sizeof prefix - 1 && !memcmp(cmd.data, prefix, sizeof prefix - 1);
  if (!is_internal) return MESSAGE_OF_USER;
  bool is_handle = cmd.length == sizeof handle - 1 && !memcmp(cmd.data, handle, cmd.length);
  return is_handle ? MESSAGE_HANDLE : MESSAGE_INTERNAL;
}

/* Only what may be a command is read as a value. This looks for the last letter of the prefix,
 * which is rare, and for escapes, in which the letters may be written, too. */
static bool may_be_internal(const struct frame *frame) {
  const size_t before = sizeof prefix - 2; /* letters in front of the last */
  if (*frame->text == '"') return false;
  if (memchr(frame->text, '\\', frame->length)) return true;
  const char *at = frame->text, *end = at + frame->length;
  while ((at = memchr(at, prefix[before], (size_t) (end - at)))) {
    bool has_room = (size_t) (at - frame->text) >= before;
    if (has_room && !memcmp(at - before, prefix, before)) return true;
    at++;
  }
  return false;
}

enum message_kind message_kind(const struct frame *frame) {
  if (!may_be_internal(frame))
    return json_is_valid(frame->text, frame->length) ? MESSAGE_OF_USER : MESSAGE_BROKEN;
  cp_value *value = cp_value_parse(frame->text, frame->length);
  if (!value) return cp_last_error()->number == -ENOMEM ? MESSAGE_TOO_LARGE : MESSAGE_BROKEN;
  enum message_kind kind = kind_of_value(value);
  cp_value_free(value);
  return kind;
}

void message_done(cp_message *message) {
  cp_value_free(message->value);
}

/* ---- the public calls ---- */

const char *cp_message_json(cp_message *message, size_t *ret_length) {
  if (!message) return NULL;
  if (ret_length) *ret_length = message->length;
  return message->text;
}

const cp_value *cp_message_value(cp_message *message) {
  if (!message) return NULL;
  if (!message->value) message->value = cp_value_parse(message->text, message->length);
  return message->value;
}

cp_bytes cp_message_payload(const cp_message *message) {
  if (!message) return (cp_bytes){ "", 0 };
  return (cp_bytes){ message->text, message->length };
}
