/* SPDX-License-Identifier: MIT */
/*
 * The command line of the commands that start a process. One table says how each option is
 * spelled, who takes it, what it is for and what it does, so that --help cannot tell something
 * else. getopt_long() does the spelling, as in every GNU command: `--cwd /tmp`, `--cwd=/tmp`, any
 * abbreviation that is unique, `--` as the end. The first word that is no option ends them, too:
 * what follows belongs to the program.
 */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "option_table.h"

/* What getopt_long() returns for the first of them: each has its own value, above all letters. */
enum { FIRST_VALUE = 256 };

static bool takes(enum command command, const struct option_entry *entry) {
  return !entry->commands || (entry->commands & command);
}

static void print_entry(const struct option_entry *entry, FILE *out) {
  char spelled[40];
  const char *argument = entry->argument ? entry->argument : "";
  (void) snprintf(spelled, sizeof spelled, "--%s%s%s", entry->name,
                  *argument && *argument != '[' ? "=" : "", argument);
  (void) fprintf(out, "  %-22s ", spelled);
  for (const char *c = entry->help; *c; c++) {
    (void) fputc(*c, out);
    if (*c == '\n') {
      (void) fprintf(out, "%25s", "");
    }
  }
  (void) fputc('\n', out);
}

void options_help(enum command command, FILE *out) {
  for (const struct option_entry *entry = option_table; entry->name; entry++) {
    if (takes(command, entry)) {
      print_entry(entry, out);
    }
  }
}

static int argument_kind(const char *argument) {
  if (!argument) {
    return no_argument;
  }
  return *argument == '[' ? optional_argument : required_argument;
}

static void make_long_options(struct option *list, enum command command) {
  int count = 0;
  for (int i = 0; option_table[i].name; i++) {
    const struct option_entry *entry = &option_table[i];
    if (takes(command, entry)) {
      list[count++] = (struct option){ .name = entry->name,
                                       .has_arg = argument_kind(entry->argument),
                                       .val = FIRST_VALUE + i };
    }
  }
  list[count] = (struct option){ 0 };
}

/* What is left behind the options: a program with its arguments, or one command line. */
static int take_rest(struct options *options, const char *command, int count, char **rest) {
  bool is_exec = options->command == COMMAND_EXEC;
  bool by_shell = is_exec || options->start.shell;
  const char *what = by_shell                           ? "command line"
                     : options->command == COMMAND_FORK ? "module"
                                                        : "program";
  if (count == 0) {
    return message_usage(command, "no %s given", what);
  }
  if (**rest == '\0') {
    return message_usage(command, "the %s is empty", what);
  }
  if (by_shell && count > 1) {
    /* Joined with blanks, an argument that holds one would fall apart unnoticed. */
    return message_usage(command, "%s takes one command line, not %d words; quote it",
                         is_exec ? "a shell" : "--shell", count);
  }
  options->file = rest[0];
  options->args = by_shell ? NULL : CP_ARGV(rest + 1);
  return 0;
}

/* Before anything runs: a script should not find out by half. */
static int check_sends(const struct options *options, const char *command) {
  for (const char **json = options->sends; *json; json++) {
    cp_value *value = cp_value_parse(*json, strlen(*json));
    if (!value) {
      return message_usage(command, "--send '%s': %s", *json, cp_last_error()->message);
    }
    cp_value_free(value);
  }
  return 0;
}

static bool is_word(const char *given, const char *word) {
  return given && strcmp(given, word) == 0;
}

static int check_fork(struct options *options, const char *command) {
  const char **words = options->redirections;
  if (is_word(words[1], "stream") || is_word(words[2], "stream")) {
    return message_usage(command, "what a module prints is not streamed; a file is './stream'");
  }
  if (options->disconnects_at_eof && is_word(words[0], "inherit")) {
    return message_usage(command, "--disconnect-at-eof and --stdin=inherit: only one of them");
  }
  for (int slot = 1; options->start.silent && slot < 3; slot++) {
    words[slot] = words[slot] ? words[slot] : "null";
  }
  return check_sends(options, command);
}

/* What is wrong with the options together. */
static int check(struct options *options, const char *command) {
  if (options->command == COMMAND_FORK) {
    return check_fork(options, command);
  }
  if (options->input && options->redirections[0]) {
    return message_usage(command, "--input and --stdin: only one of them");
  }
  bool collects = options->sync || options->command != COMMAND_SPAWN;
  if (!collects && (options->input || options->start.max_buffer)) {
    return message_usage(command, "--input and --max-buffer need --sync");
  }
  return 0;
}

/* Three lists in one block, each with room for all words. */
static bool make_lists(struct options *options, size_t size) {
  options->env_add = calloc(3 * size, sizeof *options->env_add);
  if (!options->env_add) {
    return false;
  }
  options->exec_argv = options->env_add + size;
  options->sends = options->exec_argv + size;
  return true;
}

int options_read(struct options *options, enum command command, int argc, char **argv) {
  const char *name = argv[0];
  *options = (struct options){ .command = command, .kill_signal = cp_signal_number("SIGTERM") };
  if (!make_lists(options, (size_t) argc + 1)) {
    message("out of memory");
    return EXIT_OUR_FAILURE;
  }
  struct option list[MOST_OPTIONS + 1];
  make_long_options(list, command);
  static char our_name[] = "child"; /* getopt_long() tells in its name what is misspelled */
  argv[0] = our_name;
  int found;
  while ((found = getopt_long(argc, argv, "+", list, NULL)) >= FIRST_VALUE) {
    const struct option_entry *entry = &option_table[found - FIRST_VALUE];
    if (!entry->take(options, optarg)) {
      return message_usage(name, "invalid argument '%s' of --%s", optarg, entry->name);
    }
    if (options->wants_help) {
      return 0;
    }
  }
  if (found != -1) {
    return message_hint(name);
  }
  int status = check(options, name);
  return status != 0 ? status : take_rest(options, name, argc - optind, argv + optind);
}

void options_done(struct options *options) {
  free(options->env_add);
  options->env_add = options->exec_argv = options->sends = NULL;
}
