/* SPDX-License-Identifier: MIT */
/*
 * A command that takes too long. It is killed; the error is ETIMEDOUT, so that nobody takes our
 * signal for another's, and what it had written by then is there.
 */
#include <child_process.h>
#include <stdio.h>

static void show(const cp_error *error, const cp_result *result, void *user) {
  (void) user;
  printf("it wrote: %s", result->out.data);
  if (error) printf("it failed: %s, by %s\n", error->code, cp_signal_name(error->signal));
}

int main(void) {
  cp_options options = { .timeout_ms = 500 };
  cp_exec("echo so far, so good; exec sleep 60", &options, show, NULL);
  return cp_run(NULL);
}
