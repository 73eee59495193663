/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdio.h>

/** argv[0] is the command's own name. Returns the exit code. */
int spawn_run(int argc, char **argv);
void spawn_help(FILE *out);

int exec_run(int argc, char **argv);
void exec_help(FILE *out);

int exec_file_run(int argc, char **argv);
void exec_file_help(FILE *out);

int fork_run(int argc, char **argv);
void fork_help(FILE *out);

#endif
