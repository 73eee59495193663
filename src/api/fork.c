/* SPDX-License-Identifier: MIT */
/*
 * cp_fork(): a spawn with a channel. Which program runs the module, and with what.
 */
#include "api/options.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

/* Modules of these kinds are not programs by themselves. */
static bool is_for_node(const char *module) {
  static const char *const endings[] = { ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts" };
  const char *dot = strrchr(module, '.');
  for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
    if (!strcmp(dot, endings[i])) return true;
  return false;
}

static size_t count(const char *const *list) {
  size_t length = 0;
  while (list && list[length]) length++;
  return length;
}

/* exec_argv, the module, args: all after the program itself. */
static const char **arguments(const char *module, const char *const *args,
                              const cp_options *options) {
  size_t before = count(options->exec_argv), after = count(args);
  const char **list = memory_new_array(before + 1 + after + 1, sizeof *list);
  if (!list) {
    (void) error_no_memory();
    return NULL;
  }
  const char **end = list;
  for (size_t i = 0; i < before; i++) *end++ = options->exec_argv[i];
  *end++ = module;
  for (size_t i = 0; i < after; i++) *end++ = args[i];
  return list;
}

static int check(const char *module, const cp_options *options, bool has_program) {
  if (!module || !*module)
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "'module' is %s",
                          module ? "empty" : "NULL");
  if (options->shell)
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "options.shell with cp_fork()");
  if (options->exec_argv && !has_program)
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE",
                          "options.exec_argv: '%s' runs by itself", module);
  return options_check_channel(options);
}

cp_child *cp_fork(const char *module, const char *const *args, const cp_options *options) {
  static const int inherited[] = { CP_INHERIT, CP_INHERIT, CP_INHERIT, CP_IPC, CP_STDIO_END };
  static const int piped[] = { CP_PIPE, CP_PIPE, CP_PIPE, CP_IPC, CP_STDIO_END };
  cp_options spawned = *options_or_defaults(options);
  const char *program = spawned.exec_path;
  if (!program && module && is_for_node(module)) program = "node";
  if (check(module, &spawned, program != NULL) < 0) return NULL;
  if (!spawned.stdio) spawned.stdio = spawned.silent ? piped : inherited;
  if (!program) return cp_spawn(module, args, &spawned);
  const char **list = arguments(module, args, &spawned);
  if (!list) return NULL;
  cp_child *child = cp_spawn(program, list, &spawned);
  memory_free(list);
  return child;
}
