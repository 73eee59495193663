/* SPDX-License-Identifier: MIT */
/*
 * What `child` says for itself, always on stderr and always behind its name: everything else
 * on stderr is the child's.
 */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "output.h"

__attribute__((format(printf, 1, 0))) static void write_message(const char *format,
                                                                va_list values) {
  char *text = NULL;
  char *line = NULL;
  if (vasprintf(&text, format, values) < 0) {
    return; /* no memory; the exit code still tells */
  }
  int length = asprintf(&line, "child: %s\n", text);
  free(text);
  if (length >= 0) {
    (void) output_all(STDERR_FILENO, line, (size_t) length);
    free(line);
  }
}

void message(const char *format, ...) {
  va_list values;
  va_start(values, format);
  write_message(format, values);
  va_end(values);
}

int message_hint(const char *command) {
  char hint[80];
  int length = snprintf(hint, sizeof hint, "Try 'child %s%s--help'.\n", command ? command : "",
                        command ? " " : "");
  (void) output_all(STDERR_FILENO, hint, (size_t) length);
  return EXIT_OUR_FAILURE;
}

int message_usage(const char *command, const char *format, ...) {
  va_list values;
  va_start(values, format);
  write_message(format, values);
  va_end(values);
  return message_hint(command);
}
