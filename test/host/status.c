/* SPDX-License-Identifier: MIT */
/*
 * A status that somebody else took, on a kernel that does not tell it afterwards (before 6.15):
 * the end is heard all the same, as -ECHILD.
 */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void check_unknown(const struct watch *w) {
  CHECK(w->has_exited && w->has_closed);
  CHECK_INT(w->exit_code, -ECHILD);
  CHECK_INT(w->exit_signal, 0);
  CHECK_INT(w->code, -ECHILD);
}

static void check_stolen(int error) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "7"), NULL));
  deny_call(SYS_ioctl, error);
  CHECK_INT(waitpid(-1, NULL, 0), cp_pid(w->child));
  watch_run(w);
  check_unknown(w);
}

TEST(a_stolen_status_is_echild_where_pidfds_have_no_ioctl) {
  check_stolen(ENOTTY);
}

TEST(a_stolen_status_is_echild_where_pidfds_do_not_know_the_question) {
  check_stolen(EINVAL);
}

TEST(an_ignored_sigchld_is_echild_where_the_kernel_does_not_tell) {
  signal(SIGCHLD, SIG_IGN);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "7"), NULL));
  deny_call(SYS_ioctl, ENOTTY);
  watch_run(w);
  signal(SIGCHLD, SIG_DFL);
  check_unknown(w);
}

TEST(a_blocking_call_tells_of_a_stolen_status_and_does_not_hang) {
  struct sigaction action = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
  CHECK_INT(sigaction(SIGCHLD, &action, NULL), 0);
  deny_call(SYS_ioctl, ENOTTY);
  cp_result *result = cp_spawn_sync(test_helper(), CP_ARGS("echo", "x"), NULL);
  CHECK(result != NULL);
  CHECK_INT(result->code, -ECHILD);
  CHECK_STR(result->out.data, "x\n");
  cp_result_free(result);
}

TEST(a_command_whose_status_was_stolen_says_so) {
  struct sigaction action = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
  CHECK_INT(sigaction(SIGCHLD, &action, NULL), 0);
  deny_call(SYS_ioctl, ENOTTY);
  cp_result *result = cp_exec_file_sync(test_helper(), CP_ARGS("echo", "x"), NULL);
  CHECK(result != NULL && result->error != NULL);
  CHECK_INT(result->error->number, -ECHILD);
  CHECK_STR(result->error->code, "ECHILD");
  CHECK_HAS(result->error->message, "another part of this program took its status");
  cp_result_free(result);
}

TEST(no_signal_is_sent_to_a_pid_whose_status_was_stolen) {
  struct watch *w = watch(cp_hold(cp_spawn(test_helper(), CP_ARGS("exit", "7"), NULL)));
  CHECK_INT(waitpid(-1, NULL, 0), cp_pid(w->child));
  watch_run(w);
  CHECK_INT(cp_kill(w->child, SIGKILL), UV_ESRCH);
  cp_release(w->child);
}
