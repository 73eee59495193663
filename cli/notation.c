/* SPDX-License-Identifier: MIT */
/*
 * Values in a form that people can read: JSON, and what Node's console shows where JSON has
 * nothing. What stands at several places is written at the first and named at the others, so that
 * a cycle ends, and that the text is not larger than the message.
 *
 * The functions call themselves as deep as the values are in each other, which is at most
 * CP_VALUE_MAX_DEPTH.
 */
#include "notation.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "references.h"

/* NOLINTBEGIN(misc-no-recursion) */

bool notation_is_json(const cp_value *value) {
  switch (cp_value_get_type(value)) {
    case CP_VALUE_NULL:
    case CP_VALUE_BOOL:
    case CP_VALUE_STRING:
      return true;
    case CP_VALUE_NUMBER:
      return isfinite(cp_value_as_number(value, NAN));
    case CP_VALUE_ARRAY:
    case CP_VALUE_OBJECT:
      break;
    default:
      return false;
  }
  for (size_t i = 0; i < cp_value_count(value); i++) {
    if (!notation_is_json(cp_value_at(value, i))) {
      return false;
    }
  }
  return !cp_value_properties(value);
}

struct notation {
  FILE *out;
  struct references references;
  bool has_failed;
};

static bool is_container(const cp_value *value) {
  cp_value_type type = cp_value_get_type(value);
  return type == CP_VALUE_ARRAY || type == CP_VALUE_OBJECT || type >= CP_VALUE_DATE;
}

/* ---- what stands at several places ---- */

static void meet(struct notation *notation, const cp_value *value) {
  if (!is_container(value) ||
      !references_add(&notation->references, value, &notation->has_failed)) {
    return;
  }
  const cp_value *item;
  for (size_t i = 0; (item = cp_value_next(value, &i)) != NULL; i++) {
    meet(notation, cp_value_map_key_at(value, i));
    meet(notation, item);
  }
  meet(notation, cp_value_properties(value));
  meet(notation, cp_value_view_buffer(value));
}

/* True: it was written before, and is only named. */
static bool print_reference(struct notation *notation, const cp_value *value) {
  struct reference *reference = references_find(&notation->references, value);
  if (!reference || !reference->is_shared) {
    return false;
  }
  bool is_known = reference->number > 0;
  if (!is_known) {
    reference->number = ++notation->references.numbers;
  }
  (void) fprintf(notation->out, is_known ? "*%u" : "&%u ", reference->number);
  return is_known;
}

/* ---- by type ---- */

static void print_value(struct notation *notation, const cp_value *value);

/* Strings, and numbers that JSON has. */
static void print_json(struct notation *notation, const cp_value *value) {
  char *json = cp_value_to_json(value);
  notation->has_failed |= !json;
  (void) fputs(json ? json : "", notation->out);
  cp_free(json);
}

static void print_number(struct notation *notation, const cp_value *value) {
  double number = cp_value_as_number(value, NAN);
  if (isnan(number)) {
    (void) fputs("NaN", notation->out);
  } else if (isinf(number)) {
    (void) fputs(number < 0 ? "-Infinity" : "Infinity", notation->out);
  } else {
    print_json(notation, value);
  }
}

static void print_bigint(struct notation *notation, const cp_value *value) {
  cp_bytes magnitude = cp_value_as_bytes(value);
  const char *sign = cp_value_is_negative(value) ? "-" : "";
  uint64_t small = 0;
  size_t length = magnitude.length;
  while (length > 0 && magnitude.data[length - 1] == 0) {
    length--;
  }
  for (size_t i = length; i > 0 && length <= sizeof small; i--) {
    small = small << 8 | (unsigned char) magnitude.data[i - 1];
  }
  if (length <= sizeof small) {
    (void) fprintf(notation->out, "%s%" PRIu64 "n", sign, small);
    return;
  }
  (void) fprintf(notation->out, "%s0x", sign);
  for (size_t i = length; i > 0; i--) {
    (void) fprintf(notation->out, i == length ? "%x" : "%02x",
                   (unsigned) (unsigned char) magnitude.data[i - 1]);
  }
  (void) fputc('n', notation->out);
}

static void print_date(struct notation *notation, const cp_value *value) {
  (void) fputs("Date(", notation->out);
  if (isnan(cp_value_as_number(value, NAN))) {
    (void) fputs("invalid", notation->out);
  } else {
    print_json(notation, value);
  }
  (void) fputc(')', notation->out);
}

static void print_bytes(struct notation *notation, const char *name, const cp_value *value) {
  cp_bytes bytes = cp_value_as_bytes(value);
  (void) fprintf(notation->out, "<%s", name);
  for (size_t i = 0; i < bytes.length; i++) {
    (void) fprintf(notation->out, " %02x", (unsigned) (unsigned char) bytes.data[i]);
  }
  (void) fputc('>', notation->out);
}

static void print_view(struct notation *notation, const cp_value *value) {
  static const char *const names[] = {
    [CP_VIEW_INT8] = "Int8Array",
    [CP_VIEW_UINT8] = "Uint8Array",
    [CP_VIEW_UINT8_CLAMPED] = "Uint8ClampedArray",
    [CP_VIEW_INT16] = "Int16Array",
    [CP_VIEW_UINT16] = "Uint16Array",
    [CP_VIEW_INT32] = "Int32Array",
    [CP_VIEW_UINT32] = "Uint32Array",
    [CP_VIEW_FLOAT32] = "Float32Array",
    [CP_VIEW_FLOAT64] = "Float64Array",
    [CP_VIEW_DATA] = "DataView",
    [CP_VIEW_NODE_BUFFER] = "Buffer",
    [CP_VIEW_BIGINT64] = "BigInt64Array",
    [CP_VIEW_BIGUINT64] = "BigUint64Array",
  };
  print_bytes(notation, names[cp_value_view_type(value, CP_VIEW_DATA)], value);
}

