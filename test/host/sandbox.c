/* SPDX-License-Identifier: MIT */
/*
 * Hosts that put themselves into a sandbox after they started children: what worked then is refused
 * now, for good, and what is left must do.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "process/ways.h"
#include "support/system.h"
#include "support/watch.h"

static void check_starts(void) {
  for (int i = 0; i < 2; i++) CHECK_INT(ran_helper(CP_ARGS("exit", "7"), NULL)->code, 7);
  struct watch *w = ran("no-such-program", NULL, NULL);
  CHECK_INT(w->code, UV_ENOENT);
  CHECK_STR(w->error->step, "exec");
}

static void check_without_clone3(int error) {
  check_starts();
  deny_call(SYS_clone3, error);
  check_starts();
  CHECK(strcmp(ways_name(), "clone3+pidfd") != 0);
}

TEST(children_start_after_clone3_is_gone) {
  check_without_clone3(ENOSYS);
}

/* libc makes threads by clone3, too, and takes only ENOSYS for "not there". */
TEST(children_start_after_clone3_is_forbidden) {
  if (strstr(ways_name(), "thread")) test_skip("no thread can wait for a child then");
  check_without_clone3(EPERM);
}

/* LeakSanitizer clones too, and does not wait. */
TEST(children_start_after_all_but_fork_is_forbidden) {
  check_starts();
  deny_call(SYS_clone3, ENOSYS);
  deny_call_with(SYS_clone, 0, CLONE_VFORK, EPERM);
  check_starts();
  CHECK_INT(strncmp(ways_name(), "fork", 4), 0);
}

TEST(another_user_is_started_after_all_but_fork_is_forbidden) {
  need_root();
  check_starts();
  deny_call(SYS_clone3, ENOSYS);
  deny_call_with(SYS_clone, 0, CLONE_VFORK, EPERM);
  uint32_t id = test_stranger();
  struct watch *w = ran_helper(CP_ARGS("ids"), &(cp_options){ .uid = &id, .gid = &id });
  CHECK_INT(w->code, 0);
  CHECK_HAS(output_of(w, 1), text("uid %u %u %u\n", id, id, id));
}

/* Each such code also ends a child that is out of time. */
static void check_without_pidfd_signals(int error) {
  check_starts();
  deny_call(SYS_pidfd_send_signal, error);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  CHECK_INT(cp_kill(w->child, 0), 0);
  CHECK_INT(cp_kill(w->child, SIGTERM), 0);
  watch_run(w);
  CHECK_INT(w->signal, SIGTERM);
  cp_result *result =
      cp_spawn_sync(test_helper(), CP_ARGS("sleep"), &(cp_options){ .timeout_ms = 5 });
  CHECK_INT(result->signal, SIGTERM);
  CHECK_INT(result->error->number, UV_ETIMEDOUT);
  cp_result_free(result);
}

TEST(children_are_killed_after_signals_by_pidfd_are_gone) {
  check_without_pidfd_signals(ENOSYS);
}

TEST(children_are_killed_after_signals_by_pidfd_are_forbidden) {
  check_without_pidfd_signals(EPERM);
}

TEST(no_signal_is_sent_to_a_stolen_pid_after_signals_by_pidfd_are_gone) {
  check_starts();
  deny_call(SYS_pidfd_send_signal, ENOSYS);
  siginfo_t info;
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "7"), NULL));
  if (strstr(ways_name(), "thread")) { /* it notices only when its thread ran */
    watch_run(w);
    return;
  }
  CHECK_INT(waitid(P_PID, (id_t) cp_pid(w->child), &info, WEXITED), 0);
  CHECK_INT(cp_kill(w->child, SIGTERM), UV_ESRCH);
  watch_run(w);
}

static atomic_int ends_heard;

static void count_end(int signal) {
  (void) signal;
  atomic_fetch_add(&ends_heard, 1);
}

/* Whoever counts SIGCHLD would see a second process for each start. */
static void check_one_process_each(int error) {
  check_starts();
  deny_call(SYS_close_range, error);
  check_starts();
  struct sigaction action = { .sa_handler = count_end, .sa_flags = SA_RESTART }, before;
  CHECK_INT(sigaction(SIGCHLD, &action, &before), 0);
  for (int i = 0; i < 5; i++) {
    atomic_store(&ends_heard, 0);
    CHECK_STR(output_of(ran_helper(CP_ARGS("fds"), NULL), 1), "0\n1\n2\n");
    CHECK_INT(atomic_load(&ends_heard), 1);
  }
  CHECK_INT(sigaction(SIGCHLD, &before, NULL), 0);
}

TEST(a_start_without_close_range_makes_one_process) {
  check_one_process_each(ENOSYS);
}

TEST(a_start_with_close_range_forbidden_makes_one_process) {
  check_one_process_each(EPERM);
}

/* RWF_NOSIGNAL needs a call that older lists of what is allowed do not have. */
TEST(a_child_is_fed_where_pwritev2_is_forbidden) {
  deny_call(SYS_pwritev2, EPERM);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), "hello", 5), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK(w->stream_error == NULL);
  CHECK_STR(output_of(w, 1), "hello");
}
