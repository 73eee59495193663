/* SPDX-License-Identifier: MIT */
#include "value/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- dates ---- */

double date_clip(double ms) {
  return ms >= -8.64e15 && ms <= 8.64e15 ? (double) (int64_t) ms : NAN;
}

enum { MS_A_DAY = 86400000, DAYS_OF_400_YEARS = 146097 };

/* Counts in years that begin in March, so that the leap day is the last. */
static void date_of_days(int64_t days, int *ret_year, int *ret_month, int *ret_day) {
  days += 719468; /* from the first of March of the year 0 to 1970 */
  int64_t era = (days >= 0 ? days : days - (DAYS_OF_400_YEARS - 1)) / DAYS_OF_400_YEARS;
  int day = (int) (days - era * DAYS_OF_400_YEARS);
  int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  day -= 365 * year + year / 4 - year / 100;
  int month = (5 * day + 2) / 153;
  *ret_day = day - (153 * month + 2) / 5 + 1;
  *ret_month = month < 10 ? month + 3 : month - 9;
  *ret_year = (int) (era * 400) + year + (month >= 10);
}

size_t date_write(double ms, char to[DATE_TEXT_SIZE]) {
  int64_t all = (int64_t) ms;
  int64_t days = (all >= 0 ? all : all - (MS_A_DAY - 1)) / MS_A_DAY;
  int rest = (int) (all - days * MS_A_DAY);
  int year, month, day;
  date_of_days(days, &year, &month, &day);
  const char *format = year >= 0 && year <= 9999 ? "%04d" : "%+07d";
  int length = snprintf(to, DATE_TEXT_SIZE, format, year);
  length +=
      snprintf(to + length, (size_t) (DATE_TEXT_SIZE - length), "-%02d-%02dT%02d:%02d:%02d.%03dZ",
               month, day, rest / 3600000, rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
  return (size_t) length;
}

/* ---- regular expressions ---- */

/* In the order in which JavaScript tells them. */
static const struct {
  char letter;
  uint32_t bit;
} flags_of[] = { { 'd', 128 }, { 'g', 1 },  { 'i', 2 },   { 'm', 4 },
                 { 's', 32 },  { 'u', 16 }, { 'v', 256 }, { 'y', 8 } };

enum { FLAG_COUNT = sizeof flags_of / sizeof *flags_of };

uint32_t regexp_flag(char letter) {
  for (size_t i = 0; i < FLAG_COUNT; i++)
    if (flags_of[i].letter == letter) return flags_of[i].bit;
  return 0;
}

bool regexp_may_have(uint32_t flags) {
  uint32_t all = 0, both = regexp_flag('u') | regexp_flag('v');
  for (size_t i = 0; i < FLAG_COUNT; i++) all |= flags_of[i].bit;
  return (flags & ~all) == 0 && (flags & both) != both;
}

void regexp_fill(struct cp_value *value, char *memory, const char *pattern, size_t length,
                 uint32_t flags) {
  value->type = CP_VALUE_REGEXP;
  value->extra = flags;
  value->count = length;
  value->as.text = memory;
  memcpy(memory, pattern, length);
  char *to = memory + length;
  *to++ = '\0';
  for (size_t i = 0; i < FLAG_COUNT; i++)
    if (flags & flags_of[i].bit) *to++ = flags_of[i].letter;
  *to = '\0';
}

/* ---- views ---- */

size_t view_item_size(cp_view_type type) {
  switch (type) {
    case CP_VIEW_INT16:
    case CP_VIEW_UINT16:
      return 2;
    case CP_VIEW_INT32:
    case CP_VIEW_UINT32:
    case CP_VIEW_FLOAT32:
      return 4;
    case CP_VIEW_FLOAT64:
    case CP_VIEW_BIGINT64:
    case CP_VIEW_BIGUINT64:
      return 8;
    default:
      return 1;
  }
}

double view_number_at(cp_view_type type, const char *bytes, size_t i) {
  union {
    int8_t int8;
    uint8_t uint8;
    int16_t int16;
    uint16_t uint16;
    int32_t int32;
    uint32_t uint32;
    float float32;
    double float64;
  } item = { 0 };
  size_t size = view_item_size(type);
  memcpy(&item, bytes + i * size, size);
  switch (type) {
    case CP_VIEW_INT8:
      return item.int8;
    case CP_VIEW_INT16:
      return item.int16;
    case CP_VIEW_UINT16:
      return item.uint16;
    case CP_VIEW_INT32:
      return item.int32;
    case CP_VIEW_UINT32:
      return item.uint32;
    case CP_VIEW_FLOAT32:
      return item.float32;
    case CP_VIEW_FLOAT64:
      return item.float64;
    default:
      return item.uint8;
  }
}
