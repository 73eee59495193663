/* SPDX-License-Identifier: MIT */
/*
 * Programs that fork after they used the library. The copy may use it for children of its own;
 * what the parent had stays the parent's.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "process/ways.h"
#include "support/system.h"
#include "support/watch.h"

/* In the copy nothing of the runner is looked at, so it says by its exit code what went wrong. */
static int use_in_copy(uv_loop_t *loop) {
  int before = count_descriptors();
  for (int i = 0; i < 3; i++) {
    cp_child *child =
        cp_hold(cp_spawn(test_helper(), CP_ARGS("exit", "7"), &(cp_options){ .loop = loop }));
    if (!child || cp_run(loop) != 0) return 1;
    if (!cp_exited(child) || cp_exit_code(child) != 7) return 2;
    cp_release(child);
  }
  cp_result *result =
      cp_spawn_sync(test_helper(), CP_ARGS("cat"), &(cp_options){ .input = { "hello", 5 } });
  if (!result || result->error || result->out.length != 5) return 3;
  cp_result_free(result);
  if (waitpid(-1, NULL, WNOHANG) != -1) return 4;
  return count_descriptors() > before + 1 ? 5 : 0; /* the copy's own set, of its own loop */
}

static void check_copy(pid_t copy) {
  int status;
  CHECK(copy > 0);
  CHECK_INT(waitpid(copy, &status, 0), copy);
  CHECK(WIFEXITED(status));
  CHECK_INT(WEXITSTATUS(status), 0);
}

TEST(a_copy_may_use_the_default_loop_after_the_parent_did) {
  CHECK_INT(ran_helper(CP_ARGS("exit", "3"), NULL)->code, 3);
  pid_t copy = fork();
  if (copy == 0) _exit(use_in_copy(NULL));
  check_copy(copy);
  CHECK_INT(ran_helper(CP_ARGS("exit", "4"), NULL)->code, 4);
}

TEST(a_copy_may_use_a_loop_of_its_own_after_the_parent_used_one) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  ran_helper(CP_ARGS("exit", "3"), &(cp_options){ .loop = &loop });
  pid_t copy = fork();
  if (copy == 0) {
    uv_loop_t mine;
    if (uv_loop_init(&mine) != 0) _exit(11);
    int code = use_in_copy(&mine);
    _exit(code ? code : uv_loop_close(&mine) != 0 ? 12 : 0);
  }
  check_copy(copy);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(a_copy_may_use_the_library_while_a_child_of_the_parent_lives) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  RUN_UNTIL(NULL, w->has_spawned);
  pid_t copy = fork();
  if (copy == 0) {
    uv_loop_t mine;
    if (uv_loop_init(&mine) != 0) _exit(11);
    _exit(use_in_copy(&mine));
  }
  check_copy(copy);
  CHECK_INT(cp_write(cp_stdin(w->child), "still here", 10), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "still here");
  CHECK_INT(w->code, 0);
}

TEST(a_copy_may_use_the_default_loop_while_a_child_of_the_parent_lives) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  RUN_UNTIL(NULL, w->has_spawned);
  pid_t copy = fork();
  if (copy == 0) _exit(use_in_copy(NULL));
  check_copy(copy);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(a_copy_that_ends_does_not_take_the_parents_children_along) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ready"), NULL));
  RUN_UNTIL(NULL, w->output[1].length == 6);
  for (int i = 0; i < 5; i++) {
    pid_t copy = fork();
    if (copy == 0) _exit(0);
    check_copy(copy);
  }
  CHECK_INT(cp_kill(w->child, SIGTERM), 0);
  watch_run(w);
  CHECK_INT(w->signal, SIGTERM);
}

enum { STARTS = 50, COPIES_EACH = 6, COPIES = STARTS * COPIES_EACH };

struct forker {
  atomic_int starts; /* begun */
  int count;
  pid_t copies[COPIES];
};

/* They hold whatever was open at the moment. */
static void *fork_and_hold(void *argument) {
  struct forker *forker = argument;
  while (forker->count < COPIES) {
    while (atomic_load(&forker->starts) * COPIES_EACH <= forker->count) sched_yield();
    pid_t copy = fork();
    while (copy == 0) pause();
    forker->copies[forker->count++] = copy;
  }
  return NULL;
}

/* A start as another user is a fork here, and what tells how it went must not be held by them. */
TEST(copies_that_another_thread_makes_do_not_hold_up_a_start) {
  need_root();
  (void) ran(test_tiny(), NULL, NULL);
  if (strncmp(ways_name(), "fork", 4) == 0) test_skip("the kernel does not wait for exec here");
  struct forker *forker = test_alloc(sizeof *forker);
  uint32_t id = test_stranger();
  pthread_t thread;
  CHECK_INT(pthread_create(&thread, NULL, fork_and_hold, forker), 0);
  for (int i = 0; i < STARTS; i++) {
    atomic_fetch_add(&forker->starts, 1);
    cp_options options = { .uid = &id, .gid = &id, .stdio = CP_STDIO_IGNORE };
    CHECK_INT(ran(test_tiny(), NULL, &options)->code, 0);
  }
  CHECK_INT(pthread_join(thread, NULL), 0);
  for (int i = 0; i < forker->count; i++) {
    CHECK_INT(kill(forker->copies[i], SIGKILL), 0);
    CHECK_INT(waitpid(forker->copies[i], NULL, 0), forker->copies[i]);
  }
  test_heap_slack(4096);
}
