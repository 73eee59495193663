/* SPDX-License-Identifier: MIT */
/*
 * Looking for them: once, in /proc, where it is there.
 */
#include "inherited.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* One above the limit stays open, but cannot be put in place. */
bool inherited_is_open(int fd) {
  struct rlimit limit;
  int flags = fcntl(fd, F_GETFD);
  return flags >= 0 && !(flags & FD_CLOEXEC) && getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         (rlim_t) fd < limit.rlim_cur;
}

static int compare(const void *a, const void *b) {
  const int *left = a;
  const int *right = b;
  return (*left > *right) - (*left < *right);
}

static void add(struct inherited *inherited, int fd) {
  int *fds = realloc(inherited->fds, ((size_t) inherited->count + 1) * sizeof *fds);
  if (!fds) return;
  fds[inherited->count++] = fd;
  inherited->fds = fds;
}

/* Shells number theirs from 63 downwards, some launchers from 100 or 1000 on. Each number up to the
 * highest costs a start some 0.1 us. */
enum { LAST = 1023 };

void inherited_init(struct inherited *inherited) {
  *inherited = (struct inherited){ 0 };
  DIR *folder = opendir("/proc/self/fd");
  if (!folder) return;
  for (const struct dirent *entry; (entry = readdir(folder));) {
    int fd = atoi(entry->d_name);
    if (fd > STDERR_FILENO && fd <= LAST && inherited_is_open(fd)) add(inherited, fd);
  }
  (void) closedir(folder);
  if (inherited->count > 1)
    qsort(inherited->fds, (size_t) inherited->count, sizeof *inherited->fds, compare);
}

void inherited_done(struct inherited *inherited) {
  free(inherited->fds);
  *inherited = (struct inherited){ 0 };
}
