/* SPDX-License-Identifier: MIT */
#include "value/clone_writer.h"

#include "value/clone_text.h"
#include "value/kinds.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static int refuse(const char *why) {
  return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "%s", why);
}

static void put_bytes(struct clone_writer *writer, const void *bytes, size_t length) {
  memcpy(writer->out->data + writer->out->length, bytes, length);
  writer->out->length += length;
}

/* The tag, how many, and the bytes themselves. */
static int write_counted(struct clone_writer *writer, int tag, const char *bytes, size_t length) {
  if (length > UINT32_MAX) return refuse("a clone has no bytes of 4 GiB");
  if (clone_reserve(writer, length) < 0) return -ENOMEM;
  clone_put_byte(writer, tag);
  clone_put_varint(writer, (uint32_t) length);
  put_bytes(writer, bytes, length);
  return 0;
}

/* ---- numbers ---- */

/* The room is there. */
static void put_double(struct clone_writer *writer, double number) {
  if (isnan(number)) number = NAN; /* one of them for all */
  put_bytes(writer, &number, sizeof number);
}

static bool is_int32(double number) {
  if (!(number >= INT32_MIN && number <= INT32_MAX)) return false;
  return number == (int32_t) number && (number != 0 || !signbit(number));
}

bool clone_number_is_int32(const struct cp_value *number) {
  return is_int32(cp_value_as_number(number, 0));
}

int clone_write_number(struct clone_writer *writer, const struct cp_value *value, bool as_double) {
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  double number = value->has_digits ? cp_value_as_number(value, 0) : value->as.number;
  if (as_double || value->is_as_cloned || !is_int32(number)) {
    clone_put_byte(writer, TAG_DOUBLE);
    put_double(writer, number);
    return 0;
  }
  int32_t integer = (int32_t) number;
  clone_put_byte(writer, TAG_INT32);
  clone_put_varint(writer, (uint32_t) integer << 1 ^ (0 - (uint32_t) (integer < 0)));
  return 0;
}

/* The digits, eight bytes at a time. */
static int write_bigint(struct clone_writer *writer, const struct cp_value *bigint, int tag) {
  size_t length = (bigint->count + 7) / 8 * 8;
  if (clone_reserve(writer, length) < 0) return -ENOMEM;
  clone_put_byte(writer, tag);
  clone_put_varint(writer, (uint32_t) length << 1 | bigint->is_negative);
  put_bytes(writer, bigint->as.text, bigint->count);
  memset(writer->out->data + writer->out->length, 0, length - bigint->count);
  writer->out->length += length - bigint->count;
  return 0;
}

/* ---- text ---- */

static int write_two_byte(struct clone_writer *writer, const char *text, size_t length,
                          size_t units) {
  if (units > UINT32_MAX / 2) return refuse("a clone has no text of 4 GiB");
  if (clone_reserve(writer, 2 * units + 1) < 0) return -ENOMEM;
  uint32_t size = (uint32_t) (2 * units);
  size_t digits = 1; /* of the length that is written */
  for (uint32_t rest = size; rest >= 0x80; rest >>= 7) digits++;
  /* V8 has the characters at an even place, for which it may take a byte more. */
  size_t place = writer->out->length - writer->start + 1 + digits;
  if (place % 2 != 0) clone_put_byte(writer, TAG_PADDING);
  clone_put_byte(writer, TAG_TWO_BYTE);
  clone_put_varint(writer, size);
  text_to_utf16(writer->out->data + writer->out->length, text, length);
  writer->out->length += size;
  return 0;
}

static int write_other_text(struct clone_writer *writer, const char *text, size_t length) {
  struct text_form form = text_form_of(text, length);
  if (form.is_two_byte) return write_two_byte(writer, text, length, form.units);
  if (form.units > UINT32_MAX) return refuse("a clone has no text of 4 GiB");
  if (clone_reserve(writer, form.units) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_LATIN1);
  clone_put_varint(writer, (uint32_t) form.units);
  text_to_latin1(writer->out->data + writer->out->length, text, length);
  writer->out->length += form.units;
  return 0;
}

int clone_write_text(struct clone_writer *writer, const char *text, size_t length) {
  if (!text_is_ascii(text, length)) return write_other_text(writer, text, length);
  return write_counted(writer, TAG_LATIN1, text, length);
}

