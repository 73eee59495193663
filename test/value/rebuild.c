/* SPDX-License-Identifier: MIT */
#include "value/rebuild.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What was made of each object. Trees in tests are small. */
struct made {
  const cp_value *from;
  cp_value *to;
};

struct rebuilding {
  struct made *made;
  size_t count;
  size_t room;
  bool is_impossible;
};

enum { MOST_ITEMS = 1 << 16 };

static cp_value *find(const struct rebuilding *all, const cp_value *from) {
  for (size_t i = 0; i < all->count; i++)
    if (all->made[i].from == from) return all->made[i].to;
  return NULL;
}

static void remember(struct rebuilding *all, const cp_value *from, cp_value *to) {
  if (all->count == all->room) {
    all->room = all->room ? 2 * all->room : 64;
    all->made = realloc(all->made, all->room * sizeof *all->made);
    if (!all->made) abort();
  }
  all->made[all->count++] = (struct made){ from, to };
}

static cp_value *string_of(const cp_value *value) {
  cp_bytes text = cp_value_as_bytes(value);
  return cp_value_new_string_n(text.data, text.length);
}

static cp_value *error_of(const cp_value *error) {
  static const char *const texts[] = { "message", "stack" };
  cp_value *made = cp_value_new_error(cp_value_as_string(cp_value_get(error, "name"), NULL), NULL);
  for (int i = 0; i < 2; i++) {
    const cp_value *text = cp_value_get(error, texts[i]);
    if (text) made = cp_value_put(made, texts[i], string_of(text));
  }
  return made;
}

static cp_value *bigint_of(const cp_value *value) {
  cp_bytes digits = cp_value_as_bytes(value);
  int64_t number = cp_value_as_int64(value, 0);
  if (number != 0) return cp_value_new_int64(number);
  uint64_t positive = cp_value_as_uint64(value, 0);
  if (positive != 0) return cp_value_new_uint64(positive);
  return cp_value_new_bigint(cp_value_is_negative(value), digits.data, digits.length);
}

static cp_value *buffer_of(const cp_value *value) {
  cp_bytes bytes = cp_value_as_bytes(value);
  size_t most;
  return cp_value_is_resizable(value, &most)
             ? cp_value_new_resizable_buffer(bytes.data, bytes.length, most)
             : cp_value_new_buffer(bytes.data, bytes.length);
}

static cp_value *view_of(const cp_value *value) {
  cp_bytes bytes = cp_value_as_bytes(value);
  cp_view_type type = cp_value_view_type(value, CP_VIEW_INT8);
  if (cp_value_view_buffer(value)) bytes = (cp_bytes){ NULL, 0 }; /* it gets them later */
  return cp_value_new_view(type, bytes.data, bytes.length);
}

/* It alone, without what is in it. */
static cp_value *node_of(const cp_value *value) {
  switch (cp_value_get_type(value)) {
    case CP_VALUE_NULL:
      return cp_value_new_null();
    case CP_VALUE_BOOL:
      return cp_value_new_bool(cp_value_as_bool(value, false));
    case CP_VALUE_NUMBER:
      return cp_value_new_number(cp_value_as_number(value, 0));
    case CP_VALUE_STRING:
      return string_of(value);
    case CP_VALUE_ARRAY:
      return cp_value_new_array();
    case CP_VALUE_OBJECT:
      return cp_value_new_object();
    case CP_VALUE_UNDEFINED:
      return cp_value_new_undefined();
    case CP_VALUE_HOLE:
      return cp_value_new_hole();
    case CP_VALUE_BIGINT:
      return bigint_of(value);
    case CP_VALUE_DATE:
      return cp_value_new_date(cp_value_as_number(value, 0));
    case CP_VALUE_REGEXP:
      return cp_value_new_regexp(cp_value_as_string(value, NULL), cp_value_regexp_flags(value));
    case CP_VALUE_MAP:
      return cp_value_new_map();
    case CP_VALUE_SET:
      return cp_value_new_set();
    case CP_VALUE_ERROR:
      return error_of(value);
    case CP_VALUE_BOXED:
      return cp_value_new_boxed(node_of(cp_value_at(value, 0)));
    case CP_VALUE_BUFFER:
      return buffer_of(value);
    case CP_VALUE_VIEW:
      return view_of(value);
  }
  return NULL;
}

