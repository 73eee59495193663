/* SPDX-License-Identifier: MIT */
/* What can be asked of a value. */
#include "value/members.h"
#include "value/number.h"

#include <string.h>

static bool is_of(const cp_value *value, cp_value_type type) {
  return value && value->type == type;
}

cp_value_type cp_value_get_type(const cp_value *value) {
  return value ? (cp_value_type) value->type : CP_VALUE_UNDEFINED;
}

size_t cp_value_count(const cp_value *value) {
  return value && value_is_container(value) ? value->count : 0;
}

const cp_value *cp_value_get(const cp_value *object, const char *key) {
  if (!is_of(object, CP_VALUE_OBJECT) || !key) return NULL;
  size_t place = members_find(object->as.items, object->count, key, strlen(key));
  return place == MEMBER_NONE ? NULL : object->as.items->at[2 * place + 1];
}

const cp_value *cp_value_at(const cp_value *container, size_t index) {
  if (index >= cp_value_count(container)) return NULL;
  return container->as.items->at[container->type == CP_VALUE_OBJECT ? 2 * index + 1 : index];
}

const char *cp_value_key_at(const cp_value *object, size_t index) {
  if (!is_of(object, CP_VALUE_OBJECT) || index >= object->count) return NULL;
  return object->as.items->at[2 * index]->as.text;
}

bool cp_value_as_bool(const cp_value *value, bool otherwise) {
  return is_of(value, CP_VALUE_BOOL) ? value->as.boolean : otherwise;
}

double cp_value_as_number(const cp_value *value, double otherwise) {
  if (!is_of(value, CP_VALUE_NUMBER)) return otherwise;
  return value->has_digits ? number_read(value->as.text, value->count) : value->as.number;
}

const char *cp_value_as_string(const cp_value *value, const char *otherwise) {
  return is_of(value, CP_VALUE_STRING) ? value->as.text : otherwise;
}

cp_bytes cp_value_as_bytes(const cp_value *value) {
  if (!is_of(value, CP_VALUE_STRING)) return (cp_bytes){ "", 0 };
  return (cp_bytes){ value->as.text, value->count };
}
