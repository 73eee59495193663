/* SPDX-License-Identifier: MIT */
/* The modes of the helper that tell what the process was given: descriptors, signals, ids. */
#include "helper.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST = 256 };

/* Fills `ret_numbers` with the open descriptors, ascending; returns how many. */
static int open_descriptors(int *ret_numbers) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (!folder) exit(97);
  for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
    char *end;
    long number = strtol(entry->d_name, &end, 10);
    if (end == entry->d_name || number == dirfd(folder) || count == MOST) continue;
    int place = count++;
    for (; place > 0 && ret_numbers[place - 1] > number; place--) {
      ret_numbers[place] = ret_numbers[place - 1];
    }
    ret_numbers[place] = (int) number;
  }
  closedir(folder);
  return count;
}

int report_descriptors(char **arguments) {
  int numbers[MOST];
  int count = open_descriptors(numbers);
  (void) arguments;
  for (int i = 0; i < count; i++) printf("%d\n", numbers[i]);
  return 0;
}

/* "fifo", "socket", "null", "file" and so on; with the inode if `with_inode`. */
static void describe(int fd, char *ret_text, size_t size) {
  struct stat status;
  struct stat null;
  if (fstat(fd, &status) < 0) {
    snprintf(ret_text, size, "closed");
  } else if (S_ISFIFO(status.st_mode)) {
    snprintf(ret_text, size, "fifo");
  } else if (S_ISSOCK(status.st_mode)) {
    snprintf(ret_text, size, "socket");
  } else if (S_ISCHR(status.st_mode) && stat("/dev/null", &null) == 0 &&
             status.st_rdev == null.st_rdev) {
    snprintf(ret_text, size, "null");
  } else {
    snprintf(ret_text, size, "file");
  }
}

int report_kinds(char **arguments) {
  int numbers[MOST];
  int count = open_descriptors(numbers);
  (void) arguments;
  for (int i = 0; i < count; i++) {
    char kind[16];
    describe(numbers[i], kind, sizeof kind);
    int flags = fcntl(numbers[i], F_GETFL);
    const char *mode[] = { "read", "write", "both", "?" };
    printf("%d %s %s%s%s\n", numbers[i], kind, mode[flags & O_ACCMODE],
           flags & O_NONBLOCK ? " nonblock" : "",
           fcntl(numbers[i], F_GETFD) & FD_CLOEXEC ? " cloexec" : "");
  }
  return 0;
}

static int matches(int fd, const char *wanted) {
  char kind[16];
  struct stat status;
  char *end;
  unsigned long inode = strtoul(wanted, &end, 10);
  if (*end == '\0' && end != wanted) return fstat(fd, &status) == 0 && status.st_ino == inode;
  describe(fd, kind, sizeof kind);
  return strcmp(kind, wanted) == 0;
}

/*
 * expect FD=INODE FD=KIND ...: succeeds when exactly these descriptors are open, in this order.
 * The exit code needs no descriptor, so all of them can be under test: 50 plus the place of the
 * first one that is wrong, 96 for too few.
 */
int expect_descriptors(char **arguments) {
  int numbers[MOST];
  int count = open_descriptors(numbers);
  int place = 0;
  for (; arguments[place]; place++) {
    const char *equals = strchr(arguments[place], '=');
    if (!equals) return 95;
    int fd = atoi(arguments[place]);
    if (place == count) return 96;
    if (numbers[place] != fd || !matches(fd, equals + 1)) return 50 + place;
    if (fcntl(fd, F_GETFD) & FD_CLOEXEC) return 94;
  }
  return place == count ? 0 : 50 + place;
}

static void print_status_line(const char *name) {
  char line[512];
  FILE *status = fopen("/proc/self/status", "r");
  if (!status) exit(97);
  while (fgets(line, sizeof line, status)) {
    if (strncmp(line, name, strlen(name)) == 0) fputs(line, stdout);
  }
  fclose(status);
}

/* The blocked, ignored and caught sets of the kernel, signals 1 to 64, in hexadecimal. */
int report_signals(char **arguments) {
  (void) arguments;
  print_status_line("SigBlk:");
  print_status_line("SigIgn:");
  print_status_line("SigCgt:");
  return 0;
}

/* "pid 12\nppid 11\n..." */
int report_ids(char **arguments) {
  gid_t groups[MOST];
  (void) arguments;
  printf("pid %d\nppid %d\npgid %d\nsid %d\n", (int) getpid(), (int) getppid(), (int) getpgid(0),
         (int) getsid(0));
  uid_t uid[3];
  gid_t gid[3];
  if (getresuid(&uid[0], &uid[1], &uid[2]) < 0 || getresgid(&gid[0], &gid[1], &gid[2]) < 0) {
    return 97;
  }
  printf("uid %u %u %u\ngid %u %u %u\n", uid[0], uid[1], uid[2], gid[0], gid[1], gid[2]);
  int count = getgroups(MOST, groups);
  printf("groups %d", count);
  for (int i = 0; i < count; i++) printf(" %u", groups[i]);
  printf("\n");
  return 0;
}

int report_cwd(char **arguments) {
  char path[4096];
  (void) arguments;
  /* The system call says "(unreachable)" or ENOENT where getcwd() would search. */
  if (syscall(SYS_getcwd, path, sizeof path) < 0) return 1;
  puts(path);
  return 0;
}
