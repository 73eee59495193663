/* SPDX-License-Identifier: MIT */
/*
 * The worker of fork_work.c: counts primes, a tenth of the way at a time. Messages leave from the
 * loop, so the next tenth is begun when the report of the last one is out.
 */
#include <child_process.h>
#include <stdbool.h>
#include <stdio.h>

static int below, next = 2, primes;

static bool is_prime(int number) {
  for (int divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor == 0) {
      return false;
    }
  }
  return true;
}

static void work_on(cp_channel *parent, const cp_error *error, void *user) {
  (void) user;
  if (error || next >= below) {
    return; /* nobody hears us any more, or all is done */
  }
  for (int stop = next + (below + 9) / 10; next < stop && next < below; next++) {
    primes += is_prime(next);
  }
  cp_value *report = cp_value_new_object();
  report = cp_value_put(report, "percent", cp_value_new_number(100.0 * next / below));
  report = cp_value_put(report, "primes", cp_value_new_number(primes));
  cp_send_value(parent, report, &(cp_send_options){ .sent = work_on });
  cp_value_free(report);
}

static void begin(cp_channel *parent, cp_message *message, void *user) {
  below = (int) cp_value_as_number(cp_value_get(cp_message_value(message), "below"), 0);
  work_on(parent, NULL, user);
}

int main(void) {
  cp_channel *parent = cp_parent(NULL);
  if (!parent) {
    fprintf(stderr, "%s\n", cp_last_error()->message);
    return 1;
  }
  cp_on_message(parent, begin, NULL);
  return cp_run(NULL);
}
