/* SPDX-License-Identifier: MIT */
/*
 * Where a program may be, by execvp's rules: a name with a slash is a path; any other is looked
 * up in PATH, where an empty entry is the current folder. PATH is the child's, and so are
 * the folders: relative ones are taken after its chdir. Trying them is the child's work.
 */
#include "base/memory.h"
#include "plan/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

/* confstr(_CS_PATH) of glibc, which is what execvp takes without PATH. */
#define DEFAULT_PATH "/bin:/usr/bin"

static char *put(char *at, const char *bytes, size_t length) {
  return (char *) memcpy(at, bytes, length) + length;
}

/* No file can be there: no path is that long. A name that is too long itself is not the entry's
 * fault; the kernel says so. */
static bool is_too_long(size_t entry_length, size_t file_size) {
  return entry_length + 1 + file_size > PATH_MAX && file_size <= NAME_MAX + 1;
}

static int candidates_in(struct plan *plan, const char *path) {
  size_t file_size = strlen(plan->file) + 1;
  size_t entries = 1;
  for (const char *at = path; *at; at++)
    if (*at == ':') entries++;
  char *at = memory_new(strlen(path) + entries * (file_size + 1) + 1);
  if (!at) return -ENOMEM;
  plan->candidates = at;
  for (;;) {
    size_t length = strcspn(path, ":");
    if (length > 0 && !is_too_long(length, file_size)) {
      at = put(at, path, length);
      *at++ = '/';
    }
    if (!is_too_long(length, file_size)) at = put(at, plan->file, file_size);
    if (!path[length]) return 0; /* the block was zeroed: its end is there */
    path += length + 1;
  }
}

static int only_itself(struct plan *plan) {
  size_t size = strlen(plan->file) + 1;
  plan->candidates = memory_new(size + 1);
  if (!plan->candidates) return -ENOMEM;
  memcpy(plan->candidates, plan->file, size);
  return 0;
}

/* execvp runs a file that the kernel takes for no program by the shell: sh FILE ARGS. */
static int shell_args(struct plan *plan) {
  size_t count = 0;
  while (plan->args[count]) count++;
  plan->shell_args = memory_new_array(count + 2, sizeof *plan->shell_args);
  if (!plan->shell_args) return -ENOMEM;
  static char shell[] = "/bin/sh";
  plan->shell_args[0] = shell;
  for (size_t i = 1; i < count; i++) plan->shell_args[i + 1] = plan->args[i];
  return 0;
}

int plan_path(struct plan *plan) {
  int result;
  if (strchr(plan->file, '/')) {
    result = only_itself(plan);
  } else {
    const char *path = plan_getenv(plan, "PATH");
    result = candidates_in(plan, path ? path : DEFAULT_PATH);
  }
  return result < 0 ? result : shell_args(plan);
}
