/* SPDX-License-Identifier: MIT */
/*
 * Signals that come to a child before it has become its program. The parent stands still until
 * then, so a child that were stopped there would stop the parent, too, and nobody could say
 * SIGCONT to it but a stranger.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <uv.h>

#include "support/notify.h"
#include "support/system.h"
#include "support/watch.h"

struct moment {
  int signal;
  int call; /* in which it comes */
  bool has_come;
};

static int send_in_the_middle(const struct asked_call *call, void *user) {
  struct moment *moment = user;
  if (!call->is_of_child || call->number != moment->call || moment->has_come) return 0;
  moment->has_come = true;
  CHECK_INT(kill(call->thread, moment->signal), 0);
  return 0;
}

static cp_child *start_in_root(const char *mode) {
  cp_child *child = cp_spawn(test_helper(), CP_ARGS(mode), &(cp_options){ .cwd = "/" });
  notify_listen(false);
  return child;
}

/* The start returns; then the child stops, as it was told, and goes on when it is told. */
static void start_and_continue(void *user) {
  (void) user;
  CHECK(uv_default_loop() != NULL);
  notify_listen(true);
  struct watch *w = watch(start_in_root("cat"));
  siginfo_t info = { .si_pid = 0 };
  CHECK_INT(waitid(P_PID, (id_t) cp_pid(w->child), &info, WSTOPPED), 0);
  CHECK_INT(info.si_pid, cp_pid(w->child));
  CHECK_INT(cp_kill(w->child, SIGCONT), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

static void start_and_hear_of_the_end(void *user) {
  CHECK(uv_default_loop() != NULL);
  notify_listen(true);
  struct watch *w = watch(start_in_root("sleep"));
  watch_run(w);
  CHECK_INT(w->signal, ((const struct moment *) user)->signal);
}

static void check(int signal, int call, void (*play)(void *user)) {
  static const int numbers[] = { SYS_chdir, SYS_execve, -1 };
  struct moment moment = { .signal = signal, .call = call };
  struct notified notified = { numbers, play, send_in_the_middle, &moment, 20000 };
  int status = notify_run(&notified);
  CHECK(moment.has_come);
  CHECK(status != NOTIFIED_HUNG);
  CHECK_INT(status, 0);
}

TEST(a_stop_signal_before_exec_does_not_stop_the_parent) {
  check(SIGTSTP, SYS_chdir, start_and_continue);
}

TEST(a_stop_signal_of_the_terminal_before_exec_does_not_stop_the_parent) {
  check(SIGTTIN, SYS_chdir, start_and_continue);
  check(SIGTTOU, SYS_chdir, start_and_continue);
}

TEST(a_deadly_signal_before_exec_is_how_the_child_ended) {
  check(SIGTERM, SYS_chdir, start_and_hear_of_the_end);
  check(SIGRTMIN + 3, SYS_chdir, start_and_hear_of_the_end);
  check(SIGKILL, SYS_chdir, start_and_hear_of_the_end);
}
