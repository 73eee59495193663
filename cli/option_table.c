/* SPDX-License-Identifier: MIT */
/*
 * What each option does with its argument, and the table of them all.
 */
#include "option_table.h"

#include "values.h"

static bool take_cwd(struct options *options, const char *directory) {
  options->start.cwd = directory;
  return *directory;
}

/* Room for all was made in options_read(). */
static void append(const char **list, const char *word) {
  while (*list) {
    list++;
  }
  *list = word;
}

static void add_env(struct options *options, const char *entry) {
  append(options->env_add, entry);
  options->start.env_add = options->env_add;
}

static bool take_env(struct options *options, const char *setting) {
  add_env(options, setting);
  return value_is_setting(setting);
}

static bool take_unset(struct options *options, const char *name) {
  add_env(options, name);
  return value_is_name(name);
}

static bool take_clear_env(struct options *options, const char *none) {
  (void) none;
  static const char *const empty[] = { NULL };
  options->start.env = empty;
  return true;
}

/* Empty is allowed here: there are programs that look at it. */
static bool take_argv0(struct options *options, const char *name) {
  options->start.argv0 = name;
  return true;
}

static bool take_shell(struct options *options, const char *shell) {
  options->start.shell = shell ? shell : CP_DEFAULT_SHELL;
  return !shell || *shell;
}

static bool take_stdin(struct options *options, const char *word) {
  options->redirections[0] = word;
  return *word;
}

static bool take_stdout(struct options *options, const char *word) {
  options->redirections[1] = word;
  return *word;
}

static bool take_stderr(struct options *options, const char *word) {
  options->redirections[2] = word;
  return *word;
}

static bool take_timeout(struct options *options, const char *duration) {
  return value_duration(duration, &options->timeout_ns);
}

static bool take_kill_signal(struct options *options, const char *signal) {
  return value_signal(signal, &options->kill_signal);
}

static bool take_max_buffer(struct options *options, const char *size) {
  return value_size(size, &options->start.max_buffer);
}

static bool take_input(struct options *options, const char *file) {
  options->input = file;
  return *file;
}

static bool take_sync(struct options *options, const char *none) {
  (void) none;
  options->sync = true;
  return true;
}

static bool take_exec_path(struct options *options, const char *program) {
  options->start.exec_path = program;
  return *program;
}

static bool take_exec_argv(struct options *options, const char *word) {
  append(options->exec_argv, word);
  options->start.exec_argv = options->exec_argv;
  return true;
}

/* Whether it is JSON is told by check(), with where it is not. */
static bool take_send(struct options *options, const char *json) {
  append(options->sends, json);
  return true;
}

static bool take_disconnect_at_eof(struct options *options, const char *none) {
  (void) none;
  options->disconnects_at_eof = true;
  return true;
}

static bool take_disconnect_after(struct options *options, const char *count) {
  return value_count(count, &options->disconnect_after);
}

static bool take_advanced(struct options *options, const char *none) {
  (void) none;
  options->start.serialization = CP_ADVANCED;
  return true;
}

static bool take_silent(struct options *options, const char *none) {
  (void) none;
  options->start.silent = true;
  return true;
}

static bool take_detached(struct options *options, const char *none) {
  (void) none;
  options->start.detached = true;
  return true;
}

static bool take_uid(struct options *options, const char *user) {
  options->start.uid = &options->uid;
  return value_user(user, &options->uid);
}

static bool take_gid(struct options *options, const char *group) {
  options->start.gid = &options->gid;
  return value_group(group, &options->gid);
}

static bool take_json(struct options *options, const char *file) {
  options->json = true;
  options->json_file = file;
  return !file || *file;
}

static bool take_help(struct options *options, const char *none) {
  (void) none;
  options->wants_help = true;
  return true;
}

enum { EXEC_PAIR = COMMAND_EXEC | COMMAND_EXEC_FILE, NOT_FORK = COMMAND_SPAWN | EXEC_PAIR };

