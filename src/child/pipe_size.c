/* SPDX-License-Identifier: MIT */
#include "child/pipe_size.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { MOST_GROWN = 16 };

/* Linux's own size first (16 pages of 4 KiB); the last is what anybody may have (pipe-max-size). */
static const int sizes[] = { 64 << 10, 256 << 10, 1 << 20 };
enum { LAST_STEP = sizeof sizes / sizeof *sizes - 1, REFUSED = 255 };

static atomic_int grown;

static bool reserve(void) {
  if (atomic_fetch_add(&grown, 1) < MOST_GROWN) return true;
  (void) atomic_fetch_sub(&grown, 1);
  return false;
}

/* Never smaller: where pages are large a pipe has more from the start. */
static bool grow(int fd, int size) {
  return fcntl(fd, F_GETPIPE_SZ) >= size || fcntl(fd, F_SETPIPE_SZ, size) >= 0;
}

void pipe_size_adapt(int fd, unsigned char *step, size_t read_at_once) {
  if (*step >= LAST_STEP || read_at_once < (size_t) sizes[*step]) return;
  if (*step == 0 && !reserve()) return;
  if (grow(fd, sizes[*step + 1])) {
    (*step)++;
    return;
  }
  /* The user has too many already. No harm, and no reason to ask again. */
  pipe_size_release(step);
  *step = REFUSED;
}

void pipe_size_release(unsigned char *step) {
  if (*step != REFUSED) (void) atomic_fetch_sub(&grown, 1);
  *step = 0;
}
