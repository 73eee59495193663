/* SPDX-License-Identifier: MIT */
#include "value/number.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* All of these are doubles exactly, and so are integers up to 2^53: one multiplication or
 * division of two such is rounded once, and that is the nearest double. */
static const double powers_of_ten[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
enum { EXACT_POWERS = 22, MOST_EXACT_DIGITS = 19 };

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static double read_any(const char *text) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t) 0); /* is always there already */
  double number = strtod_l(text, NULL, plain);
  freelocale(plain);
  return number;
}

struct digits {
  uint64_t value; /* wrong from 20 digits on, and not used then */
  int count;      /* without zeros in front */
};

static const char *read_digits(const char *at, const char *end, struct digits *digits) {
  for (; at < end && is_digit(*at); at++) {
    digits->value = digits->value * 10 + (uint64_t) (*at - '0');
    if (digits->count > 0 || *at != '0') digits->count++;
  }
  return at;
}

/* The power of ten behind 'e'; one that no short way is for becomes one as large as any. */
static int read_exponent(const char *at, const char *end) {
  bool is_negative = *at == '-';
  if (*at == '-' || *at == '+') at++;
  int exponent = 0;
  for (; at < end; at++) exponent = exponent > 9999 ? 9999 : exponent * 10 + (*at - '0');
  return is_negative ? -exponent : exponent;
}

double number_read(const char *text, size_t length) {
  const char *at = text, *end = text + length;
  bool is_negative = *at == '-';
  at += is_negative;
  if (length > INT_MAX / 2) return read_any(text);

  struct digits digits = { 0 };
  int exponent = 0;
  at = read_digits(at, end, &digits);
  if (at < end && *at == '.') {
    const char *fraction = at + 1;
    at = read_digits(fraction, end, &digits);
    exponent = -(int) (at - fraction);
  }
  if (at < end) exponent += read_exponent(at + 1, end);

  if (digits.count > MOST_EXACT_DIGITS || digits.value > (uint64_t) 1 << 53 ||
      exponent > EXACT_POWERS || exponent < -EXACT_POWERS)
    return read_any(text);
  double number = (double) digits.value;
  if (exponent > 0) number *= powers_of_ten[exponent];
  if (exponent < 0) number /= powers_of_ten[-exponent];
  return is_negative ? -number : number;
}
