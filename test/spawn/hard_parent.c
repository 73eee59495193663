/* SPDX-License-Identifier: MIT */
/* Programs that make it hard: that ignore, block or steal what tells of a child's end. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "process/ways.h"
#include "support/system.h"
#include "support/watch.h"

/* PIDFD_GET_INFO, of a process that lives; qemu-user does not pass it on. */
static bool kernel_answers(void) {
  uint64_t info[8] = { 1 };
  int pidfd = (int) syscall(SYS_pidfd_open, getpid(), 0);
  CHECK(pidfd >= 0);
  int result = ioctl(pidfd, _IOWR(0xFF, 11, info), info);
  close(pidfd);
  return result == 0;
}

/* Since Linux 6.15 the status can be had from the pidfd after somebody else took it. */
static bool status_survives(void) {
  if (!strstr(ways_name(), "pidfd") || !kernel_answers()) return false;
  struct utsname name;
  int major = 0, minor = 0;
  CHECK_INT(uname(&name), 0);
  CHECK_INT(sscanf(name.release, "%d.%d", &major, &minor), 2);
  return major > 6 || (major == 6 && minor >= 15);
}

static void check_code(const struct watch *w, int code) {
  CHECK(w->has_exited);
  if (status_survives())
    CHECK_INT(w->code, code);
  else
    CHECK_INT(w->code, -ECHILD);
}

TEST(the_end_is_heard_where_sigchld_is_ignored) {
  signal(SIGCHLD, SIG_IGN);
  struct watch *w = ran_helper(CP_ARGS("exit", "7"), NULL);
  signal(SIGCHLD, SIG_DFL);
  check_code(w, 7);
}

TEST(the_killing_signal_is_heard_where_sigchld_is_ignored) {
  signal(SIGCHLD, SIG_IGN);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  CHECK_INT(cp_kill(w->child, SIGKILL), 0);
  watch_run(w);
  signal(SIGCHLD, SIG_DFL);
  check_code(w, -1);
  if (status_survives()) CHECK_INT(w->signal, SIGKILL);
}

TEST(the_end_is_heard_where_sigchld_is_blocked) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  CHECK_INT(sigprocmask(SIG_BLOCK, &set, NULL), 0);
  CHECK_INT(ran_helper(CP_ARGS("exit", "7"), NULL)->code, 7);
}

TEST(the_end_is_heard_where_another_part_took_the_status) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "7"), NULL));
  int status;
  CHECK_INT(waitpid(-1, &status, 0), cp_pid(w->child));
  watch_run(w);
  check_code(w, 7);
}

static void *steal(void *argument) {
  (void) argument;
  int stolen = 0;
  while (waitpid(-1, NULL, 0) > 0) stolen++;
  return NULL;
}

TEST(the_end_is_heard_where_a_thread_takes_every_status) {
  pthread_t thief;
  struct watch *keeper = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  CHECK_INT(pthread_create(&thief, NULL, steal, NULL), 0);
  for (int i = 0; i < 20; i++) {
    struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "7"), NULL));
    RUN_UNTIL(NULL, w->has_closed);
    /* After a fork the pidfd is opened by the pid: the thief may be quicker than that, too. */
    bool may_be_lost = w->code == -ECHILD && strncmp(ways_name(), "fork", 4) == 0;
    if (w->code != 7 && !may_be_lost) check_code(w, 7);
  }
  cp_kill(keeper->child, SIGKILL);
  watch_run(keeper);
  CHECK_INT(pthread_join(thief, NULL), 0);
  test_heap_slack(4096);
}

TEST(children_of_others_are_left_alone) {
  siginfo_t info = { .si_pid = 0 };
  pid_t mine = fork();
  if (mine == 0) _exit(33);
  CHECK_INT(waitid(P_PID, (id_t) mine, &info, WEXITED | WNOWAIT), 0);
  CHECK_INT(ran_helper(CP_ARGS("exit", "7"), NULL)->code, 7);
  int status;
  CHECK_INT(waitpid(mine, &status, 0), mine);
  CHECK_INT(WEXITSTATUS(status), 33);
}

static int handled;

static void count_signal(int number) {
  (void) number;
  handled++;
}

TEST(a_sigchld_handler_of_the_program_stays_in_place) {
  signal(SIGCHLD, count_signal);
  CHECK_INT(ran_helper(CP_ARGS("exit", "7"), NULL)->code, 7);
  CHECK(handled > 0);
  CHECK(signal(SIGCHLD, SIG_DFL) == count_signal);
}

TEST(a_stopped_child_has_not_ended) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  RUN_UNTIL(NULL, w->output[1].length == 6);
  int pid = cp_pid(w->child);
  CHECK_INT(cp_kill(w->child, SIGSTOP), 0);
  siginfo_t info;
  CHECK_INT(waitid(P_PID, (id_t) pid, &info, WSTOPPED | WNOWAIT), 0);
  run_idle(NULL);
  CHECK(!w->has_exited);
  CHECK_INT(cp_kill(w->child, SIGCONT), 0);
  CHECK_INT(cp_kill(w->child, SIGTERM), 0);
  watch_run(w);
  CHECK_INT(w->signal, SIGTERM);
}

TEST(an_end_long_before_the_loop_runs_is_heard) {
  siginfo_t info;
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("exit", "7"), NULL));
  CHECK_INT(waitid(P_PID, (id_t) cp_pid(w->child), &info, WEXITED | WNOWAIT), 0);
  watch_run(w);
  CHECK(in_order(w, "spawn exit close"));
  CHECK_INT(w->code, 7);
}
