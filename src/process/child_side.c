/* SPDX-License-Identifier: MIT */
/*
 * All that runs between clone and exec.
 *
 * The child shares the parent's memory, and the thread that called clone stands still in the
 * middle of a function. So nothing here may be seen by it afterwards but `struct child_side`:
 * no libc (errno and all thread-local things are that thread's), no lock, no allocation, no
 * lazy symbol, no sanitizer and no stack protector (the build turns them off for this file).
 * System calls are made by hand, and memory is read only where the parent prepared it.
 *
 * Order: descriptors first, since until they are the child's own, a wrong step would close
 * the parent's; the signal mask last, since no handler of the parent may run here.
 */
#include "process/child_side.h"

#include "process/process.h"
#include "process/raw.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

enum { EXIT_NOT_STARTED = 127, SIGNAL_SET_BYTES = 8 };

#define CALL0(name)          raw_call(SYS_##name, 0, 0, 0, 0, 0)
#define CALL1(name, a)       raw_call(SYS_##name, (long) (a), 0, 0, 0, 0)
#define CALL2(name, a, b)    raw_call(SYS_##name, (long) (a), (long) (b), 0, 0, 0)
#define CALL3(name, a, b, c) raw_call(SYS_##name, (long) (a), (long) (b), (long) (c), 0, 0)
#define CALL4(name, a, b, c, d) \
  raw_call(SYS_##name, (long) (a), (long) (b), (long) (c), (long) (d), 0)

static int failed(struct child_side *side, enum process_step step, long number) {
  side->report.step = (int) step;
  side->report.number = (int) number;
  return -1;
}

static int failed_slot(struct child_side *side, int slot, long number) {
  side->report.slot = slot;
  return failed(side, STEP_STDIO, number);
}

/* ---- signals ---- */

struct kernel_action {
  uintptr_t handler, flags, restorer;
  uint64_t mask;
};

/* Handlers are gone or will go with exec; but what the parent ignores would stay ignored, and
 * Node ignores SIGPIPE. Which signals need it the parent has found out (choose.c). */
static void reset_dispositions(uint64_t signals) {
  const struct kernel_action by_default = { 0 };
  for (int signal = 1; signals; signal++, signals >>= 1)
    if ((signals & 1) && signal != SIGKILL && signal != SIGSTOP)
      (void) CALL4(rt_sigaction, signal, &by_default, 0, SIGNAL_SET_BYTES);
}

static void set_disposition(int signal, uintptr_t handler) {
  const struct kernel_action action = { .handler = handler };
  (void) CALL4(rt_sigaction, signal, &action, 0, SIGNAL_SET_BYTES);
}

/* A stop signal that came while all were blocked would stop us at the opening of the mask,
 * before exec; and the parent waits for exec, and would not even answer to Ctrl-Z. Ignoring
 * it for a moment takes it away. The parent sends it again when the program runs. */
static void postpone_stop(struct child_side *side) {
  static const unsigned char stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
  uint64_t pending = 0;
  (void) CALL2(rt_sigpending, &pending, SIGNAL_SET_BYTES);
  for (unsigned i = 0; i < sizeof stops; i++) {
    if (!(pending & (uint64_t) 1 << (stops[i] - 1))) continue;
    side->report.stop = stops[i];
    set_disposition(stops[i], (uintptr_t) SIG_IGN);
    set_disposition(stops[i], (uintptr_t) SIG_DFL);
  }
}

static void empty_mask(void) {
  const uint64_t none = 0;
  (void) CALL4(rt_sigprocmask, SIG_SETMASK, &none, 0, SIGNAL_SET_BYTES);
}

/* ---- descriptors ---- */

/* What lies in the way of the slots goes above them: then no wiring can overwrite a source. */
static int lift_sources(struct child_side *side) {
  for (int slot = 0; slot < side->source_count; slot++) {
    int source = side->sources[slot];
    if (source < 0 || source >= side->source_count || source == slot) continue;
    long lifted = CALL3(fcntl, source, F_DUPFD_CLOEXEC, side->source_count);
    if (lifted < 0) return failed_slot(side, slot, lifted);
    side->sources[slot] = (int) lifted;
  }
  return 0;
}

static long wire(int source, int slot) {
  if (source == slot) return CALL3(fcntl, slot, F_SETFD, 0); /* not close-on-exec any more */
  return CALL3(dup3, source, slot, 0);
}

/* As programs expect their stdio. Best effort: what refuses it was what the caller had, too. */
static void set_blocking(const struct child_side *side) {
  for (int slot = 0; side->nonblocking >> slot; slot++) {
    if (!(side->nonblocking >> slot & 1)) continue;
    long flags = CALL2(fcntl, slot, F_GETFL);
    if (flags >= 0) (void) CALL3(fcntl, slot, F_SETFL, flags & ~O_NONBLOCK);
  }
}

/* stdin of /dev/null is for reading, the others for both, as Node has it. */
static long wire_null(int slot, int *writable) {
  if (slot > 0 && *writable >= 0) return wire(*writable, slot);
  int flags = slot == 0 ? O_RDONLY : O_RDWR;
  (void) CALL1(close, slot); /* so that mostly the slot is the lowest free number */
  long fd = CALL4(openat, AT_FDCWD, "/dev/null", flags, 0);
  if (fd < 0) return fd;
  if (slot > 0) *writable = slot;
  if (fd == slot) return 0;
  long result = wire((int) fd, slot);
  /* It may have come to stand where a later slot will be, and is closed with the rest. */
  return result < 0 ? result : CALL1(close, fd);
}

static int wire_slots(struct child_side *side) {
  int writable_null = -1; /* a slot that is that already */
  for (int slot = 0; slot < side->source_count; slot++) {
    int source = side->sources[slot];
    long result = 0;
    if (source >= 0) {
      result = wire(source, slot);
    } else if (source == SOURCE_NULL) {
      result = wire_null(slot, &writable_null);
    } else {
      (void) CALL1(close, slot);
    }
    if (result < 0) return failed_slot(side, slot, result);
  }
  set_blocking(side);
  return 0;
}

/* Kernels before 5.9 have no close_range: close what /proc/self/fd lists. Each round begins
 * anew, since closing while reading may skip some. */
static long close_listed(int first, int kept) {
  struct {
    uint64_t inode, offset;
    uint16_t length;
    uint8_t type;
    char name[];
  } * entry;
  char list[1024] __attribute__((aligned(8)));
  long folder = CALL4(openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0) return folder;
  for (bool again = true; again;) {
    again = false;
    (void) CALL3(lseek, folder, 0, 0);
    long bytes;
    while ((bytes = CALL3(getdents64, folder, list, sizeof list)) > 0) {
      for (long at = 0; at < bytes; at += entry->length) {
        entry = (void *) (list + at);
        long fd = 0;
        const char *digit = entry->name;
        for (; *digit >= '0' && *digit <= '9'; digit++) fd = fd * 10 + (*digit - '0');
        if (*digit || fd < first || fd == folder || fd == kept) continue;
        (void) CALL1(close, fd);
        again = true;
      }
    }
  }
  return CALL1(close, folder);
}

/* The last resort: by number, as far as there may be any. */
static long close_numbered(int first, int kept) {
  struct {
    uint64_t current, most;
  } limit = { 0 };
  long result = CALL4(prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
  if (result < 0) return result;
  for (int fd = first; (uint64_t) fd < limit.most && fd < INT32_MAX; fd++)
    if (fd != kept) (void) CALL1(close, fd);
  return 0;
}

static int own_table(struct child_side *side) {
  if (!side->shares_table) return 0;
  long result = CALL3(close_range, side->first_unused, ~0u, CLOSE_RANGE_UNSHARE);
  return result < 0 ? failed(side, STEP_UNSHARE, result) : 0;
}

/* Whatever else the parent had open, or opened just now in another thread. */
static int sweep(struct child_side *side) {
  int first = side->source_count;
  int kept = side->report_fd;
  /* Taking our own table has left nothing above the slots, and since then we opened nothing that
   * outlives exec. */
  if (side->shares_table && side->first_unused == (unsigned) first) return 0;
  long result = 0;
  if (kept > first) result = CALL3(close_range, first, kept - 1, 0);
  if (result >= 0) result = CALL3(close_range, kept >= 0 ? kept + 1 : first, ~0u, 0);
  /* Not in the kernel, or not in the list of a sandbox that is older than it. */
  if (result == -ENOSYS || result == -EPERM) result = close_listed(first, kept);
  if (result < 0) result = close_numbered(first, kept); /* no /proc here */
  return result < 0 ? failed(side, STEP_UNSHARE, result) : 0;
}

/* ---- place and identity ---- */

static int enter(struct child_side *side) {
  if (!side->cwd) return 0;
  long result = CALL1(chdir, side->cwd);
  return result < 0 ? failed(side, STEP_CHDIR, result) : 0;
}

/* Groups while we may still, then the group, and the user last. libc's own calls would tell
 * all threads of the *parent* to change. */
static int become(struct child_side *side) {
  long result = 0;
  if (side->sets_groups && (result = CALL2(setgroups, 0, NULL)) < 0)
    return failed(side, STEP_SETGROUPS, result);
  if (side->sets_gid && (result = CALL1(setgid, side->gid)) < 0)
    return failed(side, STEP_SETGID, result);
  if (side->sets_uid && (result = CALL1(setuid, side->uid)) < 0)
    return failed(side, STEP_SETUID, result);
  return 0;
}

/* ---- the program ---- */

static bool tries_next(long number) {
  switch (number) {
    case -EACCES:
    case -ENOENT:
    case -ENOTDIR:
    case -ENODEV:
    case -ESTALE:
    case -ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

static long become_program(struct child_side *side, const char *path) {
  long result = CALL3(execve, path, side->args, side->env);
  if (result != -ENOEXEC) return result;
  side->shell_args[1] = (char *) (uintptr_t) path;
  return CALL3(execve, side->shell_args[0], side->shell_args, side->env);
}

static int execute(struct child_side *side) {
  long result = -ENOENT;
  bool was_denied = false; /* tells more than a later "not there", so execvp prefers it */
  for (const char *path = side->candidates; *path;) {
    result = become_program(side, path);
    if (!tries_next(result)) break;
    if (result == -EACCES) was_denied = true;
    while (*path) path++;
    path++;
  }
  return failed(side, STEP_EXEC, was_denied && tries_next(result) ? -EACCES : result);
}

/* After a real fork; else the parent sees it anyway. */
static void tell(const struct child_side *side) {
  long written = -EINTR;
  while (side->report_fd >= 0 && written == -EINTR)
    written = CALL3(write, side->report_fd, &side->report, sizeof side->report);
}

int child_side_run(void *argument) {
  struct child_side *side = argument;
  if (own_table(side) < 0) return EXIT_NOT_STARTED;
  reset_dispositions(side->signals);
  if (side->is_detached) {
    long result = CALL0(setsid);
    if (result < 0) return failed(side, STEP_SETSID, result), EXIT_NOT_STARTED;
  }
  if (lift_sources(side) < 0 || wire_slots(side) < 0 || sweep(side) < 0 || enter(side) < 0 ||
      become(side) < 0)
    return EXIT_NOT_STARTED;
  postpone_stop(side);
  if (side->report.stop) tell(side);
  empty_mask();
  (void) execute(side);
  return EXIT_NOT_STARTED;
}

_Noreturn void child_side_run_and_exit(struct child_side *side) {
  int code = child_side_run(side);
  tell(side);
  for (;;) (void) CALL1(exit_group, code);
}
