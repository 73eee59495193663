/* SPDX-License-Identifier: MIT */
/*
 * The folder of one run: copies of the programs that tests start, where every user can reach them
 * (a build tree may lie in a closed home), and a folder for each test that asks for one.
 */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[64];
static char helper[96];
static char tiny[96];
static char runner[PATH_MAX];
static char folder[PATH_MAX];

static int copy(const char *from, const char *to) {
  int source = open(from, O_RDONLY | O_CLOEXEC);
  int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
  ssize_t moved = source >= 0 && target >= 0 ? 1 : -1;
  while (moved > 0) moved = sendfile(target, source, NULL, 1 << 20);
  if (moved < 0) fprintf(stderr, "cannot copy %s to %s: %s\n", from, to, strerror(errno));
  if (source >= 0) close(source);
  if (target >= 0 && fchmod(target, 0755) < 0) moved = -1;
  if (target >= 0) close(target);
  return moved < 0 ? -1 : 0;
}

static int copy_neighbour(const char *name, char *ret_path, size_t size) {
  char from[PATH_MAX + 16];
  const char *slash = strrchr(runner, '/');
  snprintf(from, sizeof from, "%.*s/%s", (int) (slash - runner), runner, name);
  snprintf(ret_path, size, "%s/%s", base, name);
  return copy(from, ret_path);
}

int place_open(void) {
  const char *temporary = getenv("TMPDIR");
  if (!temporary || strlen(temporary) > 24) temporary = "/tmp";
  snprintf(base, sizeof base, "%s/child_process_test.XXXXXX", temporary);
  ssize_t length = readlink("/proc/self/exe", runner, sizeof runner - 1);
  if (length < 0 || !mkdtemp(base) || chmod(base, 0755) < 0) {
    perror(base);
    return -1;
  }
  runner[length] = '\0';
  if (copy_neighbour("helper", helper, sizeof helper) < 0) return -1;
  return copy_neighbour("tiny", tiny, sizeof tiny);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where) {
  (void) status, (void) type, (void) where;
  return remove(path);
}

void place_close(void) {
  if (base[0]) (void) nftw(base, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void place_enter(const char *test_name) {
  snprintf(folder, sizeof folder, "%s/%s", base, test_name);
}

const char *test_dir(void) {
  if (mkdir(folder, 0755) < 0 && errno != EEXIST) {
    check_failed(__FILE__, __LINE__, "mkdir %s: %s", folder, strerror(errno));
  }
  return folder;
}

const char *test_helper(void) {
  return helper;
}

const char *test_tiny(void) {
  return tiny;
}

const char *test_runner(void) {
  return runner;
}
