/* SPDX-License-Identifier: MIT */
/*
 * The command `child`: the library for a shell. Each command (`child spawn`) is a file of its
 * own and a line of the table here.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "child_process.h"
#include "commands.h"
#include "message.h"

static const struct command {
  const char *name;
  const char *summary;
  int (*run)(int argc, char **argv);
  void (*help)(FILE *out);
} commands[] = {
  { "spawn", "run a program, stream its output, exit as it does", spawn_run, spawn_help },
  { "exec", "run a command line in a shell, collect its output", exec_run, exec_help },
  { "exec-file", "run a program, collect its output", exec_file_run, exec_file_help },
  { "fork", "run a module, talk to it in messages", fork_run, fork_help },
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name) {
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(commands[i].name, name) == 0) {
      return &commands[i];
    }
  }
  return NULL;
}

static void print_help(void) {
  (void) printf("Usage: child COMMAND [OPTION]... [ARGUMENT]...\n"
                "Start processes as Node's child_process does.\n\n"
                "Commands:\n");
  for (size_t i = 0; i < COMMAND_COUNT; i++) {
    (void) printf("  %-10s %s\n", commands[i].name, commands[i].summary);
  }
  (void) printf("  %-10s %s\n", "help", "print this, or the help of a command");
  (void) printf("\nOptions:\n"
                "  --help     print this and exit\n"
                "  --version  print the version and exit\n\n"
                "'child COMMAND --help' tells the options of a command.\n");
}

static int run_help(int argc, char **argv) {
  if (argc > 2) {
    return message_usage(NULL, "unexpected argument '%s'", argv[2]);
  }
  if (argc < 2) {
    print_help();
    return 0;
  }
  const struct command *command = find_command(argv[1]);
  if (!command) {
    return message_usage(NULL, "unknown command '%s'", argv[1]);
  }
  command->help(stdout);
  return 0;
}

static int run_words(int argc, char **argv) {
  const char *word = argc > 0 ? argv[0] : NULL;
  if (!word) {
    return message_usage(NULL, "no command given");
  }
  if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0) {
    return run_help(argc, argv);
  }
  if (strcmp(word, "--version") == 0) {
    (void) printf("child %s\n", cp_version());
    return 0;
  }
  const struct command *command = find_command(word);
  if (command) {
    return command->run(argc, argv);
  }
  return message_usage(NULL, *word == '-' ? "unknown option '%s'" : "unknown command '%s'", word);
}

/*
 * Where one of 0, 1 and 2 is closed, the next file that is opened would take its place, and
 * the child's output would go there. Opened the wrong way round they fail as if they were closed.
 */
static bool plug_closed_stdio(void) {
  for (int fd = 0; fd < 3; fd++) {
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd) {
      return false;
    }
  }
  return true;
}

int main(int argc, char **argv) {
  if (!plug_closed_stdio()) {
    return EXIT_OUR_FAILURE; /* and there is no stderr to say so */
  }
  /*
   * A reader that goes away shows as EPIPE. An ignored SIGCHLD, which a careless parent leaves
   * us, would lose the child's status. The child gets default dispositions in any case.
   */
  (void) signal(SIGPIPE, SIG_IGN);
  (void) signal(SIGCHLD, SIG_DFL);
  int status = run_words(argc - 1, argv + 1);
  if (fflush(stdout) != 0 && errno != EPIPE) {
    message("stdout: %s", strerror(errno));
    return EXIT_OUR_FAILURE;
  }
  return status;
}
