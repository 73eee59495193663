/* SPDX-License-Identifier: MIT */
#include "system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/run.h"

static int saved[3] = { -1, -1, -1 };

unsigned test_stranger(void) {
  return 1000000000U + (unsigned) getpid();
}

/* A system in a private folder (debootstrap, chroot) may have a "/" that only root may enter:
 * there is no program that another user could start. */
static bool is_root_folder_open(void) {
  struct stat root;
  CHECK_INT(stat("/", &root), 0);
  return (root.st_mode & S_IXOTH) != 0;
}

static void need_open_root_folder(void) {
  if (!is_root_folder_open()) test_skip("no other user may enter / here");
}

bool others_may_run(void) {
  return geteuid() == 0 && is_root_folder_open();
}

void need_root(void) {
  if (geteuid() != 0) test_skip("needs root");
  need_open_root_folder();
}

void become_unprivileged(void) {
  if (geteuid() != 0) return;
  need_open_root_folder();
  unsigned id = test_stranger();
  CHECK_INT(setgroups(0, NULL), 0);
  CHECK_INT(setresgid(id, id, id), 0);
  CHECK_INT(setresuid(id, id, id), 0);
  /* Or /proc/self is root's, and the runner cannot count. */
  CHECK_INT(prctl(PR_SET_DUMPABLE, 1), 0);
}

int count_descriptors(void) {
  int count = -3; /* ".", ".." and the folder itself */
  DIR *folder = opendir("/proc/self/fd");
  CHECK(folder != NULL);
  while (readdir(folder)) count++;
  closedir(folder);
  return count;
}

void leave_descriptors(int spare) {
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  rlim_t number = 0;
  for (; spare >= 0; number++) {
    if (fcntl((int) number, F_GETFD) < 0) spare--;
  }
  limit.rlim_cur = number - 1;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void save_standard(int standard) {
  if (saved[standard] >= 0) return;
  saved[standard] = fcntl(standard, F_DUPFD_CLOEXEC, 800);
  CHECK(saved[standard] >= 0);
}

void close_standard(unsigned set) {
  for (int fd = 0; fd < 3; fd++) {
    if (!(set & 1U << fd)) continue;
    save_standard(fd);
    close(fd);
  }
}

void replace_standard(int standard, int fd) {
  save_standard(standard);
  CHECK_INT(dup2(fd, standard), standard);
}

void restore_standard(void) {
  for (int fd = 0; fd < 3; fd++) {
    if (saved[fd] < 0) continue;
    CHECK_INT(dup2(saved[fd], fd), fd);
    close(saved[fd]);
    saved[fd] = -1;
  }
}

const char *make_file(const char *name, const char *contents, unsigned mode) {
  const char *path = text("%s/%s", test_dir(), name);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  CHECK(fd >= 0);
  CHECK_INT(write(fd, contents, strlen(contents)), strlen(contents));
  CHECK_INT(fchmod(fd, mode), 0);
  close(fd);
  return path;
}

const char *make_folder(const char *name, unsigned mode) {
  const char *path = text("%s/%s", test_dir(), name);
  CHECK_INT(mkdir(path, 0700), 0);
  CHECK_INT(chmod(path, mode), 0);
  return path;
}

int make_anonymous(bool cloexec) {
  int fd = memfd_create("test", cloexec ? MFD_CLOEXEC : 0);
  CHECK(fd >= 0);
  return fd;
}

unsigned long inode_of(int fd) {
  struct stat status;
  CHECK_INT(fstat(fd, &status), 0);
  return (unsigned long) status.st_ino;
}

const char *contents_of(int fd) {
  struct stat status;
  CHECK_INT(fstat(fd, &status), 0);
  char *contents = test_alloc((size_t) status.st_size + 1);
  CHECK_INT(pread(fd, contents, (size_t) status.st_size, 0), status.st_size);
  return contents;
}

const char *string_of(char c, size_t length) {
  char *string = test_alloc(length + 1);
  memset(string, c, length);
  return string;
}

const char *text(const char *format, ...) {
  char line[4096];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  CHECK(length >= 0 && (size_t) length < sizeof line);
  return strcpy(test_alloc((size_t) length + 1), line);
}
