/* SPDX-License-Identifier: MIT */
/*
 * Tests of the runner: it is run again on tests that misbehave in one way each, and must call
 * every one a failure, for the right reason.
 */
#include "run.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

/* Reaching the heap through these keeps compilers from removing what is leaked on purpose. */
static void *volatile leaked;
static volatile int two = 2;

TEST_MISBEHAVING(behaves) {
  CHECK_INT(two, 2);
}

TEST_MISBEHAVING(fails_a_check) {
  CHECK_INT(two + two, 5);
}

TEST_MISBEHAVING(compares_different_strings) {
  CHECK_STR("apples", "pears");
}

TEST_MISBEHAVING(leaks_a_descriptor) {
  CHECK(open("/dev/zero", O_RDONLY | O_CLOEXEC) >= 0);
}

TEST_MISBEHAVING(closes_a_descriptor) {
  close(0);
}

TEST_MISBEHAVING(replaces_a_descriptor) {
  int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  dup2(zero, 0);
  close(zero);
}

TEST_MISBEHAVING(makes_a_descriptor_non_blocking) {
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
}

TEST_MISBEHAVING(leaves_a_zombie) {
  siginfo_t info;
  pid_t pid = fork();
  if (pid == 0) _exit(0);
  waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT);
}

TEST_MISBEHAVING(leaves_a_living_child) {
  if (fork() == 0) {
    for (;;) pause();
  }
}

TEST_MISBEHAVING(leaks_memory) {
  leaked = malloc(1234);
  memset(leaked, 1, 1234);
  leaked = NULL;
}

TEST_MISBEHAVING(prints) {
  printf("hello\n");
}

TEST_MISBEHAVING(crashes) {
  raise(SIGSEGV);
}

TEST_MISBEHAVING(exits_by_itself) {
  _exit(0 + two);
}

TEST_MISBEHAVING(hangs) {
  for (;;) pause();
}

TEST_MISBEHAVING(leaves_a_handle_on_the_default_loop) {
  static uv_timer_t timer;
  uv_timer_init(uv_default_loop(), &timer);
}

TEST_MISBEHAVING(skips_itself) {
  test_skip("because it was asked to");
}

/* Runs the runner on one misbehaving test; returns its exit code and keeps its output. `option` may
 * be any that takes no value. */
static int run_with(const char *option, const char *name, char *ret_output, size_t size) {
  int ends[2];
  int status;
  CHECK_INT(pipe2(ends, O_CLOEXEC), 0);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 1);
    dup2(ends[1], 2);
    execl(test_runner(), "run_tests", option, "--timeout", "1", "--misbehave", name, NULL);
    _exit(127);
  }
  close(ends[1]);
  size_t length = 0;
  while (length + 1 < size) {
    ssize_t got = read(ends[0], ret_output + length, size - 1 - length);
    if (got <= 0) break;
    length += (size_t) got;
  }
  ret_output[length] = '\0';
  close(ends[0]);
  CHECK_INT(waitpid(pid, &status, 0), pid);
  CHECK(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static int run_again(const char *name, char *ret_output, size_t size) {
  return run_with("--brief", name, ret_output, size);
}

static void must_fail(const char *name, const char *because) {
  char *output = test_alloc(65536);
  CHECK_INT(run_again(name, output, 65536), 1);
  CHECK_HAS(output, name);
  CHECK_HAS(output, because);
  CHECK_HAS(output, "tests: 0 passed, 1 failed\n");
}

TEST(the_runner_passes_a_test_that_behaves) {
  char *output = test_alloc(65536);
  CHECK_INT(run_again("behaves", output, 65536), 0);
  CHECK_STR(output, "tests: 1 passed, 0 failed\n");
}

TEST(the_runner_tells_how_long_a_test_took) {
  char *output = test_alloc(65536);
  CHECK_INT(run_with("--times", "behaves", output, 65536), 0);
  CHECK_HAS(output, " ms used: behaves\ntests: 1 passed, 0 failed\n");
}

TEST(the_runner_fails_when_no_test_matches) {
  char *output = test_alloc(65536);
  CHECK_INT(run_again("no such test", output, 65536), 1);
  CHECK_STR(output, "tests: 0 passed, 0 failed\n");
}

TEST(the_runner_reports_a_failed_check_with_its_values) {
  must_fail("fails_a_check", "two + two == 5: is 4, expected 5");
}

TEST(the_runner_reports_both_strings) {
  must_fail("compares_different_strings", "is       \"apples\"\n    expected \"pears\"");
}

TEST(the_runner_reports_a_leaked_descriptor) {
  must_fail("leaks_a_descriptor", "/dev/zero");
}

TEST(the_runner_reports_a_closed_descriptor) {
  must_fail("closes_a_descriptor", "closed: descriptor 0, /dev/null");
}

TEST(the_runner_reports_a_replaced_descriptor) {
  must_fail("replaces_a_descriptor", "descriptor 0 was /dev/null and is /dev/zero");
}

TEST(the_runner_reports_changed_descriptor_flags) {
  must_fail("makes_a_descriptor_non_blocking", "descriptor 0, /dev/null, had flags");
}

TEST(the_runner_reports_a_zombie) {
  must_fail("leaves_a_zombie", "left over: a zombie");
}

TEST(the_runner_reports_a_living_child) {
  must_fail("leaves_a_living_child", "left over: a living child");
}

TEST(the_runner_reports_leaked_memory) {
  /* ThreadSanitizer's allocator tells nothing, and neither does musl's. */
  bool is_seen = TEST_ADDRESS_SANITIZED || (!TEST_THREAD_SANITIZED && test_heap_in_use() > 0);
  if (!is_seen) test_skip("no way to see the whole heap here");
  must_fail("leaks_memory", "memory");
}

TEST(the_runner_reports_output) {
  must_fail("prints", "hello\n  something was printed");
}

TEST(the_runner_reports_a_crash) {
  /* AddressSanitizer catches the signal and exits with a code of its own. */
  must_fail("crashes", TEST_SANITIZED ? "SEGV" : "killed by signal 11");
}

TEST(the_runner_reports_a_test_that_exits) {
  must_fail("exits_by_itself", "ended with code 2");
}

TEST(the_runner_reports_a_test_that_hangs) {
  must_fail("hangs", "took too long");
}

TEST(the_runner_reports_a_handle_on_the_default_loop) {
  must_fail("leaves_a_handle_on_the_default_loop", "handles on the default loop");
}

TEST(the_runner_counts_a_skipped_test) {
  char *output = test_alloc(65536);
  (void) run_again("skips_itself", output, 65536);
  CHECK_HAS(output, "because it was asked to");
  CHECK_HAS(output, "tests: 0 passed, 0 failed, 1 skipped\n");
}
