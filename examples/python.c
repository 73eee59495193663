/* SPDX-License-Identifier: MIT */
/*
 * Runs a Python script. What it prints goes to our stdout and what it complains about to our
 * stderr, as it comes; Python is told not to keep output back, as it does for a pipe.
 *
 *     python [SCRIPT]
 */
#include <child_process.h>
#include <stdio.h>

static void copy(cp_stream *from, const char *data, size_t length, void *to) {
  (void) from;
  fwrite(data, 1, length, to);
}

static void report(cp_child *child, int code, int signal, void *user) {
  (void) signal, (void) user;
  printf("%s exited with code %d\n", cp_spawn_file(child), code);
}

int main(int argc, char **argv) {
  const char *script = argc > 1 ? argv[1] : "script.py";
  cp_options options = { .env_add = CP_ARGS("PYTHONUNBUFFERED=1"), .timeout_ms = 60000 };
  cp_child *python = cp_spawn("python3", CP_ARGS(script, "1", "2", "3"), &options);
  cp_on_data(cp_stdout(python), copy, stdout);
  cp_on_data(cp_stderr(python), copy, stderr);
  cp_on_close(python, report, NULL);
  return cp_run(NULL);
}
