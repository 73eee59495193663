/* SPDX-License-Identifier: MIT */
/*
 * cp_error objects are one block each: the struct, its list, its strings. The last error of a
 * thread needs no memory at all, so that it can tell of having none.
 */
#include "base/error.h"

#include "base/errno_names.h"
#include "base/memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local struct {
  cp_error error;
  char message[ERROR_MESSAGE_SIZE];
} last;

const cp_error *cp_last_error(void) {
  return last.error.message ? &last.error : NULL;
}

static void set_last(int number, const char *code, const char *name) {
  last.error = (cp_error){ .number = number, .code = code, .name = name, .message = last.message };
}

int error_argument(int number, const char *code, const char *format, ...) {
  va_list list;
  va_start(list, format);
  (void) vsnprintf(last.message, sizeof last.message, format, list);
  va_end(list);
  set_last(number, code, "TypeError");
  return number;
}

int error_system(int number, const char *what) {
  (void) snprintf(last.message, sizeof last.message, "%s %s", what, errno_name(number));
  set_last(number, errno_name(number), "Error");
  last.error.syscall = what;
  return number;
}

int error_no_memory(void) {
  (void) snprintf(last.message, sizeof last.message, "%s", errno_text(-ENOMEM));
  set_last(-ENOMEM, errno_name(-ENOMEM), "Error");
  return -ENOMEM;
}

/* ---- copies ---- */

static size_t string_size(const char *string) {
  return string ? strlen(string) + 1 : 0;
}

static const char *put_string(char **at, const char *string) {
  if (!string) return NULL;
  size_t size = string_size(string);
  char *start = memcpy(*at, string, size);
  *at += size;
  return start;
}

cp_error *cp_error_copy(const cp_error *error) {
  if (!error) return NULL;
  size_t count = 0;
  size_t bytes = string_size(error->code) + string_size(error->name) + string_size(error->message) +
                 string_size(error->syscall) + string_size(error->step) + string_size(error->path) +
                 string_size(error->command);
  for (; error->spawn_args && error->spawn_args[count]; count++)
    bytes += string_size(error->spawn_args[count]);

  struct {
    cp_error error;
    const char *list[];
  } *block = memory_new(sizeof *block + (count + 1) * sizeof *block->list + bytes);
  if (!block) {
    (void) error_no_memory();
    return NULL;
  }
  char *at = (char *) (block->list + count + 1);
  block->error = (cp_error){
    .number = error->number,
    .code = put_string(&at, error->code),
    .name = put_string(&at, error->name),
    .message = put_string(&at, error->message),
    .syscall = put_string(&at, error->syscall),
    .step = put_string(&at, error->step),
    .path = put_string(&at, error->path),
    .spawn_args = error->spawn_args ? block->list : NULL,
    .command = put_string(&at, error->command),
    .exit_code = error->exit_code,
    .signal = error->signal,
    .killed = error->killed,
  };
  for (size_t i = 0; i < count; i++) block->list[i] = put_string(&at, error->spawn_args[i]);
  return &block->error;
}

void cp_error_free(cp_error *error) {
  memory_free(error);
}
