/* SPDX-License-Identifier: MIT */
/*
 * A child in C of any parent that has a channel for it: here one in Node, node_parent.js. It
 * squares the numbers that it is sent, and ends when the parent disconnects.
 *
 *     node node_parent.js ./c_child
 */
#include <child_process.h>
#include <stdio.h>

static void answer(cp_channel *parent, cp_message *message, void *user) {
  (void) user;
  double number = cp_value_as_number(cp_value_get(cp_message_value(message), "number"), 0);
  cp_value *square = cp_value_new_number(number * number);
  cp_value *reply = cp_value_put(cp_value_new_object(), "square", square);
  cp_send_value(parent, reply, NULL);
  cp_value_free(reply);
}

int main(void) {
  cp_channel *parent = cp_parent(NULL);
  if (!parent) {
    fprintf(stderr, "%s\n", cp_last_error()->message);
    return 1;
  }
  cp_on_message(parent, answer, NULL); /* keeps the loop alive while there is a parent */
  return cp_run(NULL);
}
