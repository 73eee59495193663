/* SPDX-License-Identifier: MIT */
/*
 * What happens when a CHECK does not hold. Reports go to a copy of standard error with a high
 * number, since tests close and replace 0, 1 and 2.
 */
#include "internal.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int report_fd = 2;
static size_t noted;

void report_open(void) {
  int fd = fcntl(2, F_DUPFD_CLOEXEC, 900);
  if (fd >= 0) report_fd = fd;
}

static size_t report_list(const char *format, va_list arguments) {
  char text[4096];
  int length = vsnprintf(text, sizeof text, format, arguments);
  if (length < 0) return 0;
  size_t size = (size_t) length < sizeof text ? (size_t) length : sizeof text - 1;
  if (write(report_fd, text, size) < 0) _exit(TEST_FAILED);
  return size;
}

void report(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void) report_list(format, arguments);
  va_end(arguments);
}

void check_failed(const char *file, int line, const char *format, ...) {
  va_list arguments;
  report("  %s:%d: ", file, line);
  va_start(arguments, format);
  (void) report_list(format, arguments);
  va_end(arguments);
  report("\n");
  _exit(TEST_FAILED);
}

void check_true(const char *file, int line, const char *what, bool holds) {
  if (!holds) check_failed(file, line, "%s does not hold", what);
}

void check_int(const char *file, int line, const char *what, long long actual, long long expected) {
  if (actual != expected) {
    check_failed(file, line, "%s: is %lld, expected %lld", what, actual, expected);
  }
}

static const char *shown(const char *text) {
  return text ? text : "(NULL)";
}

void check_str(const char *file, int line, const char *what, const char *actual,
               const char *expected) {
  bool same = actual && expected ? strcmp(actual, expected) == 0 : actual == expected;
  if (!same) {
    check_failed(file, line, "%s:\n    is       \"%s\"\n    expected \"%s\"", what, shown(actual),
                 shown(expected));
  }
}

void check_has(const char *file, int line, const char *what, const char *text, const char *part) {
  if (!text || !strstr(text, part)) {
    check_failed(file, line, "%s:\n    text \"%s\"\n    part \"%s\"", what, shown(text), part);
  }
}

void check_mem(const char *file, int line, const char *what, const void *actual,
               size_t actual_length, const void *expected, size_t expected_length) {
  const unsigned char *a = actual;
  const unsigned char *b = expected;
  size_t common = actual_length < expected_length ? actual_length : expected_length;
  for (size_t i = 0; i < common; i++) {
    if (a[i] != b[i]) {
      check_failed(file, line, "%s: byte %zu is 0x%02x, expected 0x%02x", what, i, a[i], b[i]);
    }
  }
  if (actual_length != expected_length) {
    check_failed(file, line, "%s: %zu bytes, expected %zu", what, actual_length, expected_length);
  }
}

void test_note(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  noted += report_list(format, arguments);
  va_end(arguments);
}

size_t report_noted(void) {
  return noted;
}

void test_skip(const char *why) {
  report("  %s\n", why);
  _exit(TEST_SKIPPED);
}
