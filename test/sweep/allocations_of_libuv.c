/* SPDX-License-Identifier: MIT */
/*
 * libuv's own allocations fail, one at a time and all from one on, each in a process of its own.
 *
 * libuv calls abort() where its table of watched descriptors cannot grow (uv__io_start), which is
 * all that it gets by realloc(); nothing of ours can help it. All else must come to a good end.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "run/internal.h"
#include "support/watch.h"

/* Seen by the test as well. */
struct ration {
  int requests;
  int fail_at;
  bool later_too;
  bool has_failed;
  bool was_resize;
};

static struct ration *ration;

static bool is_refused(bool resizes) {
  int request = ++ration->requests;
  if (!ration->fail_at || request < ration->fail_at) return false;
  if (request > ration->fail_at && !ration->later_too) return false;
  ration->has_failed = true;
  ration->was_resize = resizes;
  return true;
}

static void *rationed_malloc(size_t size) {
  return is_refused(false) ? NULL : malloc(size);
}

static void *rationed_calloc(size_t count, size_t size) {
  return is_refused(false) ? NULL : calloc(count, size);
}

static void *rationed_realloc(void *memory, size_t size) {
  return is_refused(true) ? NULL : realloc(memory, size);
}

/* The default loop is made, used and closed. */
static void use_default_loop(void) {
  guard_begin();
  CHECK_INT(uv_replace_allocator(rationed_malloc, rationed_realloc, rationed_calloc, free), 0);
  ration->requests = 0;
  cp_child *child =
      cp_spawn(test_helper(), CP_ARGS("exit", "3"), &(cp_options){ .timeout_ms = 50000 });
  if (!child) {
    CHECK(cp_last_error() && cp_last_error()->number < 0);
    CHECK(ration->has_failed);
  } else {
    struct watch *w = watch(child);
    watch_run(w);
    CHECK_INT(w->code, w->error ? w->error->number : 3);
  }
  ration->fail_at = 0;
  if (!guard_end_quickly()) _exit(TEST_FAILED);
}

static void check_one(int number, bool later_too) {
  *ration = (struct ration){ .fail_at = number, .later_too = later_too };
  pid_t pid = fork();
  if (pid == 0) {
    use_default_loop();
    _exit(TEST_PASSED);
  }
  int status;
  CHECK_INT(waitpid(pid, &status, 0), pid);
  bool is_known = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && ration->was_resize;
  if (status != 0 && !is_known)
    check_failed(__FILE__, __LINE__, "libuv's allocation %d%s: status 0x%x", number,
                 later_too ? " and later ones" : "", (unsigned) status);
}

TEST(every_allocation_of_libuv_fails) {
  ration = mmap(NULL, sizeof *ration, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(ration != MAP_FAILED);
  for (int mode = 0; mode < 2; mode++) {
    int failed = 0;
    for (int number = 1;; number++, failed++) {
      check_one(number, mode == 1);
      if (!ration->has_failed) break;
      CHECK(number < 100);
    }
    CHECK(failed > 0);
  }
  munmap(ration, sizeof *ration);
}
