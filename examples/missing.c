/* SPDX-License-Identifier: MIT */
/*
 * A program that is not there, and then a directory that is not there. Both are ENOENT; `step`
 * and `path` tell them apart. cp_spawn() returns a child in any case: it emits `error`, then
 * `close`.
 */
#include <child_process.h>
#include <stdio.h>

static void explain(cp_child *child, const cp_error *error, void *user) {
  (void) child, (void) user;
  printf("error: %s\n", error->message);
  printf("  code %s, at the step %s, of %s\n", error->code, error->step, error->path);
}

static void report(cp_child *child, int code, int signal, void *user) {
  (void) signal, (void) user;
  printf("close: code %d, pid %d\n", code, cp_pid(child));
}

static void start(const char *file, const char *directory) {
  cp_child *child = cp_spawn(file, NULL, &(cp_options){ .cwd = directory });
  cp_on_error(child, explain, NULL);
  cp_on_close(child, report, NULL);
  cp_run(NULL);
}

int main(void) {
  start("no-such-program", NULL);
  start("ls", "/no/such/directory");
  return 0;
}
