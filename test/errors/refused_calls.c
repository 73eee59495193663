/* SPDX-License-Identifier: MIT */
/*
 * System calls that fail one at a time, in the parent and in the child. Whatever is refused, the
 * start either works in another way or fails with that errno and a step, and leaves nothing: the
 * runner counts descriptors, children and memory after each of these.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

/* Makes what the library needs once before anything is refused. */
static void warm_up(void) {
  CHECK_INT(ran(test_tiny(), NULL, NULL)->code, 0);
}

static void check_failure(const struct watch *w, int error, const char *step) {
  CHECK(w->error != NULL);
  CHECK_INT(w->error->number, -error);
  CHECK_STR(w->error->step, step);
  CHECK_STR(w->error->code, uv_err_name(-error));
  CHECK(!has_event(w, "spawn"));
  CHECK(!has_event(w, "exit"));
  CHECK_INT(w->code, -error);
}

TEST(a_refused_pipe_is_a_failure_of_stdio) {
  warm_up();
  deny_call(SYS_pipe2, ENFILE);
  check_failure(ran(test_tiny(), NULL, NULL), ENFILE, "stdio");
}

TEST(a_refused_socket_pair_is_a_failure_of_stdio) {
  warm_up();
  deny_call(SYS_socketpair, ENFILE);
  check_failure(ran(test_tiny(), NULL, &(cp_options){ .stdio = CP_STDIO(CP_SOCKET) }), ENFILE,
                "stdio");
  CHECK_INT(ran(test_tiny(), NULL, NULL)->code, 0);
}

/* The pipes of earlier slots are open already when the socket pair of a later one is refused. */
TEST(a_later_slot_that_is_refused_closes_the_earlier_ones) {
  warm_up();
  int before = count_descriptors();
  deny_call(SYS_socketpair, EMFILE);
  struct watch *w =
      ran(test_tiny(), NULL,
          &(cp_options){ .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_PIPE, CP_PIPE) });
  check_failure(w, EMFILE, "stdio");
  CHECK_INT(count_descriptors(), before);
}

TEST(no_memory_for_a_process_is_a_failure_of_clone) {
  warm_up();
  deny_call(SYS_clone3, ENOMEM);
  /* LeakSanitizer clones too, with none of these; the low byte is the signal of the end. */
  deny_call_with(SYS_clone, 0, SIGCHLD | CLONE_VFORK | CLONE_CHILD_SETTID | CLONE_PIDFD, ENOMEM);
#ifdef SYS_fork
  deny_call(SYS_fork, ENOMEM);
  deny_call(SYS_vfork, ENOMEM);
#endif
  check_failure(ran(test_tiny(), NULL, NULL), ENOMEM, "clone");
}

TEST(a_refused_session_is_a_failure_of_setsid) {
  warm_up();
  deny_call(SYS_setsid, EPERM);
  check_failure(ran(test_tiny(), NULL, &(cp_options){ .detached = true }), EPERM, "setsid");
  CHECK_INT(ran(test_tiny(), NULL, NULL)->code, 0);
}

TEST(a_refused_directory_is_a_failure_of_chdir) {
  warm_up();
  deny_call(SYS_chdir, EIO);
  struct watch *w = ran(test_tiny(), NULL, &(cp_options){ .cwd = "/usr" });
  check_failure(w, EIO, "chdir");
  CHECK_STR(w->error->path, "/usr");
}

static void check_ids(const char *step) {
  uint32_t uid = 4242, gid = 4343;
  struct watch *w = ran(test_tiny(), NULL, &(cp_options){ .uid = &uid, .gid = &gid });
  check_failure(w, EAGAIN, step);
}

TEST(refused_groups_are_a_failure_of_setgroups) {
  need_root();
  warm_up();
  deny_call(SYS_setgroups, EAGAIN);
  check_ids("setgroups");
}

TEST(a_refused_group_is_a_failure_of_setgid) {
  need_root();
  warm_up();
  deny_call(SYS_setgid, EAGAIN);
  deny_call(SYS_setresgid, EAGAIN);
  check_ids("setgid");
}

TEST(a_refused_user_is_a_failure_of_setuid) {
  need_root();
  warm_up();
  deny_call(SYS_setuid, EAGAIN);
  deny_call(SYS_setresuid, EAGAIN);
  check_ids("setuid");
}

TEST(a_refused_exec_is_a_failure_of_exec) {
  warm_up();
  deny_call(SYS_execve, EPERM);
  struct watch *w = ran(test_tiny(), NULL, NULL);
  check_failure(w, EPERM, "exec");
  CHECK_STR(w->error->path, test_tiny());
}

TEST(refused_duplicates_are_a_failure_of_stdio) {
  warm_up();
  int file = make_anonymous(true);
  deny_call(SYS_dup3, EBUSY);
#ifdef SYS_dup2
  deny_call(SYS_dup2, EBUSY);
#endif
  check_failure(ran(test_tiny(), NULL, &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, file) }), EBUSY,
                "stdio");
  close(file);
}

/* A kernel or a filter without close_range() must not make a start leak, hang or lie. */
static void check_without_close_range(int error) {
  int leaked = make_anonymous(false);
  deny_call(SYS_close_range, error);
  struct watch *w = ran_helper(CP_ARGS("fds"), NULL);
  if (w->error)
    CHECK_INT(w->error->number, -error);
  else
    CHECK_STR(output_of(w, 1), "0\n1\n2\n");
  close(leaked);
}

TEST(without_close_range_nothing_reaches_the_child) {
  check_without_close_range(ENOSYS);
}

TEST(with_close_range_forbidden_nothing_reaches_the_child) {
  check_without_close_range(EPERM);
}

TEST(descriptors_that_cannot_be_unshared_are_no_trouble) {
  warm_up();
  deny_call_with(SYS_close_range, 2, 1U << 1 /* CLOSE_RANGE_UNSHARE */, ENOMEM);
  struct watch *w = ran_helper(CP_ARGS("fds"), NULL);
  if (w->error)
    CHECK_INT(w->error->number, UV_ENOMEM);
  else
    CHECK_STR(output_of(w, 1), "0\n1\n2\n");
  for (int fd = 0; fd < 3; fd++) CHECK(inode_of(fd) != 0);
}
