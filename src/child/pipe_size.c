/* SPDX-License-Identifier: MIT */
#include "child/pipe_size.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { MOST_GROWN = 16 };

/* Linux's own size first; the last is what anybody may have (pipe-max-size). */
static const int sizes[] = { 64 << 10, 256 << 10, 1 << 20 };
enum { LAST_STEP = sizeof sizes / sizeof *sizes - 1 };

static atomic_int grown;

static bool reserve(void) {
  if (atomic_fetch_add(&grown, 1) < MOST_GROWN) return true;
  (void) atomic_fetch_sub(&grown, 1);
  return false;
}

void pipe_size_adapt(int fd, unsigned char *step, size_t read_at_once) {
  if (*step >= LAST_STEP || read_at_once < (size_t) sizes[*step]) return;
  if (*step == 0 && !reserve()) return;
  if (fcntl(fd, F_SETPIPE_SZ, sizes[*step + 1]) >= 0) {
    (*step)++;
  } else if (*step == 0) {
    (void) atomic_fetch_sub(&grown, 1); /* the user has too many already: no harm */
  }
}

void pipe_size_release(unsigned char *step) {
  if (*step > 0) (void) atomic_fetch_sub(&grown, 1);
  *step = 0;
}
