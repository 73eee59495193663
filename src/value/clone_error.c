/* SPDX-License-Identifier: MIT */
#include "value/clone_error.h"

#include <string.h>

static struct {
  char letter;
  struct cp_value name;
} classes[] = {
  { 'E', VALUE_TEXT("EvalError") },  { 'F', VALUE_TEXT("ReferenceError") },
  { 'R', VALUE_TEXT("RangeError") }, { 'S', VALUE_TEXT("SyntaxError") },
  { 'T', VALUE_TEXT("TypeError") },  { 'U', VALUE_TEXT("URIError") },
};

enum { CLASS_COUNT = sizeof classes / sizeof *classes };

struct cp_value *clone_error_name(uint32_t letter) {
  for (size_t i = 0; i < CLASS_COUNT; i++)
    if ((uint32_t) classes[i].letter == letter) return &classes[i].name;
  return NULL;
}

char clone_error_letter(const char *name) {
  for (size_t i = 0; i < CLASS_COUNT; i++)
    if (strcmp(classes[i].name.as.text, name) == 0) return classes[i].letter;
  return 0;
}
