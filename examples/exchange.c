/* SPDX-License-Identifier: MIT */
/*
 * Exchanges values with a child that runs in Node, which JSON has not: a Map, and a Buffer in it.
 *
 *     exchange [MODULE]
 */
#include <child_process.h>
#include <stdio.h>

static void show(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  const cp_value *map = cp_message_value(message);
  cp_bytes words = cp_value_as_bytes(cp_value_get(map, "words"));
  printf("parent got a map of %zu: %.*s\n", cp_value_count(map), (int) words.length, words.data);
  cp_disconnect(channel);
}

int main(int argc, char **argv) {
  const char *module = argc > 1 ? argv[1] : "exchange.js";
  cp_child *child = cp_fork(module, NULL, &(cp_options){ .serialization = CP_ADVANCED });
  cp_value *map = cp_value_put(cp_value_new_map(), "number", cp_value_new_number(42));
  map = cp_value_put(map, "words", cp_value_new_bytes("hello", 5));
  if (cp_send_value(cp_ipc(child), map, NULL) < 0)
    fprintf(stderr, "%s\n", cp_last_error()->message);
  cp_value_free(map);
  cp_on_message(cp_ipc(child), show, NULL);
  return cp_run(NULL);
}
