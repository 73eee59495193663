/* SPDX-License-Identifier: MIT */
/*
 * The program that run.sh compares with node: `json_tool MODE` reads frames from stdin (four
 * bytes of length in little-endian order, then so many bytes) and answers each by a frame.
 *   text     a JSON text -> "+" and the text of its tree, of a copy and of the compact text,
 *            each ended by a line break; or "-" and the error
 *   number   a JSON text of one number -> the eight bytes of its double
 *   double   eight bytes -> the text of that double
 *   string   bytes of a string that ends at the first '\0' -> its JSON text
 * run.sh compiles it as a program by naming its one function main.
 */
#include "value/json_tool.h"

#include "value/json.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FRAME = 1 << 26 };

static void answer(const void *data, size_t length) {
  uint32_t size = (uint32_t) length;
  (void) fwrite(&size, sizeof size, 1, stdout);
  (void) fwrite(data, 1, length, stdout);
}

static void refuse(void) {
  char text[1024];
  const cp_error *error = cp_last_error();
  int length = snprintf(text, sizeof text, "-%s", error ? error->message : "no error is set");
  answer(text, (size_t) length);
}

static void append_line(struct buffer *out, const char *text, size_t length) {
  if (buffer_append(out, text, length) < 0 || buffer_append(out, "\n", 1) < 0) abort();
}

static void append_value(struct buffer *out, const cp_value *value) {
  char *json = cp_value_to_json(value);
  if (!json) abort();
  append_line(out, json, strlen(json));
  cp_free(json);
}

/* The reader and the checker must be of one mind. */
static void answer_text(const char *text, size_t length) {
  struct buffer out = { 0 }, compact = { 0 };
  cp_value *value = cp_value_parse(text, length);
  int result = json_check_and_compact(text, length, &compact);
  if ((result == 0) != (value != NULL)) abort();
  if (!value) {
    refuse();
  } else {
    cp_value *copy = cp_value_copy(value);
    if (buffer_append(&out, "+", 1) < 0) abort();
    append_value(&out, value);
    cp_value_free(value);
    append_value(&out, copy);
    cp_value_free(copy);
    append_line(&out, compact.data, compact.length);
    answer(out.data, out.length);
  }
  buffer_done(&out);
  buffer_done(&compact);
}

static void answer_number(const char *text, size_t length) {
  cp_value *value = cp_value_parse(text, length);
  double number = cp_value_as_number(value, 0);
  if (value)
    answer(&number, sizeof number);
  else
    refuse();
  cp_value_free(value);
}

static void answer_value(cp_value *value) {
  char *json = cp_value_to_json(value);
  if (json)
    answer(json, strlen(json));
  else
    refuse();
  cp_free(json);
  cp_value_free(value);
}

static void answer_double(const char *bytes, size_t length) {
  double number = 0;
  if (length != sizeof number) abort();
  memcpy(&number, bytes, sizeof number);
  answer_value(cp_value_new_number(number));
}

static void answer_string(const char *text, size_t length) {
  (void) length; /* what is read is ended by a '\0' */
  answer_value(cp_value_new_string(text));
}

int json_tool(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*answer)(const char *data, size_t length);
  } modes[] = { { "text", answer_text },
                { "number", answer_number },
                { "double", answer_double },
                { "string", answer_string } };
  (void) setlocale(LC_ALL, ""); /* which must not matter */
  for (size_t i = 0; argc == 2 && i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(argv[1], modes[i].name) != 0) continue;
    uint32_t size;
    while (fread(&size, sizeof size, 1, stdin) == 1) {
      char *data = size <= LARGEST_FRAME ? malloc(size + 1) : NULL;
      if (!data || fread(data, 1, size, stdin) != size) return 1;
      data[size] = '\0';
      modes[i].answer(data, size);
      free(data);
    }
    return fflush(stdout) == 0 ? 0 : 1;
  }
  (void) fprintf(stderr, "usage: json_tool text|number|double|string\n");
  return 2;
}
