/* SPDX-License-Identifier: MIT */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "child_process.h"

/** The commands that take options. As a set, those that take one of them. */
enum command { COMMAND_SPAWN = 1, COMMAND_EXEC = 2, COMMAND_EXEC_FILE = 4, COMMAND_FORK = 8 };

/** What a command line asks for, in the words of the library where it has them. */
struct options {
  cp_options start;
  enum command command;
  const char *file;            /* the program, or for a shell the command line */
  const char *const *args;     /* NULL for a shell */
  const char *redirections[3]; /* the words of --stdin, --stdout and --stderr; NULL: default */
  uint64_t timeout_ns;         /* 0: none */
  int kill_signal;             /* for the timeout and --max-buffer */
  const char *input;           /* a file, "-" is our stdin; NULL: none */
  bool sync;                   /* by the blocking call */
  const char **sends;          /* fork: sent before our stdin; ending in NULL */
  bool disconnects_at_eof;     /* fork: of our stdin */
  uint64_t disconnect_after;   /* fork: so many messages came; 0: never */
  bool json;
  const char *json_file; /* NULL: our stdout */

  bool wants_help; /* the rest was not read then */

  const char **env_add; /* what `start` points to, as */
  const char **exec_argv;
  uint32_t uid;
  uint32_t gid;
};

/**
 * Reads the words behind the name of `command`; argv[0] is that name. 0, or an exit code: then a
 * message was printed. Points into argv.
 */
int options_read(struct options *options, enum command command, int argc, char **argv);
void options_done(struct options *options);

/** Prints what options_read() takes for `command`, an option a line or two. */
void options_help(enum command command, FILE *out);

#endif
