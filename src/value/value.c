/* SPDX-License-Identifier: MIT */
/*
 * The life of a value: made, copied, freed, turned from text and into text. Trees are walked along
 * lists that run through the values themselves, so that their depth costs nothing.
 */
#include "value/value.h"

#include "base/error.h"
#include "base/memory.h"
#include "value/arena.h"
#include "value/json.h"
#include "value/members.h"

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

struct cp_value *value_new_text(const char *text, size_t length) {
  struct cp_value *string = value_new(CP_VALUE_STRING, length + 1);
  if (!string) return NULL;
  string->as.text = memcpy(root_of(string) + 1, text, length);
  string->count = length;
  return string;
}

cp_value *cp_value_new_null(void) {
  return value_new(CP_VALUE_NULL, 0);
}

cp_value *cp_value_new_bool(bool boolean) {
  cp_value *value = value_new(CP_VALUE_BOOL, 0);
  if (value) value->as.boolean = boolean;
  return value;
}

cp_value *cp_value_new_number(double number) {
  cp_value *value = value_new(CP_VALUE_NUMBER, 0);
  if (value) value->as.number = number;
  return value;
}

cp_value *cp_value_new_string(const char *text) {
  if (text) return value_new_text(text, strlen(text));
  (void) error_argument(-EINVAL, BAD_VALUE, "'text' is NULL");
  return NULL;
}

cp_value *cp_value_new_array(void) {
  return value_new(CP_VALUE_ARRAY, 0);
}

cp_value *cp_value_new_object(void) {
  return value_new(CP_VALUE_OBJECT, 0);
}

/* ---- freed ---- */

/* Puts the items that are roots onto the list that runs through their parents' place. */
static void release_items(struct cp_value *container, struct cp_value **list) {
  struct items *items = container->as.items;
  size_t count = value_pointers(container, container->count);
  for (size_t i = 0; i < count; i++) {
    struct cp_value *item = items->at[i];
    if (!item->is_root) continue;
    root_of(item)->parent = *list;
    *list = item;
  }
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

/* ---- copied ---- */

static int copy_text(struct arena *arena, struct cp_value *copy) {
  char *text = arena_take(arena, copy->count + 1); /* zeroed: a '\0' ends digits, too */
  if (!text) return -ENOMEM;
  copy->as.text = memcpy(text, copy->as.text, copy->count);
  return 0;
}

static struct index *copy_index(struct arena *arena, const struct cp_value *object) {
  void *memory = arena_take(arena, index_size(object->count));
  return memory ? index_begin(memory, object->count) : NULL;
}

/* The items are the original's still; the container goes onto the list, to get its own. */
static int copy_items(struct arena *arena, struct cp_value *copy, struct cp_value **list) {
  const struct items *from = copy->as.items;
  size_t pointers = value_pointers(copy, copy->count);
  struct items *items = arena_take(arena, sizeof *items + pointers * sizeof *items->at);
  if (!items) return -ENOMEM;
  memcpy(items->at, from->at, pointers * sizeof *items->at);
  if (from->index) {
    items->index = copy_index(arena, copy);
    if (!items->index) return -ENOMEM;
  }
  items->next = *list;
  copy->as.items = items;
  *list = copy;
  return 0;
}

/* Makes `copy` one of `value`, but for what a container holds. */
static int copy_node(struct arena *arena, const struct cp_value *value, struct cp_value *copy,
                     struct cp_value **list) {
  bool is_root = copy->is_root;
  *copy = *value;
  copy->is_root = is_root;
  copy->has_own_items = false;
  if (value->type == CP_VALUE_STRING || value->has_digits) return copy_text(arena, copy);
  if (!value_is_container(value)) return 0;
  if (value->count > 0) return copy_items(arena, copy, list);
  copy->as.items = NULL;
  return 0;
}

static int copy_members(struct arena *arena, struct cp_value *container, struct cp_value **list) {
  struct items *items = container->as.items;
  size_t pointers = value_pointers(container, container->count);
  for (size_t i = 0; i < pointers; i++) {
    struct cp_value *copy = arena_take(arena, sizeof *copy);
    if (!copy || copy_node(arena, items->at[i], copy, list) < 0) return -ENOMEM;
    items->at[i] = copy;
  }
  for (size_t i = 0; items->index && i < container->count; i++) index_add(items, i);
  return 0;
}

cp_value *cp_value_copy(const cp_value *value) {
  struct arena arena;
  if (!value || arena_begin(&arena, 0, NULL) < 0) return NULL;
  struct cp_value *list = NULL;
  int result = copy_node(&arena, value, &arena.root->value, &list);
  while (list && result == 0) {
    struct cp_value *container = list;
    list = container->as.items->next;
    container->as.items->next = NULL;
    result = copy_members(&arena, container, &list);
  }
  if (result == 0) return &arena.root->value;
  arena_free(arena.root);
  return NULL;
}

/* ---- text ---- */

cp_value *cp_value_parse(const char *json, size_t length) {
  if (json) return json_read(json, length);
  (void) error_argument(-EINVAL, BAD_VALUE, "'json' is NULL");
  return NULL;
}

/* What was written is handed out as it is, unless it lies in pages of its own. */
static char *text_of(struct buffer *buffer) {
  buffer->data[buffer->length] = '\0';
  if (!buffer->is_mapped) return buffer->data;
  char *text = memory_new(buffer->length + 1);
  if (text)
    memcpy(text, buffer->data, buffer->length);
  else
    (void) error_no_memory();
  buffer_done(buffer);
  return text;
}

char *cp_value_to_json(const cp_value *value) {
  struct buffer buffer = { 0 };
  if (!value) return NULL;
  if (json_write_value(value, &buffer) == 0) return text_of(&buffer);
  buffer_done(&buffer);
  return NULL;
}
