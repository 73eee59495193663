/* SPDX-License-Identifier: MIT */
/* What can be asked of a value. */
#include "value/members.h"
#include "value/number.h"

#include <string.h>

static bool is_of(const cp_value *value, cp_value_type type) {
  return value && value->type == type;
}

/* ---- containers ---- */

cp_value_type cp_value_get_type(const cp_value *value) {
  return value ? (cp_value_type) value->type : CP_VALUE_UNDEFINED;
}

size_t cp_value_count(const cp_value *value) {
  return value && value_is_one_of(value, VALUES_WITH_PAIRS | VALUES_WITH_ITEMS) ? value->count : 0;
}

const cp_value *cp_value_get(const cp_value *object, const char *key) {
  if (is_of(object, CP_VALUE_ARRAY)) object = cp_value_properties(object);
  if (!object || !value_has_pairs(object) || !key) return NULL;
  size_t place = members_find_text(object, key, strlen(key));
  return place == MEMBER_NONE ? NULL : value_behind(object->as.items->at[2 * place + 1]);
}

/* Which of the items that a sparse array has is the first at that place or behind it. */
static size_t seek_sparse(const cp_value *array, size_t place) {
  size_t low = 0, high = array->extra;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (value_sparse_place(array, middle) < place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static const cp_value *sparse_at(const cp_value *array, size_t place) {
  size_t i = seek_sparse(array, place);
  bool is_there = i < array->extra && value_sparse_place(array, i) == place;
  return is_there ? value_behind(array->as.items->at[2 * i + 1]) : value_constant(CP_VALUE_HOLE);
}

const cp_value *cp_value_at(const cp_value *container, size_t index) {
  if (index >= cp_value_count(container)) return NULL;
  if (container->is_sparse) return sparse_at(container, index);
  struct cp_value *const *items = container->as.items->at;
  return value_behind(items[value_has_pairs(container) ? 2 * index + 1 : index]);
}

const cp_value *cp_value_next(const cp_value *container, size_t *index) {
  if (!index) return NULL;
  if (container && container->is_sparse) {
    size_t i = seek_sparse(container, *index);
    if (i == container->extra) return NULL;
    *index = value_sparse_place(container, i);
    return value_behind(container->as.items->at[2 * i + 1]);
  }
  const cp_value *item = cp_value_at(container, *index);
  while (item && item->type == CP_VALUE_HOLE) item = cp_value_at(container, ++*index);
  return item;
}

const cp_value *cp_value_map_key_at(const cp_value *map, size_t index) {
  if (!map || !value_has_pairs(map) || index >= map->count) return NULL;
  return value_behind(map->as.items->at[2 * index]);
}

cp_bytes cp_value_key_bytes_at(const cp_value *object, size_t index) {
  return is_of(object, CP_VALUE_MAP) ? (cp_bytes){ "", 0 }
                                     : cp_value_as_bytes(cp_value_map_key_at(object, index));
}

const char *cp_value_key_at(const cp_value *object, size_t index) {
  if (is_of(object, CP_VALUE_MAP)) return NULL;
  return cp_value_as_string(cp_value_map_key_at(object, index), NULL);
}

const cp_value *cp_value_properties(const cp_value *array) {
  return is_of(array, CP_VALUE_ARRAY) && array->as.items ? array->as.items->named : NULL;
}

/* ---- numbers ---- */

bool cp_value_as_bool(const cp_value *value, bool otherwise) {
  return is_of(value, CP_VALUE_BOOL) ? value->as.boolean : otherwise;
}

double cp_value_as_number(const cp_value *value, double otherwise) {
  if (is_of(value, CP_VALUE_DATE)) return value->as.number;
  if (!is_of(value, CP_VALUE_NUMBER)) return otherwise;
  return value->has_digits ? number_read(value->as.text, value->count) : value->as.number;
}

/* Of a BigInt of no more than 64 bits. */
static uint64_t magnitude_of(const cp_value *bigint) {
  uint64_t magnitude = 0;
  for (size_t i = 0; i < bigint->count; i++)
    magnitude |= (uint64_t) (unsigned char) bigint->as.text[i] << (8 * i);
  return magnitude;
}

int64_t cp_value_as_int64(const cp_value *value, int64_t otherwise) {
  if (!is_of(value, CP_VALUE_BIGINT) || value->count > sizeof(int64_t)) return otherwise;
  uint64_t magnitude = magnitude_of(value);
  if (magnitude > (uint64_t) INT64_MAX + value->is_negative) return otherwise;
  return (int64_t) (value->is_negative ? 0 - magnitude : magnitude);
}

uint64_t cp_value_as_uint64(const cp_value *value, uint64_t otherwise) {
  bool fits = is_of(value, CP_VALUE_BIGINT) && value->count <= sizeof(uint64_t);
  return fits && !value->is_negative ? magnitude_of(value) : otherwise;
}

bool cp_value_is_negative(const cp_value *bigint) {
  return is_of(bigint, CP_VALUE_BIGINT) && bigint->is_negative;
}

/* ---- bytes ---- */

const char *cp_value_as_string(const cp_value *value, const char *otherwise) {
  bool is_text = is_of(value, CP_VALUE_STRING) || is_of(value, CP_VALUE_REGEXP);
  return is_text ? value->as.text : otherwise;
}

cp_bytes cp_value_as_bytes(const cp_value *value) {
  if (!value || !value_is_one_of(value, VALUES_WITH_BYTES)) return (cp_bytes){ "", 0 };
  if (!value->has_buffer) return (cp_bytes){ value->as.text, value->count };
  return (cp_bytes){ cp_value_view_buffer(value)->as.text + value->extra, value->count };
}

const char *cp_value_regexp_flags(const cp_value *regexp) {
  return is_of(regexp, CP_VALUE_REGEXP) ? regexp->as.text + regexp->count + 1 : NULL;
}

bool cp_value_is_resizable(const cp_value *buffer, size_t *ret_max_length) {
  if (!is_of(buffer, CP_VALUE_BUFFER) || !buffer->is_resizable) return false;
  if (ret_max_length) *ret_max_length = buffer->extra;
  return true;
}

cp_view_type cp_value_view_type(const cp_value *view, cp_view_type otherwise) {
  return is_of(view, CP_VALUE_VIEW) ? (cp_view_type) view->view : otherwise;
}

const cp_value *cp_value_view_buffer(const cp_value *view) {
  return is_of(view, CP_VALUE_VIEW) && view->has_buffer ? value_behind(view->as.items->at[0])
                                                        : NULL;
}

size_t cp_value_view_offset(const cp_value *view) {
  return cp_value_view_buffer(view) ? view->extra : 0;
}
