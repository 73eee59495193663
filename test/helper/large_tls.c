/* SPDX-License-Identifier: MIT */
/*
 * A host with more thread-local data than a small stack has room for, on a system without pidfds,
 * where each child has a thread of ours. Ends with the code of its child.
 */
#include <child_process.h>

#include "process/ways.h"

enum { LARGE = 200000, NOT_RUN = 99 };

static _Thread_local volatile char large[LARGE];

int main(int argc, char **argv) {
  large[LARGE - 1] = 1;
  if (argc < 2 || !ways_force("fork+thread")) return NOT_RUN;
  cp_child *child = cp_hold(cp_spawn(argv[1], CP_ARGV(argv + 2), NULL));
  if (cp_run(NULL) != 0) return NOT_RUN;
  int code = cp_exited(child) ? cp_exit_code(child) : NOT_RUN;
  cp_release(child);
  return code;
}
