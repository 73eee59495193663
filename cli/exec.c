/* SPDX-License-Identifier: MIT */
/*
 * `child exec` and `child exec-file`: run a command to its end, then write what it wrote.
 */
#include "collect.h"
#include "commands.h"

static const char notes[] =
    "\nExit code: that of the command; 128 + N if signal N killed it; 123 if it wrote more than\n"
    "--max-buffer; 124 if it timed out; 125 if child itself failed; 126 if it cannot be run;\n"
    "127 if it is not found. SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 and SIGUSR2 are passed on,\n"
    "but not with --sync.\n";

static int run(enum command command, void (*help)(FILE *out), int argc, char **argv) {
  struct options options;
  int status = options_read(&options, command, argc, argv);
  if (status == 0 && options.wants_help) {
    help(stdout);
  } else if (status == 0) {
    status = collect_run(&options);
  }
  options_done(&options);
  return status;
}

void exec_help(FILE *out) {
  (void) fputs("Usage: child exec [OPTION]... [--] COMMAND-LINE\n"
               "Run COMMAND-LINE in a shell, collect its output, and write it at the end.\n\n",
               out);
  options_help(COMMAND_EXEC, out);
  (void) fputs(notes, out);
}

int exec_run(int argc, char **argv) {
  return run(COMMAND_EXEC, exec_help, argc, argv);
}

void exec_file_help(FILE *out) {
  (void) fputs("Usage: child exec-file [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
               "       child exec-file --shell[=SHELL] [OPTION]... [--] COMMAND-LINE\n"
               "Run PROGRAM, collect its output, and write it at the end.\n\n",
               out);
  options_help(COMMAND_EXEC_FILE, out);
  (void) fputs(notes, out);
}

int exec_file_run(int argc, char **argv) {
  return run(COMMAND_EXEC_FILE, exec_file_help, argc, argv);
}
