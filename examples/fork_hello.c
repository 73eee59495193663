/* SPDX-License-Identifier: MIT */
/*
 * Forks a child that runs in Node, is greeted by it, and greets it. Messages are JSON: to the
 * child they are what process.on('message') gets.
 *
 *     fork_hello [MODULE]
 */
#include <child_process.h>
#include <stdio.h>

static void greet(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  printf("parent was told: %s\n", cp_value_as_string(cp_message_value(message), "nothing"));
  fflush(stdout); /* the child prints to the same place */
  cp_send(channel, "\"Hello from parent!\"", NULL);
  cp_disconnect(channel); /* behind the greeting; a child that only listens ends then */
}

static void report(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) signal, (void) user;
  printf("child exited with code %d\n", code);
}

int main(int argc, char **argv) {
  cp_child *child = cp_fork(argc > 1 ? argv[1] : "child.js", NULL, NULL);
  cp_on_message(cp_ipc(child), greet, NULL);
  cp_on_close(child, report, NULL);
  return cp_run(NULL);
}
