/* SPDX-License-Identifier: MIT */
/*
 * Asks node for its version, without a shell. Where there is no node, python3 is asked instead:
 * a program that is not there is an error like any other, and tells by its code.
 */
#include <child_process.h>
#include <stdio.h>
#include <string.h>

static void show(const cp_error *error, const cp_result *result, void *program) {
  if (!error) {
    printf("%s: %s", (char *) program, result->out.data);
    return;
  }
  fprintf(stderr, "%s\n", error->message);
  if (error->code && strcmp(error->code, "ENOENT") == 0 && strcmp(program, "node") == 0)
    cp_exec_file("python3", CP_ARGS("--version"), NULL, show, "python3");
}

int main(void) {
  cp_exec_file("node", CP_ARGS("--version"), NULL, show, "node");
  return cp_run(NULL);
}
