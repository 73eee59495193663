/* SPDX-License-Identifier: MIT */
/* Programs with many descriptors, with high ones, with none left, and without 0, 1 and 2. */
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

/* The limit that this test can have, at least `wanted`; else the test is skipped. */
static void raise_limit(rlim_t wanted) {
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_max < wanted) test_skip("the limit on descriptors is too low");
  limit.rlim_cur = limit.rlim_max;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void check_start_and_pipes(void) {
  struct watch *w = watch(cp_spawn(
      test_helper(), CP_ARGS("cat"),
      &(cp_options){ .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_IGNORE, CP_SOCKET) }));
  CHECK_INT(cp_write(cp_stdin(w->child), "through", 7), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "through");
  CHECK_STR(output_of(ran_helper(CP_ARGS("fds"), NULL), 1), "0\n1\n2\n");
  cp_result *result =
      cp_spawn_sync(test_helper(), CP_ARGS("cat"), &(cp_options){ .input = { "sync", 4 } });
  CHECK(result && !result->error);
  CHECK_STR(result->out.data, "sync");
  cp_result_free(result);
}

/* So many that all of ours lie above, and none of them close-on-exec. */
static void check_with_open(int count) {
  int *fds = test_alloc((size_t) count * sizeof *fds);
  raise_limit((rlim_t) count + 200);
  for (int i = 0; i < count; i++) CHECK((fds[i] = dup(0)) >= 0);
  check_start_and_pipes();
  for (int i = 0; i < count; i++) close(fds[i]);
}

TEST(starts_work_with_more_than_1024_descriptors_open) {
  check_with_open(1100);
}

TEST(starts_work_with_more_than_10000_descriptors_open) {
  check_with_open(10100);
}

TEST(a_high_descriptor_can_be_given_to_a_child) {
  raise_limit(12000);
  int file = make_anonymous(true);
  int high = fcntl(file, F_DUPFD_CLOEXEC, 11000);
  CHECK(high >= 11000);
  struct watch *w = ran_helper(CP_ARGS("echo", "high"),
                               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, high, CP_PIPE) });
  CHECK_INT(w->code, 0);
  CHECK_STR(contents_of(file), "high\n");
  close(file), close(high);
}

TEST(foreign_descriptors_without_cloexec_stay_here_wherever_they_are) {
  raise_limit(12000);
  static const int numbers[] = { 3, 4, 7, 77, 255, 256, 511, 512, 1023, 1024, 5000, 11000 };
  enum { COUNT = sizeof numbers / sizeof *numbers };
  int fds[COUNT];
  for (int i = 0; i < COUNT; i++) CHECK((fds[i] = fcntl(0, F_DUPFD, numbers[i])) >= numbers[i]);
  check_start_and_pipes();
  for (int i = 0; i < COUNT; i++) {
    CHECK_INT(fcntl(fds[i], F_GETFD), 0);
    close(fds[i]);
  }
}

/* No loop, so no child that could emit: the one case where a refusal is told by NULL. */
TEST(without_descriptors_for_a_default_loop_a_start_is_null_with_emfile) {
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  int refused = 0;
  for (int spare = 0; spare < 8; spare++) {
    pid_t before = getpid();
    int open_before = count_descriptors();
    leave_descriptors(spare);
    cp_child *child = cp_spawn(test_tiny(), NULL, NULL);
    int last = child ? 0 : cp_last_error()->number;
    struct watch *w = child ? watch_child_only(child) : NULL;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    if (w) watch_run(w);
    CHECK_INT(getpid(), before);
    if (w) break;
    CHECK_INT(last, UV_EMFILE);
    CHECK_INT(count_descriptors(), open_before);
    refused++;
  }
  CHECK(refused >= 5); /* what libuv would not survive */
  CHECK_INT(ran(test_tiny(), NULL, NULL)->code, 0);
}

TEST(a_blocking_call_without_descriptors_is_a_result_with_emfile) {
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  bool worked = false;
  for (int spare = 0; !worked; spare++) {
    CHECK(spare < 20);
    int before = count_descriptors();
    leave_descriptors(spare);
    cp_result *result = cp_spawn_sync(test_tiny(), NULL, NULL);
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK(result != NULL);
    worked = !result->error;
    if (!worked) {
      CHECK_INT(result->error->number, UV_EMFILE);
      CHECK(result->error->step != NULL);
    }
    CHECK_INT(result->code, worked ? 0 : UV_EMFILE);
    cp_result_free(result);
    CHECK_INT(count_descriptors(), before);
  }
}

TEST(blocking_calls_work_whichever_of_our_first_three_are_closed) {
  for (unsigned set = 0; set < 8; set++) {
    close_standard(set);
    cp_result *result =
        cp_spawn_sync(test_helper(), CP_ARGS("cat"), &(cp_options){ .input = { "abc", 3 } });
    cp_result *list = cp_spawn_sync(test_helper(), CP_ARGS("fds"), NULL);
    restore_standard();
    CHECK(result && !result->error);
    CHECK_STR(result->out.data, "abc");
    CHECK(list && !list->error);
    CHECK_STR(list->out.data, "0\n1\n2\n");
    cp_result_free(result);
    cp_result_free(list);
  }
}
