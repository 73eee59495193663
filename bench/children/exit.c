/* SPDX-License-Identifier: MIT */
/* Exits with 7: a code that nothing but this program has, so that it tells that it ran. */
#include "call.h"

START_WITH(run);

__attribute__((used, noreturn)) void run(void);
void run(void) {
  leave(7);
}
