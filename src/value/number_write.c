/* SPDX-License-Identifier: MIT */
/*
 * The shortest digits are found by trying: a decimal of so many digits that is nearest to the
 * number and is read as it again. 15 digits always survive being a double; 17 always tell one.
 */
#include "value/number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DIGITS = 17 };

/* 0.DIGITS times ten to the power of `point`. */
struct decimal {
  char digits[MOST_DIGITS + 1];
  int count;
  int point;
};

static void drop_zeros(struct decimal *decimal) {
  while (decimal->count > 1 && decimal->digits[decimal->count - 1] == '0') decimal->count--;
}

/* The nearest decimal of `count` digits. The locale has a say in the printed point only. */
static void round_to(double number, int count, struct decimal *decimal) {
  char text[64];
  (void) snprintf(text, sizeof text, "%.*e", count - 1, number);
  const char *at = text;
  decimal->count = 0;
  for (; *at != 'e'; at++)
    if (*at >= '0' && *at <= '9') decimal->digits[decimal->count++] = *at;
  int exponent = 0;
  for (const char *digit = at + 2; *digit; digit++) exponent = exponent * 10 + (*digit - '0');
  decimal->point = (at[1] == '-' ? -exponent : exponent) + 1;
}

static bool is_decimal_of(const struct decimal *decimal, double number) {
  char text[64];
  int length = snprintf(text, sizeof text, "%.*se%d", decimal->count, decimal->digits,
                        decimal->point - decimal->count);
  return number_read(text, (size_t) length) == number;
}

/* The next decimal of as many digits. */
static void step_up(struct decimal *decimal) {
  int i = decimal->count - 1;
  for (; i >= 0 && decimal->digits[i] == '9'; i--) decimal->digits[i] = '0';
  if (i >= 0) {
    decimal->digits[i]++;
  } else {
    decimal->digits[0] = '1';
    decimal->point++;
  }
}

static bool is_power_of_two(double number) {
  int exponent;
  return frexp(number, &exponent) == 0.5;
}

/* Below a power of two doubles are twice as dense as above it: the nearest decimal may be below
 * and already another number's, where one further off, but above, is still this number's. */
static bool try_digits(double number, int count, struct decimal *decimal) {
  round_to(number, count, decimal);
  if (is_decimal_of(decimal, number)) return true;
  if (!is_power_of_two(number)) return false;
  step_up(decimal);
  return is_decimal_of(decimal, number);
}

static void find_shortest(double number, struct decimal *decimal) {
  /* The small ones have fewer bits, and fewer digits may tell them. */
  int count = number < DBL_MIN ? 1 : DBL_DIG;
  while (!try_digits(number, count, decimal)) count++;
  drop_zeros(decimal);
}

/* Most numbers that people write: few digits behind the point. What is below 10^15 as an
 * integer has at most 15 digits, and so no shorter ones, if it leads back to the number. */
static bool find_quickly(double number, struct decimal *decimal) {
  if (number < 1e-5 || number >= 1e15) return false;
  double power = 1;
  for (int places = 0; places <= 9; places++, power *= 10) {
    double scaled = number * power;
    if (scaled >= 1e15) return false;
    uint64_t integer = (uint64_t) scaled;
    if ((double) integer != scaled || scaled / power != number) continue;
    char text[MOST_DIGITS + 1];
    char *start = text + sizeof text;
    for (; integer > 0; integer /= 10) *--start = (char) ('0' + integer % 10);
    decimal->count = (int) (text + sizeof text - start);
    decimal->point = decimal->count - places;
    memcpy(decimal->digits, start, (size_t) decimal->count);
    drop_zeros(decimal);
    return true;
  }
  return false;
}

static char *put(char *to, const char *text, int length) {
  /* One by one: there are a few, and a negative count, which cannot be, would copy none. */
  for (int i = 0; i < length; i++) *to++ = text[i];
  return to;
}

static char *put_zeros(char *to, int count) {
  memset(to, '0', (size_t) count);
  return to + count;
}

/* With an exponent only outside of 1e-6 to 1e21, as JavaScript. */
static char *lay_out(const struct decimal *decimal, char *to) {
  const char *digits = decimal->digits;
  int count = decimal->count, point = decimal->point;
  if (point > 21 || point < -5) {
    *to++ = *digits;
    if (count > 1) *to++ = '.';
    to = put(to, digits + 1, count - 1);
    return to + sprintf(to, "e%+d", point - 1);
  }
  if (point <= 0) {
    to = put(to, "0.", 2);
    return put(put_zeros(to, -point), digits, count);
  }
  if (point >= count) return put_zeros(put(to, digits, count), point - count);
  to = put(to, digits, point);
  *to++ = '.';
  return put(to, digits + point, count - point);
}

static char *put_integer(char *to, uint64_t integer) {
  char digits[MOST_DIGITS];
  size_t count = 0;
  for (; integer > 0; integer /= 10) digits[sizeof digits - ++count] = (char) ('0' + integer % 10);
  memcpy(to, digits + sizeof digits - count, count);
  return to + count;
}

size_t number_write(double number, char to[NUMBER_SIZE]) {
  if (!isfinite(number)) return (size_t) (put(to, "null", 4) - to);
  char *at = to;
  if (signbit(number)) {
    *at++ = '-';
    number = -number;
  }
  if (number == 0) {
    *at++ = '0';
    return (size_t) (at - to);
  }
  if (number < 1e15 && (double) (uint64_t) number == number)
    return (size_t) (put_integer(at, (uint64_t) number) - to);
  struct decimal decimal;
  if (!find_quickly(number, &decimal)) find_shortest(number, &decimal);
  return (size_t) (lay_out(&decimal, at) - to);
}
