/* SPDX-License-Identifier: MIT */
/*
 * From tokens to a tree. Nodes are made as their tokens come, and wait on a stack until their
 * container ends and takes the pointers to them. An open container stands on the stack below
 * its items, and remembers where those of the one around it begin.
 *
 * Strings and numbers stay where they are in the arena's copy of the text: a string is decoded
 * in its place, where it gets no longer, and its closing quote becomes its '\0'.
 */
#include "value/json.h"

#include "base/error.h"
#include "base/memory.h"
#include "value/arena.h"
#include "value/json_scan.h"
#include "value/members.h"
#include "value/stack.h"
#include "value/utf8.h"

#include <errno.h>
#include <string.h>

enum { NEAR_STACK = 128 };

struct reader {
  struct arena arena;
  struct cp_value **stack;
  size_t top;
  size_t room;
  size_t first; /* where the items of the open container begin */
  struct cp_value *near_stack[NEAR_STACK];
  struct json_scan scan;
};

static int grow_stack(struct reader *reader) {
  void *larger =
      stack_grow(reader->stack, reader->near_stack, &reader->room, sizeof *reader->stack);
  if (!larger) return -ENOMEM;
  reader->stack = larger;
  return 0;
}

/* A new node on top of the stack; the first is the root. */
static struct cp_value *push_node(struct reader *reader, cp_value_type type) {
  if (reader->top == reader->room && grow_stack(reader) < 0) return NULL;
  struct cp_value *node =
      reader->top == 0 ? &reader->arena.root->value : arena_take(&reader->arena, sizeof *node);
  if (!node) return NULL;
  node->type = (unsigned char) type;
  reader->stack[reader->top++] = node;
  return node;
}

/* ---- strings ---- */

/* The character of an escape that is not \u. */
static char escaped_char(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

/* From a backslash on; two escapes of a pair are one character. */
static const char *decode_escape(const char *at, const char *end, char **to) {
  if (at[1] != 'u') {
    *(*to)++ = escaped_char(at[1]);
    return at + 2;
  }
  uint32_t code = (uint32_t) json_hex4(at + 2, end);
  at += 6;
  if (code >= 0xd800 && code < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
    uint32_t low = (uint32_t) json_hex4(at + 2, end);
    if (low >= 0xdc00 && low < 0xe000) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      at += 6;
    }
  }
  *to = utf8_write(*to, code);
  return at;
}

/* `to` may be where `at` is: without wrong bytes nothing gets longer. Returns the end. */
static char *decode_string(const char *at, const char *end, char *to) {
  while (at < end) {
    if (*at == '\\') {
      at = decode_escape(at, end, &to);
      continue;
    }
    const char *from = at;
    at = text_kept_end(at, end);
    size_t length = (size_t) (at - from);
    if (length == 0) {
      (void) utf8_is_character(at, end, &length);
      at += length;
      from = UTF8_REPLACEMENT;
      length = UTF8_REPLACEMENT_LENGTH;
    }
    memmove(to, from, length);
    to += length;
  }
  return to;
}

static int read_string(struct reader *reader) {
  struct cp_value *node = push_node(reader, CP_VALUE_STRING);
  if (!node) return -ENOMEM;
  const struct json_scan *scan = &reader->scan;
  char *text = (char *) (uintptr_t) scan->text; /* in our copy */
  char *end = text + scan->length;
  if (scan->has_wrong_bytes) {
    text = arena_take(&reader->arena, scan->length * UTF8_REPLACEMENT_LENGTH + 1);
    if (!text) return -ENOMEM;
  }
  if (scan->has_escapes || scan->has_wrong_bytes)
    end = decode_string(scan->text, scan->text + scan->length, text);
  *end = '\0';
  node->as.text = text;
  node->count = (size_t) (end - text);
  return 0;
}

/* ---- containers ---- */

static int open_container(struct reader *reader, cp_value_type type) {
  struct cp_value *node = push_node(reader, type);
  if (!node) return -ENOMEM;
  node->as.outer = reader->first;
  reader->first = reader->top;
  return 0;
}

