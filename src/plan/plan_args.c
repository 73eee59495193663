/* SPDX-License-Identifier: MIT */
/*
 * argv, in one block: the array, then the strings. A child keeps it for cp_spawn_args().
 */
#include "base/memory.h"
#include "plan/plan.h"

#include <errno.h>
#include <string.h>

#define SHELL "/bin/sh"

/* What argv is made of: `head`, then `tail`. Behind them in the block stands `file`, since
 * argv[0] may be another word. */
struct parts {
  const char *file;
  const char *head[3];
  int head_count;
  const char *const *tail; /* may be NULL */
};

static struct parts parts_of(const char *file, const char *const *args, const cp_options *options) {
  if (!options->shell) {
    const char *name = options->argv0 ? options->argv0 : file;
    return (struct parts){ file, { name }, 1, args };
  }
  const char *shell = *options->shell ? options->shell : SHELL;
  const char *name = options->argv0 ? options->argv0 : shell;
  return (struct parts){ shell, { name, "-c", file }, 3, NULL };
}

static char *put(char **at, const char *string) {
  size_t size = strlen(string) + 1;
  char *start = memcpy(*at, string, size);
  *at += size;
  return start;
}

int plan_args(struct plan *plan, const char *file, const char *const *args,
              const cp_options *options) {
  const struct parts parts = parts_of(file, args, options);
  size_t count = (size_t) parts.head_count;
  size_t bytes = strlen(parts.file) + 1;
  for (int i = 0; i < parts.head_count; i++) bytes += strlen(parts.head[i]) + 1;
  for (const char *const *arg = parts.tail; arg && *arg; arg++, count++) bytes += strlen(*arg) + 1;

  plan->args = memory_new((count + 1) * sizeof *plan->args + bytes);
  if (!plan->args) return -ENOMEM;
  plan->owned_args = plan->args;
  char **entry = plan->args;
  char *at = (char *) (plan->args + count + 1);
  plan->file = put(&at, parts.file);
  for (int i = 0; i < parts.head_count; i++) *entry++ = put(&at, parts.head[i]);
  for (const char *const *arg = parts.tail; arg && *arg; arg++) *entry++ = put(&at, *arg);
  return 0;
}
