/* SPDX-License-Identifier: MIT */
/*
 * Has another program of ours, work_child.c, do work that takes a while, and shows how far it is.
 * Our own loop is free meanwhile, and the work uses another processor.
 *
 *     fork_work [PROGRAM]
 */
#include <child_process.h>
#include <stdio.h>

static void show(cp_channel *worker, cp_message *message, void *user) {
  (void) user;
  const cp_value *progress = cp_message_value(message);
  double percent = cp_value_as_number(cp_value_get(progress, "percent"), 0);
  double primes = cp_value_as_number(cp_value_get(progress, "primes"), 0);
  printf("%3.0f%%: %.0f primes\n", percent, primes);
  if (percent >= 100) {
    cp_disconnect(worker);
  }
}

static void report(cp_child *worker, int code, int signal, void *user) {
  (void) worker, (void) signal, (void) user;
  printf("the worker exited with code %d\n", code);
}

int main(int argc, char **argv) {
  cp_child *worker = cp_fork(argc > 1 ? argv[1] : "./work_child", NULL, NULL);
  cp_on_message(cp_ipc(worker), show, NULL);
  cp_on_close(worker, report, NULL);
  cp_send(cp_ipc(worker), "{ \"below\": 1000000 }", NULL);
  return cp_run(NULL);
}
