/* SPDX-License-Identifier: MIT */
/* A mode of handle_program: a parent that exchanges values with a child, which JSON has not. */
#include "handle_program.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *kind(const cp_value *value) {
  switch (cp_value_get_type(value)) {
    case CP_VALUE_MAP:
      return "map";
    case CP_VALUE_DATE:
      return "date";
    case CP_VALUE_ERROR:
      return "error";
    case CP_VALUE_VIEW:
      return "view";
    case CP_VALUE_UNDEFINED:
      return "undefined";
    case CP_VALUE_BIGINT:
      return cp_value_as_int64(value, 0) == 10 ? "bigint" : "another bigint";
    case CP_VALUE_OBJECT:
      return cp_value_get(value, "self") == value ? "cycle" : "object";
    default:
      return "something else";
  }
}

/* Node sends no BigInt and no undefined by itself, so these are in a list. */
static void on_value(cp_channel *channel, cp_message *message, void *user) {
  const cp_value *value = cp_message_value(message);
  (void) user;
  if (!strcmp(cp_value_as_string(value, ""), "done")) {
    if (cp_send(channel, "\"done\"", NULL) < 0) die("cp_send");
    return;
  }
  if (cp_value_get_type(value) == CP_VALUE_ARRAY) value = cp_value_at(value, 0);
  const char *json = cp_message_json(message, NULL);
  if (json && cp_value_get_type(value) == CP_VALUE_UNDEFINED) json = "null";
  printf("parent got %s, %s\n", kind(value), json ? json : "no JSON");
}

static void send_and_free(cp_channel *channel, cp_value *value) {
  if (!value || cp_send_value(channel, value, NULL) < 0) die("cp_send_value");
  cp_value_free(value);
}

static cp_value *new_number_list(double number) {
  return cp_value_push(cp_value_new_array(), cp_value_new_number(number));
}

static void send_values(cp_channel *channel) {
  static const unsigned char magnitude[] = { 0xd2, 0x0a, 0x1f, 0xeb, 0x8c, 0xa9, 0x54, 0xab };
  cp_value *map = cp_value_put(cp_value_new_map(), "one", cp_value_new_number(1));
  send_and_free(channel, cp_value_put(map, "two", new_number_list(2)));
  send_and_free(channel, cp_value_new_bytes("\x01\xff", 3));
  send_and_free(channel, cp_value_new_bigint(true, magnitude, sizeof magnitude));
  send_and_free(channel, cp_value_new_number(NAN));
  cp_value *cycle = cp_value_new_object();
  send_and_free(channel, cp_value_put(cycle, "self", cycle));
  cp_value *nothing = cp_value_new_object();
  send_and_free(channel, cp_value_put(nothing, "undefined", cp_value_new_undefined()));
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  printf("close %d %d\n", code, signal);
}

/* values MODULE */
int exchange_values(char **arguments) {
  cp_options options = { .serialization = CP_ADVANCED };
  cp_child *child = cp_fork(arguments[0], NULL, &options);
  if (!child) die("cp_fork");
  cp_on_message(cp_ipc(child), on_value, NULL);
  cp_on_channel_error(cp_ipc(child), on_error, NULL);
  cp_on_close(child, on_close, NULL);
  send_values(cp_ipc(child));
  return cp_run(NULL);
}
