/* SPDX-License-Identifier: MIT */
/* Exact, because the runner switches the thread cache off (main.c). */
#include <malloc.h>

#include "run.h"

size_t test_heap_in_use(void) {
  return mallinfo2().uordblks;
}
