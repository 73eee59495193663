/* SPDX-License-Identifier: MIT */
/* A descriptor that was not asked for never reaches the child. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void check_three(void) {
  CHECK_STR(output_of(ran_helper(CP_ARGS("fds"), NULL), 1), "0\n1\n2\n");
}

TEST(a_child_has_three_descriptors) {
  check_three();
}

TEST(descriptors_opened_without_cloexec_do_not_reach_the_child) {
  int low = make_anonymous(false);
  int middle = fcntl(low, F_DUPFD, 200);
  int high = fcntl(low, F_DUPFD, 1500);
  CHECK(low >= 0 && middle >= 0 && high >= 1500);
  check_three();
  CHECK_STR(output_of(ran_helper(CP_ARGS("fds"),
                                 &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_IGNORE,
                                                                  high, CP_IGNORE, CP_SOCKET) }),
                      1),
            "0\n1\n2\n3\n5\n");
  close(low), close(middle), close(high);
}

TEST(descriptors_above_a_lowered_limit_do_not_reach_the_child) {
  int fd = make_anonymous(false);
  int high = fcntl(fd, F_DUPFD, 700);
  CHECK(high >= 0);
  struct rlimit limit, low;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  low = limit;
  low.rlim_cur = 256;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
  check_three();
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  close(fd), close(high);
}

TEST(children_do_not_inherit_the_pipes_of_each_other) {
  struct watch *w[4];
  for (int i = 0; i < 4; i++) w[i] = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  /* If a later child held the writing end of an earlier one, the earlier would see no end. */
  for (int i = 0; i < 4; i++) {
    CHECK_INT(cp_end(cp_stdin(w[i]->child)), 0);
    RUN_UNTIL(NULL, w[i]->has_closed);
    CHECK_INT(w[i]->code, 0);
  }
  CHECK_INT(cp_run(NULL), 0);
}

TEST(the_library_opens_nothing_that_another_fork_would_inherit) {
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("sleep"),
               &(cp_options){ .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_SOCKET, CP_PIPE) }));
  RUN_UNTIL(NULL, w->has_spawned);
  for (int fd = 3; fd < 2000; fd++) {
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && !(flags & FD_CLOEXEC)) check_failed(__FILE__, __LINE__, "fd %d leaks", fd);
  }
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(low_numbers_stay_free_however_many_children_live) {
  /* For hosts that use select(), and for the cost of a start. */
  struct watch *w[60];
  for (int i = 0; i < 60; i++) w[i] = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  int lowest = dup(0);
  close(lowest);
  CHECK(lowest < 64);
  for (int i = 0; i < 60; i++) CHECK_INT(cp_end(cp_stdin(w[i]->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  for (int i = 0; i < 60; i++) CHECK_INT(w[i]->code, 0);
}
