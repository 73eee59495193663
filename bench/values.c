/* SPDX-License-Identifier: MIT */
/*
 * Values in memory, by the library, beside V8's own of values.mjs.
 *
 *     values SCENARIO AMOUNT CHILDREN [size=BYTES] [object=1] [advanced=1] [buffer=1]
 *
 *     json     a text of 43 bytes to values, and back            AMOUNT milliseconds
 *     encode   a value to its structured clone                   AMOUNT milliseconds
 *     decode   a structured clone to a value                     AMOUNT milliseconds
 *
 * A value of 43 bytes is an object of three members; a larger one a string, an object of many
 * members if `object`, a Buffer if `advanced`, an ArrayBuffer if `buffer`.
 */
#include "child_process.h"
#include "messages.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL_VALUE = 43 };

static const char text[] = "{\"id\":1234567,\"type\":\"done\",\"values\":[1,2]}";
_Static_assert(sizeof text == SMALL_VALUE + 1, "what is said of it");

/* As many as take some tens of microseconds at least, so that the clock costs nothing. */
static int times(void) {
  enum { BYTES = 100000 };
  return request.size < BYTES / 1000 ? 1000 : 1 + BYTES / (int) request.size;
}

static void run_json(void) {
  while (another()) {
    for (int i = 0; i < times(); i++) {
      cp_value *value = cp_value_parse(text, sizeof text - 1);
      char *json = cp_value_to_json(value);
      if (!json || strcmp(json, text) != 0) fail("%s became %s", text, json ? json : "nothing");
      cp_free(json);
      cp_value_free(value);
    }
  }
  finish_blocks(times());
}

/* ---- structured clone ---- */

static cp_value *make_value(void) {
  cp_value *value;
  if (request.size == SMALL_VALUE) {
    value = cp_value_parse(text, sizeof text - 1);
  } else if (request.is_object) {
    value = object_of_many();
  } else if (request.is_advanced || request.is_buffer) {
    value = buffer_of_many();
  } else {
    char *json = long_text();
    value = cp_value_parse(json, (size_t) request.size);
    free(json);
  }
  if (!value) fail("%s", cp_last_error()->message);
  return value;
}

/* Of the value: what it has, by one look. */
static size_t measure(const cp_value *value) {
  if (cp_value_get_type(value) == CP_VALUE_OBJECT) return cp_value_count(value);
  return cp_value_as_bytes(value).length;
}

static void run_encode(void) {
  cp_value *value = make_value();
  size_t length, expected;
  cp_free(cp_value_to_clone(value, &expected));
  while (another()) {
    for (int i = 0; i < times(); i++) {
      void *clone = cp_value_to_clone(value, &length);
      if (!clone || length != expected) fail("a clone of %zu bytes", length);
      cp_free(clone);
    }
  }
  finish_blocks(times());
}

static void run_decode(void) {
  cp_value *value = make_value();
  size_t length, expected = measure(value);
  void *clone = cp_value_to_clone(value, &length);
  if (!clone) fail("%s", cp_last_error()->message);
  while (another()) {
    for (int i = 0; i < times(); i++) {
      cp_value *copy = cp_value_from_clone(clone, length);
      if (measure(copy) != expected) fail("a value of %zu", measure(copy));
      cp_value_free(copy);
    }
  }
  finish_blocks(times());
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "json", run_json },
    { "encode", run_encode },
    { "decode", run_decode },
    { 0 },
  };
  return bench_main(argc, argv, scenarios, NULL);
}
