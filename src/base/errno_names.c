/* SPDX-License-Identifier: MIT */
/*
 * Names of error numbers. libuv's own list serves, so that the names are its and Node's; its
 * header is enough for that. uv_err_name() would need libuv, and allocates for unknown ones. What
 * a child may end or fail with, and that list has not, is added.
 */
#include "base/errno_names.h"

#include <errno.h>
#include <uv.h>

#define NAME_CASE(code, text) \
  case UV_##code: \
    return #code;
#define TEXT_CASE(code, text) \
  case UV_##code: \
    return text;

static const struct more {
  int number;
  const char *name;
  const char *text;
} more[] = {
  { -ECHILD, "ECHILD", "no child processes" },
  { -ELIBBAD, "ELIBBAD", "corrupted shared library" },
  { -ENOEXEC, "ENOEXEC", "exec format error" },
  { -ESTALE, "ESTALE", "stale file handle" },
  { 0, "UNKNOWN", "unknown error" },
};

static const struct more *more_of(int number) {
  const struct more *entry = more;
  while (entry->number && entry->number != number) entry++;
  return entry;
}

const char *errno_name(int number) {
  switch (number) { UV_ERRNO_MAP(NAME_CASE) }
  return more_of(number)->name;
}

const char *errno_text(int number) {
  switch (number) { UV_ERRNO_MAP(TEXT_CASE) }
  return more_of(number)->text;
}