static bool is_primitive(const cp_value *value) {
  cp_value_type type = cp_value_get_type(value);
  return type <= CP_VALUE_STRING || (type >= CP_VALUE_UNDEFINED && type <= CP_VALUE_BIGINT);
}

/* A node to be put somewhere: a new one, or one that is there already. */
static cp_value *part_of(struct rebuilding *all, const cp_value *value, bool *ret_is_new) {
  cp_value *made = is_primitive(value) ? NULL : find(all, value);
  *ret_is_new = !made;
  if (made) return made;
  made = node_of(value);
  if (!is_primitive(value)) remember(all, value, made);
  return made;
}

static void fill(struct rebuilding *all, const cp_value *value, cp_value *made);

static void succeed(const void *result) {
  if (!result) abort();
}

static void fill_pairs(struct rebuilding *all, const cp_value *value, cp_value *made) {
  for (size_t i = 0; i < cp_value_count(value); i++) {
    bool is_new_key, is_new_item;
    const cp_value *from_key = cp_value_map_key_at(value, i), *from_item = cp_value_at(value, i);
    cp_value *key = part_of(all, from_key, &is_new_key);
    cp_value *item = part_of(all, from_item, &is_new_item);
    succeed(cp_value_set(made, key, item));
    if (is_new_key) fill(all, from_key, key);
    if (is_new_item) fill(all, from_item, item);
  }
}

static void fill_items(struct rebuilding *all, const cp_value *value, cp_value *made) {
  for (size_t i = 0; i < cp_value_count(value); i++) {
    bool is_new;
    const cp_value *from = cp_value_at(value, i);
    cp_value *item = part_of(all, from, &is_new);
    succeed(cp_value_push(made, item));
    if (is_new) fill(all, from, item);
  }
}

/* Puts into it what belongs there; it is in the tree already. */
static void fill(struct rebuilding *all, const cp_value *value, cp_value *made) {
  bool is_new;
  const cp_value *part;
  bool is_cut = cp_value_regexp_flags(value) && /* the constructor takes no '\0' */
                strlen(cp_value_as_string(value, "")) < cp_value_as_bytes(value).length;
  if (cp_value_properties(value) || cp_value_count(value) > MOST_ITEMS || is_cut) {
    all->is_impossible = true;
    return;
  }
  switch (cp_value_get_type(value)) {
    case CP_VALUE_OBJECT:
    case CP_VALUE_MAP:
      fill_pairs(all, value, made);
      return;
    case CP_VALUE_ARRAY:
    case CP_VALUE_SET:
      fill_items(all, value, made);
      return;
    case CP_VALUE_ERROR:
      part = cp_value_get(value, "cause");
      if (!part) return;
      cp_value *cause = part_of(all, part, &is_new);
      succeed(cp_value_put(made, "cause", cause));
      if (is_new) fill(all, part, cause);
      return;
    case CP_VALUE_VIEW:
      part = cp_value_view_buffer(value);
      if (!part) return;
      succeed(cp_value_set_buffer(made, part_of(all, part, &is_new), cp_value_view_offset(value),
                                  cp_value_as_bytes(value).length));
      return;
    default:
      return;
  }
}

cp_value *rebuild(const cp_value *value) {
  struct rebuilding all = { 0 };
  bool is_new;
  cp_value *made = part_of(&all, value, &is_new);
  fill(&all, value, made);
  free(all.made);
  if (!all.is_impossible) return made;
  cp_value_free(made);
  return NULL;
}