static struct items *take_items(struct reader *reader, size_t pointers) {
  struct items *items =
      arena_take_raw(&reader->arena, sizeof(struct items) + pointers * sizeof(struct cp_value *));
  return items ? memset(items, 0, sizeof *items) : NULL;
}

static int close_array(struct reader *reader, struct cp_value *array, size_t count) {
  struct items *items = take_items(reader, count);
  if (!items) return -ENOMEM;
  memcpy(items->at, reader->stack + reader->first, count * sizeof *items->at);
  array->as.items = items;
  array->count = count;
  return 0;
}

static int close_object(struct reader *reader, struct cp_value *object, size_t count) {
  if (count > MEMBERS_MOST) return error_no_memory();
  struct items *items = take_items(reader, 2 * count);
  if (!items) return -ENOMEM;
  if (count > MEMBERS_WITHOUT_INDEX) {
    void *memory = arena_take(&reader->arena, index_size(count));
    if (!memory) return -ENOMEM;
    items->index = index_begin(memory, count, members_stride(object));
  }
  object->as.items = items;
  members_collect(object, items, reader->stack + reader->first, count);
  return 0;
}

static int close_container(struct reader *reader) {
  struct cp_value *node = reader->stack[reader->first - 1];
  size_t outer = node->as.outer, count = reader->top - reader->first;
  node->as.items = NULL;
  int result = 0;
  if (count > 0)
    result = node->type == CP_VALUE_ARRAY ? close_array(reader, node, count)
                                          : close_object(reader, node, count / 2);
  reader->top = reader->first;
  reader->first = outer;
  return result;
}

/* ---- the whole ---- */

static int read_bool(struct reader *reader, bool boolean) {
  struct cp_value *node = push_node(reader, CP_VALUE_BOOL);
  if (!node) return -ENOMEM;
  node->as.boolean = boolean;
  return 0;
}

static int read_number(struct reader *reader) {
  struct cp_value *node = push_node(reader, CP_VALUE_NUMBER);
  if (!node) return -ENOMEM;
  node->has_digits = true;
  node->as.text = reader->scan.text;
  node->count = reader->scan.length;
  return 0;
}

static int read_token(struct reader *reader, enum json_token token) {
  switch (token) {
    case JSON_NULL:
      return push_node(reader, CP_VALUE_NULL) ? 0 : -ENOMEM;
    case JSON_TRUE:
    case JSON_FALSE:
      return read_bool(reader, token == JSON_TRUE);
    case JSON_NUMBER:
      return read_number(reader);
    case JSON_STRING:
    case JSON_KEY:
      return read_string(reader);
    case JSON_ARRAY:
      return open_container(reader, CP_VALUE_ARRAY);
    case JSON_OBJECT:
      return open_container(reader, CP_VALUE_OBJECT);
    case JSON_CLOSE:
      return close_container(reader);
    default:
      return json_explain(&reader->scan);
  }
}

static int read_all(struct reader *reader) {
  for (;;) {
    enum json_token token = json_next(&reader->scan);
    if (token == JSON_END) return 0;
    int result = read_token(reader, token);
    if (result < 0) return result;
  }
}

struct cp_value *json_read(const char *json, size_t length) {
  struct reader reader;
  char *text;
  if (length == SIZE_MAX) {
    (void) error_no_memory();
    return NULL;
  }
  if (arena_begin(&reader.arena, length + 1, &text) < 0) return NULL;
  if (length > 0) memcpy(text, json, length); /* a '\0' is behind it */
  json_scan_init(&reader.scan, text, length);
  reader.stack = reader.near_stack;
  reader.room = NEAR_STACK;
  reader.top = reader.first = 0;

  int result = read_all(&reader);
  stack_done(reader.stack, reader.near_stack);
  if (result == 0) return &reader.arena.root->value;
  arena_free(reader.arena.root);
  return NULL;
}
