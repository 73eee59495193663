/* SPDX-License-Identifier: MIT */
/*
 * Lists a folder by a command line, and shows the output when all of it is there.
 *
 *     exec_ls [FOLDER]
 */
#include <child_process.h>
#include <stdio.h>

static void show(const cp_error *error, const cp_result *result, void *user) {
  (void) user;
  if (error) {
    fprintf(stderr, "%s\n", error->message);
    return;
  }
  printf("%s", result->out.data);
  printf("%zu bytes, exited with code %d\n", result->out.length, result->code);
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : ".";
  cp_exec("ls | sort -r", &(cp_options){ .cwd = folder }, show, NULL);
  return cp_run(NULL);
}