const struct option_entry option_table[] = {
  { "cwd", "DIRECTORY", "run it in DIRECTORY", take_cwd, 0 },
  { "env", "NAME=VALUE", "set a variable of its environment; may be given again", take_env, 0 },
  { "unset", "NAME", "remove a variable from it; may be given again", take_unset, 0 },
  { "clear-env", NULL, "begin with an empty environment", take_clear_env, 0 },
  { "argv0", "NAME", "what it is told that its own name is", take_argv0, 0 },
  { "shell", "[=SHELL]", "run one COMMAND-LINE by SHELL, by default /bin/sh", take_shell,
    NOT_FORK },
  { "exec-path", "PROGRAM", "run MODULE with PROGRAM", take_exec_path, COMMAND_FORK },
  { "exec-argv", "WORD", "an argument of node or PROGRAM itself; may be given again",
    take_exec_argv, COMMAND_FORK },
  { "advanced", NULL,
    "speak V8's structured clone with it, as with\n"
    "serialization: 'advanced' of Node",
    take_advanced, COMMAND_FORK },
  { "send", "JSON", "send this before all lines of stdin; may be given again", take_send,
    COMMAND_FORK },
  { "disconnect-after", "N", "close the channel when N messages have come", take_disconnect_after,
    COMMAND_FORK },
  { "disconnect-at-eof", NULL, "close the channel at the end of stdin", take_disconnect_at_eof,
    COMMAND_FORK },
  { "stdin", "SOURCE", "a file, 'null' or 'inherit', the default", take_stdin, NOT_FORK },
  { "stdin", "SOURCE",
    "a file, 'null', the default, or 'inherit': then no\n"
    "messages are read from there",
    take_stdin, COMMAND_FORK },
  { "stdout", "TARGET",
    "a file, 'null', 'inherit' or 'stream', the default:\n"
    "carried on to the stdout of child",
    take_stdout, COMMAND_SPAWN },
  { "stdout", "TARGET",
    "a file, 'null', 'inherit' or 'stream', the default:\n"
    "collected, and written to the stdout of child at the end",
    take_stdout, EXEC_PAIR },
  { "stdout", "TARGET",
    "a file, 'null', 'inherit' or 'stderr', the default:\n"
    "the stderr of child",
    take_stdout, COMMAND_FORK },
  { "stderr", "TARGET", "the same, or 'stdout' for where its stdout goes", take_stderr, NOT_FORK },
  { "stderr", "TARGET",
    "a file, 'null', 'stdout' for where its stdout goes, or\n"
    "'inherit', the default",
    take_stderr, COMMAND_FORK },
  { "silent", NULL, "drop what it prints", take_silent, COMMAND_FORK },
  { "input", "FILE", "what it reads, through a pipe; '-' is the stdin of child", take_input,
    EXEC_PAIR },
  { "input", "FILE", "the same through a pipe, '-' is the stdin of child; with --sync", take_input,
    COMMAND_SPAWN },
  { "max-buffer", "SIZE",
    "kill it when it writes more than SIZE bytes to stdout or\n"
    "to stderr: a number with a suffix K, M or G, or\n"
    "'unlimited'; default 1M",
    take_max_buffer, EXEC_PAIR },
  { "max-buffer", "SIZE", "of the output that --sync collects; default 1M", take_max_buffer,
    COMMAND_SPAWN },
  { "timeout", "DURATION",
    "kill it after DURATION: a number with a suffix\n"
    "ms, s (the default), m, h or d; 0 is never",
    take_timeout, 0 },
  { "kill-signal", "SIGNAL", "the signal for that, by name or number; default TERM",
    take_kill_signal, 0 },
  { "detached", NULL, "make it lead a session and process group of its own", take_detached, 0 },
  { "uid", "USER", "run it as USER, a name or a number", take_uid, 0 },
  { "gid", "GROUP", "run it with GROUP, a name or a number", take_gid, 0 },
  { "sync", NULL, "by the blocking call: collected, and no signal is passed on", take_sync,
    NOT_FORK },
  { "json", "[=FILE]",
    "tell at the end what became of it, as a JSON object:\n"
    "a last line on stdout, or the contents of FILE",
    take_json, COMMAND_SPAWN | COMMAND_FORK },
  { "json", "[=FILE]",
    "tell at the end what became of it, and its output, as\n"
    "a JSON object on stdout, or in FILE; nothing else is written",
    take_json, EXEC_PAIR },
  { "help", NULL, "print this and exit", take_help, 0 },
  { NULL, NULL, NULL, NULL, 0 },
};

_Static_assert(sizeof option_table / sizeof *option_table <= MOST_OPTIONS + 1, "MOST_OPTIONS");
