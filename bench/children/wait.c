/* SPDX-License-Identifier: MIT */
/* Lives until it is killed. */
#include "call.h"

START_WITH(run);

struct span {
  long seconds, nanoseconds;
};

__attribute__((used, noreturn)) void run(void);
void run(void) {
  const struct span hour = { 3600, 0 };
  for (;;) (void) call(SYS_nanosleep, (long) &hour, 0, 0);
}