static void print_key(struct notation *notation, const cp_value *object, size_t index) {
  cp_bytes key = cp_value_key_bytes_at(object, index);
  json_text(notation->out, key.data, key.length);
  (void) fputs(": ", notation->out);
}

/* "name": value, and so on; `separator` stands in front of the first. */
static void print_members(struct notation *notation, const cp_value *object,
                          const char *separator) {
  for (size_t i = 0; i < cp_value_count(object); i++) {
    (void) fputs(i == 0 ? separator : ", ", notation->out);
    print_key(notation, object, i);
    print_value(notation, cp_value_at(object, i));
  }
}

static void print_object(struct notation *notation, const cp_value *object) {
  (void) fputc('{', notation->out);
  print_members(notation, object, " ");
  (void) fputs(cp_value_count(object) > 0 ? " }" : "}", notation->out);
}

/* Of items next to each other that are none, only how many: an array may be much longer than what
 * was sent, by these. */
static void print_array(struct notation *notation, const cp_value *array) {
  const cp_value *properties = cp_value_properties(array);
  size_t count = cp_value_count(array);
  (void) fputc('[', notation->out);
  for (size_t i = 0; i < count;) {
    size_t place = i;
    const cp_value *item = cp_value_next(array, &place);
    (void) fputs(i == 0 ? " " : ", ", notation->out);
    if (item && place == i) {
      print_value(notation, item);
      i++;
      continue;
    }
    size_t behind = item ? place : count;
    (void) fprintf(notation->out, "<%zu empty>", behind - i);
    i = behind;
  }
  print_members(notation, properties, count > 0 ? ", " : " ");
  (void) fputs(count > 0 || properties ? " ]" : "]", notation->out);
}

/* Map(2) { key => value, ... }, Set(2) { item, ... } */
static void print_collection(struct notation *notation, const cp_value *collection, bool is_map) {
  size_t count = cp_value_count(collection);
  (void) fprintf(notation->out, "%s(%zu) {", is_map ? "Map" : "Set", count);
  for (size_t i = 0; i < count; i++) {
    (void) fputs(i == 0 ? " " : ", ", notation->out);
    if (is_map) {
      print_value(notation, cp_value_map_key_at(collection, i));
      (void) fputs(" => ", notation->out);
    }
    print_value(notation, cp_value_at(collection, i));
  }
  (void) fputs(count > 0 ? " }" : "}", notation->out);
}

/* The pattern as it was written, which has no line break. */
static void print_regexp(struct notation *notation, const cp_value *regexp) {
  cp_bytes pattern = cp_value_as_bytes(regexp);
  (void) fputc('/', notation->out);
  (void) fwrite(pattern.data, 1, pattern.length, notation->out);
  (void) fprintf(notation->out, "/%s", cp_value_regexp_flags(regexp));
}

static void print_value(struct notation *notation, const cp_value *value) {
  if (is_container(value) && print_reference(notation, value)) {
    return;
  }
  switch (cp_value_get_type(value)) {
    case CP_VALUE_NUMBER:
      print_number(notation, value);
      break;
    case CP_VALUE_ARRAY:
      print_array(notation, value);
      break;
    case CP_VALUE_ERROR:
      (void) fputs("Error ", notation->out);
      print_object(notation, value);
      break;
    case CP_VALUE_OBJECT:
      print_object(notation, value);
      break;
    case CP_VALUE_UNDEFINED:
      (void) fputs("undefined", notation->out);
      break;
    case CP_VALUE_HOLE:
      (void) fputs("<1 empty>", notation->out);
      break;
    case CP_VALUE_BIGINT:
      print_bigint(notation, value);
      break;
    case CP_VALUE_DATE:
      print_date(notation, value);
      break;
    case CP_VALUE_REGEXP:
      print_regexp(notation, value);
      break;
    case CP_VALUE_MAP:
      print_collection(notation, value, true);
      break;
    case CP_VALUE_SET:
      print_collection(notation, value, false);
      break;
    case CP_VALUE_BOXED:
      (void) fputs("Object(", notation->out);
      print_value(notation, cp_value_at(value, 0));
      (void) fputc(')', notation->out);
      break;
    case CP_VALUE_BUFFER:
      print_bytes(notation, "ArrayBuffer", value);
      break;
    case CP_VALUE_VIEW:
      print_view(notation, value);
      break;
    default:
      print_json(notation, value);
  }
}

/* NOLINTEND(misc-no-recursion) */

char *notation_of(const cp_value *value, size_t *ret_length) {
  char *text = NULL;
  struct notation notation = { .out = open_memstream(&text, ret_length) };
  if (!notation.out) {
    return NULL;
  }
  meet(&notation, value);
  print_value(&notation, value);
  bool is_whole = !ferror(notation.out) && !notation.has_failed;
  if (fclose(notation.out) != 0 || !is_whole) {
    free(text);
    text = NULL;
  }
  references_done(&notation.references);
  return text;
}
