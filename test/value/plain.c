/* SPDX-License-Identifier: MIT */
/*
 * The quick look at a text that is as programs write it. What it takes must be JSON; what it does
 * not take is read with care, so that is no error.
 */
#include "run/run.h"
#include "value/json_plain.h"

#include <stdlib.h>
#include <string.h>

/* On a block of its own size, so that a look behind its end is seen. */
static bool is_plain(const char *json) {
  size_t length = strlen(json);
  char *copy = malloc(length + 1);
  memcpy(copy, json, length);
  bool result = json_is_plain(copy, length);
  free(copy);
  return result;
}

TEST(what_programs_write_is_plain) {
  static const char *const texts[] = {
    "0",
    "-0",
    "10",
    "-1.5e+10",
    "1E5",
    "0.10",
    "true",
    "false",
    "null",
    "\"\"",
    "\"a\\n\\u00e9\"",
    "\"\xc3\xa9\"",
    "[]",
    "{}",
    "[[]]",
    "[{}]",
    "{\"a\":{}}",
    "{\"a\":[]}",
    "[1,2]",
    "[[],{},[1]]",
    "{\"a\":1,\"b\":[true,null,{\"c\":\"d\"}],\"e\":-2}",
    "{\"\":\"\"}",
    "[\"]\",\"}\",\"\\\"\"]",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!is_plain(texts[i])) check_failed(__FILE__, __LINE__, "%s is plain", texts[i]);
}

TEST(what_is_no_json_is_not_plain) {
  static const char *const texts[] = {
    "",          " ",        "-",          "01",        "-01",        "1.",         ".5",
    "1e",        "1e+",      "+1",         "1.e5",      "1a",         "tru",        "truex",
    "nul",       "\"",       "\"a",        "\"\\",      "\"\\x\"",    "\"\\u00e\"", "\"\n\"",
    "\"\xff\"",  "[",        "]",          "[1",        "[1,",        "[1,]",       "[,1]",
    "[,]",       "[1 ,2]",   "[}",         "{]",        "{",          "}",          "{\"a\"",
    "{\"a\":",   "{\"a\":}", "{\"a\":1",   "{\"a\":1,", "{\"a\":1,}", "{1:2}",      "{\"a\" :1}",
    "{\"a\":1]", "[1}",      "{,}",        "{\"a\",1}", "[1]]",       "{}{}",       "1,2",
    "[[]",       "[]]",      "\"a\"\"b\"", "{\"a\":{}", "{\"a\":[}",  "[{]",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (is_plain(texts[i])) check_failed(__FILE__, __LINE__, "%s is not plain", texts[i]);
}

TEST(what_is_deeper_than_a_word_is_read_with_care) {
  char json[2 * 65 + 1] = { 0 };
  memset(json, '[', 64);
  memset(json + 64, ']', 64);
  CHECK(is_plain(json));
  memset(json, '[', 65);
  memset(json + 65, ']', 65);
  CHECK(!is_plain(json));
}
