/* SPDX-License-Identifier: MIT */
#include "ipc/command.h"

#include <string.h>

static const char prefix[] = "NODE_";
enum { PREFIX_LENGTH = sizeof prefix - 1 };

static bool is_text(cp_bytes bytes, const char *text) {
  return bytes.length == strlen(text) && !memcmp(bytes.data, text, bytes.length);
}

enum command command_in(const cp_value *value) {
  static const struct {
    const char *name;
    enum command command;
  } known[] = {
    { "NODE_HANDLE", COMMAND_HANDLE },
    { "NODE_HANDLE_ACK", COMMAND_ACK },
    { "NODE_HANDLE_NACK", COMMAND_NACK },
    { "NODE_SOCKET_NOTIFY_CLOSE", COMMAND_NOTIFY_CLOSE },
    { "NODE_SOCKET_GET_COUNT", COMMAND_GET_COUNT },
  };
  if (cp_value_get_type(value) != CP_VALUE_OBJECT) return COMMAND_NONE;
  cp_bytes cmd = cp_value_as_bytes(cp_value_get(value, "cmd")); /* it may have a "\u0000" */
  if (cmd.length <= PREFIX_LENGTH || memcmp(cmd.data, prefix, PREFIX_LENGTH) != 0)
    return COMMAND_NONE;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (is_text(cmd, known[i].name)) return known[i].command;
  return COMMAND_OTHER;
}

/* Whether the letters before the last, which is at `at`, are there too. `step`: bytes of each. */
static bool ends_prefix(const char *start, const char *at, size_t step) {
  const size_t before = (PREFIX_LENGTH - 1) * step;
  if ((size_t) (at - start) < before) return false;
  const char *first = at - before;
  for (size_t i = 0; i < PREFIX_LENGTH - 1; i++)
    if (first[i * step] != prefix[i]) return false;
  return true;
}

/* This looks for the last letter of the prefix, which is rare, and in JSON for escapes, in which
 * the letters may be written, too. A string of a clone has letters of one byte or of two. */
bool command_is_possible(const char *payload, size_t length, bool is_advanced) {
  if (!is_advanced && *payload == '"') return false;
  if (!is_advanced && memchr(payload, '\\', length)) return true;
  const char *end = payload + length;
  for (const char *at = payload; (at = memchr(at, '_', (size_t) (end - at))); at++)
    if (ends_prefix(payload, at, 1) || (is_advanced && ends_prefix(payload, at, 2))) return true;
  return false;
}

static const char *const type_names[] = {
  [CP_HANDLE_SERVER] = "net.Server",
  [CP_HANDLE_SOCKET] = "net.Socket",
  [CP_HANDLE_DGRAM] = "dgram.Socket",
  [CP_HANDLE_NATIVE] = "net.Native",
};
enum { TYPES = sizeof type_names / sizeof *type_names };

const char *command_type_name(cp_handle_type type) {
  return (unsigned) type < TYPES ? type_names[type] : NULL;
}

static cp_handle_type type_of(const cp_value *value) {
  cp_bytes name = cp_value_as_bytes(cp_value_get(value, "type"));
  for (unsigned i = CP_HANDLE_SERVER; i < TYPES; i++)
    if (is_text(name, type_names[i])) return (cp_handle_type) i;
  return CP_HANDLE_NATIVE; /* "dgram.Native", and what only later versions know */
}

const cp_value *command_key(const cp_value *value) {
  enum { LONGEST = 256 };
  const cp_value *key = cp_value_get(value, "key");
  bool is_key =
      cp_value_get_type(key) == CP_VALUE_STRING && cp_value_as_bytes(key).length <= LONGEST;
  return is_key ? key : NULL;
}

struct command_handle command_unwrap(const cp_value *value) {
  enum {
    MOST_WRAPS = 16
  }; /* Node wraps once more for each of its retransmissions, which are few */
  struct command_handle handle = { .message = value };
  int wraps = 0;
  do {
    handle.type = type_of(handle.message);
    handle.key = command_key(handle.message);
    handle.message = cp_value_get(handle.message, "msg");
    /* Node wraps it once more when it sends it again. A clone may be in itself: then it is deeper
     * than any text or clone can be that is not. */
  } while (command_in(handle.message) == COMMAND_HANDLE && ++wraps < CP_VALUE_MAX_DEPTH);
  return handle;
}
