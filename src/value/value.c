/* SPDX-License-Identifier: MIT */
/*
 * The life of a value: made, freed, turned from text and into text. Trees are walked along
 * lists that run through the values themselves, so that their depth costs nothing.
 */
#include "value/value.h"

#include "base/error.h"
#include "base/memory.h"
#include "value/arena.h"
#include "value/clone.h"
#include "value/json.h"

#include <errno.h>
#include <string.h>

#define BAD_VALUE "ERR_INVALID_ARG_VALUE"

/* ---- made ---- */

struct cp_value *value_new(cp_value_type type, size_t extra_bytes) {
  struct root *root =
      extra_bytes < SIZE_MAX - sizeof *root ? memory_new(sizeof *root + extra_bytes) : NULL;
  if (!root) {
    (void) error_no_memory();
    return NULL;
  }
  root->value.type = (unsigned char) type;
  root->value.is_root = true;
  return &root->value;
}

struct cp_value *value_new_bytes(cp_value_type type, const void *bytes, size_t length) {
  struct cp_value *value = length < SIZE_MAX ? value_new(type, length + 1) : NULL;
  if (!value) return NULL;
  char *copy = (char *) (root_of(value) + 1);
  if (bytes && length > 0) memcpy(copy, bytes, length);
  value->as.text = copy;
  value->count = length;
  return value;
}

struct cp_value *value_constant(cp_value_type type) {
  static struct cp_value constants[] = {
    [CP_VALUE_NULL] = { .type = CP_VALUE_NULL, .is_constant = true },
    [CP_VALUE_BOOL] = { .type = CP_VALUE_BOOL, .is_constant = true },
    [CP_VALUE_UNDEFINED] = { .type = CP_VALUE_UNDEFINED, .is_constant = true },
    [CP_VALUE_HOLE] = { .type = CP_VALUE_HOLE, .is_constant = true },
  };
  return &constants[type];
}

struct cp_value *value_constant_true(void) {
  static struct cp_value constant = { .type = CP_VALUE_BOOL,
                                      .is_constant = true,
                                      .as.boolean = true };
  return &constant;
}

/* ---- freed ---- */

static void enlist(struct cp_value *value, struct cp_value **list) {
  if (!value->is_root) return;
  root_of(value)->parent = *list;
  *list = value;
}

/* What was replaced, and stayed. */
static void release_kept(struct cp_value *container, struct cp_value **list) {
  for (struct cp_value *value = container->as.items->kept, *next; value && value != container;
       value = next) {
    next = root_of(value)->parent;
    enlist(value, list);
  }
}

/* Puts the items that are roots onto the list that runs through their parents' place. */
static void release_items(struct cp_value *container, struct cp_value **list) {
  struct items *items = container->as.items;
  size_t count = value_pointers(container);
  if (container->type != CP_VALUE_ARRAY) release_kept(container, list);
  for (size_t i = 0; i < count; i++) enlist(items->at[i], list);
  memory_free(items->index);
  memory_free(items);
}

void cp_value_free(cp_value *value) {
  if (!value || !value->is_root || root_of(value)->parent) return;
  for (struct cp_value *list = value; list;) {
    value = list;
    list = root_of(value)->parent;
    if (value->has_own_items) release_items(value, &list);
    arena_free(root_of(value));
  }
}

void cp_free(void *memory) {
  memory_free(memory);
}

/* ---- text and bytes ---- */

cp_value *cp_value_parse(const char *json, size_t length) {
  if (json) return json_read(json, length);
  (void) error_argument(-EINVAL, BAD_VALUE, "'json' is NULL");
  return NULL;
}

cp_value *cp_value_from_clone(const void *clone, size_t length) {
  if (clone) return clone_read(clone, length, CLONE_V8);
  (void) error_argument(-EINVAL, BAD_VALUE, "'clone' is NULL");
  return NULL;
}

/* A buffer that is likely to do, so that what was written need not be moved. Much of a value is
 * mostly one long text, or one piece of bytes. */
static int begin_text(struct buffer *buffer, const cp_value *value) {
  enum { HEAD = 64, USUAL = 1024 };
  size_t length = value_is_one_of(value, VALUES_WITH_BYTES) ? value->count : 0;
  size_t capacity = length < SIZE_MAX - HEAD ? length + HEAD : length;
  if (capacity < USUAL) capacity = USUAL;
  buffer->data = memory_new_raw(capacity);
  buffer->capacity = capacity;
  return buffer->data ? 0 : error_no_memory();
}

/* What was written is handed out as it is, unless it lies in pages of its own. */
static char *text_of(struct buffer *buffer) {
  buffer->data[buffer->length] = '\0';
  if (!buffer->is_mapped) return buffer->data;
  char *text = memory_new_raw(buffer->length + 1);
  if (text)
    memcpy(text, buffer->data, buffer->length + 1);
  else
    (void) error_no_memory();
  buffer_done(buffer);
  return text;
}

char *cp_value_to_json(const cp_value *value) {
  struct buffer buffer = { 0 };
  if (!value || begin_text(&buffer, value) < 0) return NULL;
  if (json_write_value(value, &buffer) == 0) return text_of(&buffer);
  buffer_done(&buffer);
  return NULL;
}

void *cp_value_to_clone(const cp_value *value, size_t *ret_length) {
  struct buffer buffer = { 0 };
  if (!value || begin_text(&buffer, value) < 0) return NULL;
  if (clone_write(value, CLONE_V8, &buffer) < 0) {
    buffer_done(&buffer);
    return NULL;
  }
  size_t length = buffer.length;
  void *bytes = text_of(&buffer);
  if (bytes && ret_length) *ret_length = length;
  return bytes;
}
