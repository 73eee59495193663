/* SPDX-License-Identifier: MIT */
/*
 * stdio to slots: defaults filled in, so that each slot says what it is.
 */
#include "base/memory.h"
#include "plan/plan.h"

#include <errno.h>

enum { STANDARD = 3 }; /* stdin, stdout, stderr are always there */

static int slot_of(int asked, int index) {
  if (asked == CP_OVERLAPPED) asked = CP_PIPE;
  if (asked == CP_PIPE && index >= STANDARD) return CP_SOCKET;
  if (asked == CP_INHERIT) return index;
  return asked;
}

int plan_stdio(struct plan *plan, const int *stdio) {
  int given = 0;
  while (stdio && stdio[given] != CP_STDIO_END) given++;
  int count = given > STANDARD ? given : STANDARD;
  plan->slots = memory_new_array((size_t) count, sizeof *plan->slots);
  if (!plan->slots) return -ENOMEM;
  plan->slot_count = count;
  for (int i = 0; i < count; i++) plan->slots[i] = slot_of(i < given ? stdio[i] : CP_PIPE, i);
  for (int i = 0; i < count; i++)
    if (plan->slots[i] == CP_IPC) plan->ipc_slot = i;
  for (int i = 2; i < count; i++)
    if (plan->slots[i] == CP_STDOUT && plan->slots[1] >= 0) plan->slots[i] = plan->slots[1];
  return 0;
}
