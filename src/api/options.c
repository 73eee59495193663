/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with the arguments by themselves. Each message says what, and with what.
 */
#include "api/options.h"

#include "base/error.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#define BAD_VALUE "ERR_INVALID_ARG_VALUE"

static int check_file(const char *file, const char *const *args, const cp_options *options) {
  const char *what = options->shell ? "command" : "file";
  if (!file) return error_argument(-EINVAL, BAD_VALUE, "'%s' is NULL", what);
  if (!*file) return error_argument(-EINVAL, BAD_VALUE, "'%s' is empty", what);
  if (options->shell && args && *args)
    return error_argument(-EINVAL, BAD_VALUE,
                          "'args' with options.shell: write them into the command line");
  return 0;
}

static int check_reserved(const cp_options *options) {
  const size_t switches = sizeof options->reserved_switches / sizeof *options->reserved_switches;
  const size_t fields = sizeof options->reserved / sizeof *options->reserved;
  bool is_zero = true;
  for (size_t i = 0; i < switches; i++) {
    /* Read as a byte: garbage in a bool is no bool. */
    const unsigned char *byte = (const unsigned char *) &options->reserved_switches[i];
    if (*byte) is_zero = false;
  }
  for (size_t i = 0; i < fields; i++)
    if (options->reserved[i]) is_zero = false;
  if (is_zero) return 0;
  return error_argument(-EINVAL, BAD_VALUE,
                        "a reserved field of the options is not zero: they were not zeroed, or the "
                        "program is newer than this library (%s)",
                        cp_version());
}

static int check_signal(const cp_options *options) {
  if (options->kill_signal >= 0 && options->kill_signal <= SIGRTMAX) return 0;
  return error_argument(-EINVAL, "ERR_UNKNOWN_SIGNAL", "options.kill_signal: unknown signal %d",
                        options->kill_signal);
}

static int check_env(const cp_options *options) {
  for (size_t i = 0; options->env && options->env[i]; i++) {
    const char *entry = options->env[i];
    /* A name may be empty: an environment that came from elsewhere has such entries, too. */
    if (!strchr(entry, '='))
      return error_argument(-EINVAL, BAD_VALUE, "options.env[%zu] has no '=': '%s'", i, entry);
  }
  for (size_t i = 0; options->env_add && options->env_add[i]; i++) {
    const char *entry = options->env_add[i];
    if (!*entry || *entry == '=')
      return error_argument(-EINVAL, BAD_VALUE, "options.env_add[%zu] has no name: '%s'", i, entry);
  }
  return 0;
}

static int check_slot(int slot, int index) {
  switch (slot) {
    case CP_PIPE:
    case CP_IGNORE:
    case CP_INHERIT:
    case CP_OVERLAPPED:
    case CP_SOCKET:
    case CP_IPC:
      return 0;
    case CP_STDOUT:
      if (index > 1) return 0;
      return error_argument(-EINVAL, BAD_VALUE, "options.stdio[%d]: CP_STDOUT is for slots above 1",
                            index);
    default:
      if (slot >= 0) return 0;
      return error_argument(-EINVAL, BAD_VALUE, "options.stdio[%d] is invalid: %d", index, slot);
  }
}

static int check_stdio(const cp_options *options) {
  int channels = 0;
  for (int i = 0; options->stdio && options->stdio[i] != CP_STDIO_END; i++) {
    int result = check_slot(options->stdio[i], i);
    if (result < 0) return result;
    if (options->stdio[i] == CP_IPC && ++channels > 1)
      return error_argument(-EINVAL, "ERR_IPC_ONE_PIPE",
                            "options.stdio[%d]: a child can have only one channel", i);
  }
  if ((unsigned) options->serialization <= CP_RAW_ADVANCED) return 0;
  return error_argument(-ENOTSUP, "ERR_FEATURE_UNAVAILABLE",
                        "options.serialization %d is not supported in version %s",
                        (int) options->serialization, cp_version());
}

int options_check(const char *file, const char *const *args, const cp_options *options) {
  int result = check_reserved(options);
  if (result >= 0) result = check_file(file, args, options);
  if (result >= 0) result = check_signal(options);
  if (result >= 0) result = check_env(options);
  if (result >= 0) result = check_stdio(options);
  return result;
}

int options_check_no_input(const cp_options *options) {
  if (!options->input.data && !options->input.length) return 0;
  return error_argument(-EINVAL, BAD_VALUE,
                        "options.input is for exec and the blocking calls: use cp_write()");
}

int options_check_input(const cp_options *options) {
  if (!options->input.data) {
    if (!options->input.length) return 0;
    return error_argument(-EINVAL, BAD_VALUE, "options.input.data is NULL with a length");
  }
  int slot = options->stdio ? options->stdio[0] : CP_PIPE;
  if (slot == CP_PIPE || slot == CP_SOCKET || slot == CP_OVERLAPPED || slot == CP_STDIO_END)
    return 0;
  return error_argument(-EINVAL, BAD_VALUE,
                        "options.input needs a pipe for stdin: options.stdio[0] is %d", slot);
}

const cp_options *options_or_defaults(const cp_options *options) {
  static const cp_options defaults;
  return options ? options : &defaults;
}

cp_options options_with_shell(const cp_options *options) {
  cp_options copy = *options_or_defaults(options);
  if (!copy.shell) copy.shell = CP_DEFAULT_SHELL;
  return copy;
}

static bool has_channel(const int *stdio) {
  for (; stdio && *stdio != CP_STDIO_END; stdio++)
    if (*stdio == CP_IPC) return true;
  return false;
}

int options_check_no_channel(const cp_options *options) {
  if (!has_channel(options->stdio)) return 0;
  return error_argument(-EINVAL, "ERR_IPC_SYNC_FORK", "the blocking calls can have no channel");
}

int options_check_channel(const cp_options *options) {
  if (!options->stdio || has_channel(options->stdio)) return 0;
  return error_argument(-EINVAL, "ERR_CHILD_PROCESS_IPC_REQUIRED",
                        "options.stdio of cp_fork() must have a CP_IPC");
}
