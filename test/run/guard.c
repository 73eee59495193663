/* SPDX-License-Identifier: MIT */
/*
 * What a test must leave as it found it: the open descriptors with what they point to and their
 * flags, no child alive or dead, the heap, and an output without a word. libuv makes some
 * descriptors once a process and keeps them, so a loop is made and closed before counting; the
 * default loop is closed after a test, which also proves that the library left nothing on it.
 */
#include "internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "process/ways.h"

enum { MOST_DESCRIPTORS = 256 };

struct descriptor {
  int number;
  int flags;
  char target[120];
};

struct descriptors {
  int count;
  struct descriptor list[MOST_DESCRIPTORS];
};

static struct descriptors before;
static struct descriptors after;

static void descriptors_read(struct descriptors *descriptors) {
  descriptors->count = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (!folder) check_failed(__FILE__, __LINE__, "no /proc/self/fd: %s", strerror(errno));
  for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
    char *end;
    long number = strtol(entry->d_name, &end, 10);
    if (end == entry->d_name || number == dirfd(folder)) continue;
    if (descriptors->count == MOST_DESCRIPTORS) {
      check_failed(__FILE__, __LINE__, "more than %d descriptors", MOST_DESCRIPTORS);
    }
    struct descriptor *it = &descriptors->list[descriptors->count++];
    it->number = (int) number;
    it->flags = fcntl((int) number, F_GETFL);
    ssize_t length = readlinkat(dirfd(folder), entry->d_name, it->target, sizeof it->target - 1);
    it->target[length > 0 ? length : 0] = '\0';
  }
  closedir(folder);
}

static const struct descriptor *find(const struct descriptors *descriptors, int number) {
  for (int i = 0; i < descriptors->count; i++) {
    if (descriptors->list[i].number == number) return &descriptors->list[i];
  }
  return NULL;
}

static bool descriptors_are_the_same(void) {
  bool same = true;
  descriptors_read(&after);
  for (int i = 0; i < after.count; i++) {
    const struct descriptor *is = &after.list[i];
    const struct descriptor *was = find(&before, is->number);
    if (!was) {
      report("  left over: descriptor %d, %s\n", is->number, is->target);
    } else if (strcmp(was->target, is->target) != 0) {
      report("  descriptor %d was %s and is %s\n", is->number, was->target, is->target);
    } else if (was->flags != is->flags) {
      report("  descriptor %d, %s, had flags 0%o and has 0%o\n", is->number, is->target,
             (unsigned) was->flags, (unsigned) is->flags);
    } else {
      continue;
    }
    same = false;
  }
  for (int i = 0; i < before.count; i++) {
    if (find(&after, before.list[i].number)) continue;
    report("  closed: descriptor %d, %s\n", before.list[i].number, before.list[i].target);
    same = false;
  }
  return same;
}

static bool no_child_is_left(void) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 && errno == ECHILD) {
    return true;
  }
  if (info.si_pid) {
    report("  left over: a zombie, process %d\n", (int) info.si_pid);
  } else {
    report("  left over: a living child\n");
  }
  return false;
}

/* A thread that waits for a process that was given up ends after it: a moment after the test, too.
 * False if one is still there after a while. */
static bool waiting_threads_have_ended(void) {
  if (strncmp(ways_name(), "fork", 4) != 0) return true;
  for (uint64_t deadline_ms = now_ms() + 2000;;) {
    struct stat tasks;
    if (stat("/proc/self/task", &tasks) < 0 || tasks.st_nlink <= 3) return true;
    if (now_ms() > deadline_ms) break;
    poll(NULL, 0, 1);
  }
  report("  left over: a thread that waits for a process\n");
  return false;
}

static bool default_loop_closes(void) {
  /* libuv aborts when it is given one of these for itself; that they are gone is reported below. */
  for (int fd = 0; fd < 3; fd++) {
    if (fcntl(fd, F_GETFD) < 0) return false;
  }
  uv_loop_t *loop = uv_default_loop();
  if (!loop) {
    report("  no default loop can be made after the test\n");
    return false;
  }
  int r = uv_loop_close(loop);
  if (r == 0) return true;
  report("  left over: handles on the default loop (uv_loop_close: %s)\n", uv_err_name(r));
  uv_print_all_handles(loop, stderr);
  return false;
}

static bool nothing_was_printed(void) {
  struct stat output;
  if (fstat(1, &output) == 0 && output.st_size == (off_t) report_noted()) return true;
  report("  something was printed: see above\n");
  return false;
}

void guard_begin(void) {
  /* What libuv keeps goes above these, so that tests find low numbers free. */
  int plugs[16];
  for (int i = 0; i < 16; i++) plugs[i] = dup(0);
  uv_loop_t *loop = uv_default_loop();
  if (!loop || uv_loop_close(loop) != 0) {
    check_failed(__FILE__, __LINE__, "the default loop cannot be made and closed");
  }
  for (int i = 0; i < 16; i++) close(plugs[i]);
  descriptors_read(&before);
  heap_remember();
}

bool guard_end_quickly(void) {
  bool clean = nothing_was_printed();
  if (!default_loop_closes()) clean = false;
  test_free_all();
  if (!waiting_threads_have_ended()) clean = false;
  if (!no_child_is_left()) clean = false;
  if (!descriptors_are_the_same()) clean = false;
  if (!heap_of_library_is_clean()) clean = false;
  return clean;
}

bool guard_end(void) {
  bool clean = guard_end_quickly();
  return clean && heap_is_clean();
}
