/* SPDX-License-Identifier: MIT */
/*
 * Lists a folder by ls, shows the output as it comes, and the exit code when all of it came.
 *
 *     spawn_ls [FOLDER]
 */
#include <child_process.h>
#include <stdio.h>

static void print(cp_stream *out, const char *data, size_t length, void *user) {
  (void) out, (void) user;
  fwrite(data, 1, length, stdout);
}

static void report(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) signal, (void) user;
  printf("ls exited with code %d\n", code);
}

int main(int argc, char **argv) {
  cp_child *ls = cp_spawn("ls", CP_ARGS(argc > 1 ? argv[1] : "."), NULL);
  cp_on_data(cp_stdout(ls), print, NULL);
  cp_on_close(ls, report, NULL);
  return cp_run(NULL);
}
