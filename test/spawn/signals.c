/* SPDX-License-Identifier: MIT */
/* A child starts with default dispositions and an empty mask, whatever ours are. */
#include <signal.h>
#include <string.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void handle(int number) {
  (void) number;
}

static void check_clean(void) {
  struct watch *w = ran_helper(CP_ARGS("signals"), NULL);
  CHECK_STR(output_of(w, 1), "SigBlk:\t0000000000000000\n"
                             "SigIgn:\t0000000000000000\n"
                             "SigCgt:\t0000000000000000\n");
}

TEST(a_child_starts_with_clean_signals) {
  check_clean();
}

TEST(signals_that_we_ignore_are_not_ignored_by_the_child) {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  signal(SIGHUP, SIG_IGN);
  check_clean();
  CHECK(signal(SIGPIPE, SIG_DFL) == SIG_IGN);
  CHECK(signal(SIGINT, SIG_DFL) == SIG_IGN);
}

TEST(real_time_signals_that_we_ignore_are_not_ignored_by_the_child) {
  signal(SIGRTMIN, SIG_IGN);
  signal(SIGRTMIN + 5, SIG_IGN);
  signal(SIGRTMAX, SIG_IGN);
  check_clean();
}

TEST(signals_that_we_handle_are_not_handled_by_the_child) {
  signal(SIGUSR1, handle);
  signal(SIGRTMAX, handle);
  check_clean();
  CHECK(signal(SIGUSR1, SIG_DFL) == handle);
}

TEST(signals_that_we_block_are_not_blocked_in_the_child) {
  sigset_t all, before, after;
  sigfillset(&all);
  CHECK_INT(sigprocmask(SIG_BLOCK, &all, NULL), 0);
  CHECK_INT(sigprocmask(SIG_BLOCK, NULL, &before), 0);
  check_clean();
  CHECK_INT(sigprocmask(SIG_BLOCK, NULL, &after), 0);
  for (int number = 1; number < 65; number++) {
    CHECK_INT(sigismember(&after, number), sigismember(&before, number));
  }
}

TEST(our_mask_is_the_same_after_a_start_that_failed) {
  sigset_t some, after;
  sigemptyset(&some);
  sigaddset(&some, SIGUSR2);
  CHECK_INT(sigprocmask(SIG_SETMASK, &some, NULL), 0);
  ran("/no/such/program", NULL, NULL);
  CHECK_INT(sigprocmask(SIG_BLOCK, NULL, &after), 0);
  for (int number = 1; number < 65; number++) {
    CHECK_INT(sigismember(&after, number), number == SIGUSR2);
  }
}

TEST(the_library_changes_no_disposition_of_ours) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), "x", 1), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  for (int number = 1; number < 32; number++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    CHECK_INT(sigaction(number, NULL, &action), 0);
    /* A sanitizer has handlers of its own for crashes. */
    if (TEST_SANITIZED && action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) continue;
    CHECK(action.sa_handler == SIG_DFL);
  }
}
