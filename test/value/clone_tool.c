/* SPDX-License-Identifier: MIT */
/*
 * The program that clone_compare.js asks: `clone_tool v8|channel` reads frames from stdin (four
 * bytes of length in little-endian order, then a clone) and answers each by "-" and the error, or
 * by "+" and, each with its length before it: the clone of what was read; its JSON text, or "-" and
 * the error; the clone of a copy; and that of a tree which the constructors made of it, which is
 * empty where rebuild() makes none.
 *
 * run.sh compiles it as a program by naming its one function main.
 */
#include "value/clone_tool.h"

#include "value/clone.h"
#include "value/rebuild.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_FRAME = 1 << 26 };

static void append(struct buffer *out, const void *data, size_t length) {
  if (buffer_append(out, data, length) < 0) abort();
}

static void append_part(struct buffer *out, const char *data, size_t length) {
  uint32_t size = (uint32_t) length;
  append(out, &size, sizeof size);
  if (length > 0) append(out, data, length);
}

static void append_error(struct buffer *out) {
  append(out, "-", 1);
  append(out, cp_last_error()->message, strlen(cp_last_error()->message));
}

static void append_clone(struct buffer *out, const cp_value *value, enum clone_flavor flavor) {
  struct buffer clone = { 0 };
  if (value && clone_write(value, flavor, &clone) < 0) abort();
  append_part(out, clone.data, clone.length);
  buffer_done(&clone);
}

static void append_json(struct buffer *out, const cp_value *value) {
  struct buffer part = { 0 };
  char *json = cp_value_to_json(value);
  if (json)
    append(&part, json, strlen(json));
  else
    append_error(&part);
  append_part(out, part.data, part.length);
  buffer_done(&part);
  cp_free(json);
}

static void answer(const char *bytes, size_t length, enum clone_flavor flavor) {
  struct buffer out = { 0 };
  cp_value *value = clone_read(bytes, length, flavor);
  if (value) {
    cp_value *copy = cp_value_copy(value);
    cp_value *again = rebuild(value);
    append(&out, "+", 1);
    append_clone(&out, value, flavor);
    append_json(&out, value);
    cp_value_free(value);
    append_clone(&out, copy, flavor);
    append_clone(&out, again, flavor);
    cp_value_free(copy);
    cp_value_free(again);
  } else {
    append_error(&out);
  }
  uint32_t size = (uint32_t) out.length;
  (void) fwrite(&size, sizeof size, 1, stdout);
  (void) fwrite(out.data, 1, out.length, stdout);
  (void) fflush(stdout); /* so that the caller sees which one was too much */
  buffer_done(&out);
}

int clone_tool(int argc, char **argv) {
  bool is_channel = argc == 2 && !strcmp(argv[1], "channel");
  if (!is_channel && (argc != 2 || strcmp(argv[1], "v8") != 0)) {
    (void) fprintf(stderr, "usage: clone_tool v8|channel\n");
    return 2;
  }
  uint32_t size;
  while (fread(&size, sizeof size, 1, stdin) == 1) {
    char *data = size <= LARGEST_FRAME ? malloc(size + 1) : NULL;
    if (!data || fread(data, 1, size, stdin) != size) return 1;
    answer(data, size, is_channel ? CLONE_CHANNEL : CLONE_V8);
    free(data);
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