/* ---- objects ---- */

static int write_date(struct clone_writer *writer, const struct cp_value *date) {
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_DATE);
  put_double(writer, date->as.number);
  return 0;
}

static int write_regexp(struct clone_writer *writer, const struct cp_value *regexp) {
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_REGEXP);
  int result = clone_write_text(writer, regexp->as.text, regexp->count);
  if (result < 0 || (result = clone_reserve(writer, 0)) < 0) return result;
  clone_put_varint(writer, regexp->extra);
  return 0;
}

static int write_boxed(struct clone_writer *writer, const struct cp_value *boxed) {
  const struct cp_value *item = value_behind(boxed->as.items->at[0]);
  if (item->type == CP_VALUE_BIGINT) return write_bigint(writer, item, TAG_BOXED_BIGINT);
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  switch (item->type) {
    case CP_VALUE_BOOL:
      clone_put_byte(writer, item->as.boolean ? TAG_BOXED_TRUE : TAG_BOXED_FALSE);
      return 0;
    case CP_VALUE_NUMBER:
      clone_put_byte(writer, TAG_BOXED_NUMBER);
      put_double(writer, cp_value_as_number(item, 0));
      return 0;
    default:
      clone_put_byte(writer, TAG_BOXED_STRING);
      return clone_write_text(writer, item->as.text, item->count);
  }
}

static int write_buffer(struct clone_writer *writer, const struct cp_value *buffer) {
  if (!buffer->is_resizable)
    return write_counted(writer, TAG_BUFFER, buffer->as.text, buffer->count);
  if (clone_reserve(writer, buffer->count) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_RESIZABLE);
  clone_put_varint(writer, (uint32_t) buffer->count); /* no more than it may become */
  clone_put_varint(writer, buffer->extra);
  put_bytes(writer, buffer->as.text, buffer->count);
  return 0;
}

/* A view as Node writes it: its bytes, of nobody else. */
static int write_host_view(struct clone_writer *writer, const struct cp_value *view) {
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_HOST);
  if (writer->flavor == CLONE_CHANNEL) clone_put_varint(writer, HOST_VIEW);
  cp_bytes bytes = cp_value_as_bytes(view);
  return write_counted(writer, view->view, bytes.data, bytes.length);
}

int clone_write_view(struct clone_writer *writer, const struct cp_value *view) {
  static const char letters[] = CLONE_VIEW_LETTERS;
  const struct cp_value *buffer = cp_value_view_buffer(view);
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, TAG_VIEW);
  clone_put_byte(writer, letters[view->view]);
  clone_put_varint(writer, view->extra);
  clone_put_varint(writer, view->is_tracking ? 0 : (uint32_t) view->count);
  clone_put_varint(writer, (view->is_tracking ? VIEW_IS_TRACKING : 0U) |
                               (buffer->is_resizable ? VIEW_IS_OF_RESIZABLE : 0U));
  return 0;
}

/* ---- all ---- */

static int write_byte(struct clone_writer *writer, int byte) {
  if (clone_reserve(writer, 0) < 0) return -ENOMEM;
  clone_put_byte(writer, byte);
  return 0;
}

int clone_write_leaf(struct clone_writer *writer, const struct cp_value *value) {
  switch (value->type) {
    case CP_VALUE_UNDEFINED:
      return write_byte(writer, TAG_UNDEFINED);
    case CP_VALUE_NULL:
      return write_byte(writer, TAG_NULL);
    case CP_VALUE_BOOL:
      return write_byte(writer, value->as.boolean ? TAG_TRUE : TAG_FALSE);
    case CP_VALUE_NUMBER:
      return clone_write_number(writer, value, false);
    case CP_VALUE_STRING:
      return clone_write_text(writer, value->as.text, value->count);
    case CP_VALUE_BIGINT:
      return write_bigint(writer, value, TAG_BIGINT);
    case CP_VALUE_DATE:
      return write_date(writer, value);
    case CP_VALUE_REGEXP:
      return write_regexp(writer, value);
    case CP_VALUE_BOXED:
      return write_boxed(writer, value);
    case CP_VALUE_BUFFER:
      return write_buffer(writer, value);
    case CP_VALUE_VIEW:
      return write_host_view(writer, value);
    default:
      return refuse("a hole is no value but of an array");
  }
}
