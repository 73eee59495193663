/* SPDX-License-Identifier: MIT */
/* Resources that run out: a clean error, with nothing left behind, and then it works again. */
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void lift_limit(void) {
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Starts with 0, 1, 2 ... descriptors left until one start works; then with some more. */
static void sweep_descriptors(uv_loop_t *loop, const int *stdio) {
  int worked = 0;
  int refused = 0;
  for (int spare = 0; worked < 8; spare++) {
    CHECK(spare < 60);
    int before = count_descriptors();
    leave_descriptors(spare);
    cp_options options = { .loop = loop, .stdio = stdio };
    cp_child *child = cp_spawn(test_tiny(), NULL, &options);
    struct watch *w = child ? watch_child_only(child) : NULL;
    CHECK_INT(cp_run(loop), 0);
    lift_limit();
    if (!w) {
      /* What the library itself needs on a loop could not be made. */
      CHECK_INT(worked, 0);
      CHECK_INT(cp_last_error()->number, UV_EMFILE);
    } else if (w->error) {
      CHECK_INT(worked, 0);
      CHECK_INT(w->error->number, UV_EMFILE);
      CHECK_STR(w->error->code, "EMFILE");
      CHECK(w->error->step != NULL);
      CHECK_STR(w->events, "error close");
      CHECK_INT(w->code, UV_EMFILE);
      refused++;
    } else {
      CHECK(w->has_closed);
      CHECK_INT(w->code, 0);
      worked++;
    }
    CHECK_INT(count_descriptors(), before);
  }
  CHECK(refused > 0);
}

TEST(without_descriptors_a_start_with_pipes_is_emfile_and_leaves_nothing) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  sweep_descriptors(&loop, NULL);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(without_descriptors_a_start_with_sockets_is_emfile_and_leaves_nothing) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  sweep_descriptors(&loop, CP_STDIO(CP_SOCKET, CP_SOCKET, CP_SOCKET, CP_SOCKET));
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(without_descriptors_a_start_without_pipes_is_emfile_and_leaves_nothing) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  sweep_descriptors(&loop, CP_STDIO_IGNORE);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(without_descriptors_a_start_beside_a_living_child_is_emfile_and_leaves_nothing) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  cp_child *keeper = cp_spawn(test_helper(), CP_ARGS("cat"), &(cp_options){ .loop = &loop });
  struct watch *w = watch(keeper);
  w->loop = &loop;
  RUN_UNTIL(&loop, w->has_spawned);
  int worked = 0;
  for (int spare = 0; worked < 4; spare++) {
    CHECK(spare < 60);
    int before = count_descriptors();
    leave_descriptors(spare);
    struct watch *next =
        watch_child_only(cp_spawn(test_tiny(), NULL, &(cp_options){ .loop = &loop }));
    RUN_UNTIL(&loop, next->has_closed);
    lift_limit();
    if (next->error)
      CHECK_INT(next->error->number, UV_EMFILE);
    else
      worked++;
    CHECK_INT(count_descriptors(), before);
  }
  cp_end(cp_stdin(keeper));
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(a_descriptor_limit_that_is_lower_than_usual_is_no_trouble) {
  struct rlimit limit = { 40, 40 };
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(cp_write(cp_stdin(w->child), "x", 1), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "x");
}

TEST(no_more_processes_is_eagain_of_clone) {
  become_unprivileged();
  struct rlimit limit, none;
  CHECK_INT(getrlimit(RLIMIT_NPROC, &limit), 0);
  none = limit;
  none.rlim_cur = 1;
  CHECK_INT(setrlimit(RLIMIT_NPROC, &none), 0);
  struct watch *w = watch(cp_spawn(test_tiny(), NULL, NULL));
  CHECK_INT(setrlimit(RLIMIT_NPROC, &limit), 0);
  watch_run(w);
  CHECK_INT(w->error->number, UV_EAGAIN);
  CHECK_STR(w->error->code, "EAGAIN");
  CHECK_STR(w->error->step, "clone");
  CHECK_INT(w->code, UV_EAGAIN);
  CHECK(in_order(w, "error 1:end 1:close close"));
}

/* Root may exceed the limit; a user that has more than it lets start is found out by execve(). */
TEST(a_limit_on_processes_of_the_new_user_is_eagain_of_exec) {
  need_root();
  uint32_t uid = test_stranger();
  cp_options options = { .uid = &uid, .gid = &uid };
  struct watch *first = watch(cp_spawn(test_helper(), CP_ARGS("cat"), &options));
  struct rlimit none = { 0, 0 };
  CHECK_INT(setrlimit(RLIMIT_NPROC, &none), 0);
  struct watch *second = watch(cp_spawn(test_tiny(), NULL, &options));
  CHECK_INT(cp_end(cp_stdin(first->child)), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(first->code, 0);
  CHECK(second->error != NULL);
  CHECK_INT(second->error->number, UV_EAGAIN);
  CHECK_STR(second->error->step, "exec");
  CHECK_INT(second->code, UV_EAGAIN);
}
