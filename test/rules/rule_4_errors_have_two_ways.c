/* SPDX-License-Identifier: MIT */
/* Rule 4: NULL or a code for what is wrong by itself; a child that emits `error` for the rest. */
#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

TEST(rule_4_what_the_system_refuses_is_a_child_that_emits_error_then_close) {
  cp_child *child = cp_spawn("/no/such/program", CP_ARGS("a", "b"), NULL);
  CHECK(child != NULL);
  CHECK_INT(cp_start_error(child)->number, UV_ENOENT);
  CHECK_INT(cp_pid(child), 0);
  struct watch *w = watch(child);
  watch_run(w);
  CHECK(in_order(w, "error close"));
  CHECK_INT(w->error->number, UV_ENOENT);
  CHECK_STR(w->error->code, "ENOENT");
  CHECK_STR(w->error->name, "Error");
  CHECK_STR(w->error->syscall, "spawn /no/such/program");
  CHECK_STR(w->error->step, "exec");
  CHECK_STR(w->error->path, "/no/such/program");
  CHECK_STR(w->error->message, "spawn /no/such/program ENOENT");
  CHECK_STR(w->error->spawn_args[0], "a");
  CHECK_STR(w->error->spawn_args[1], "b");
  CHECK(w->error->spawn_args[2] == NULL);
}

TEST(rule_4_a_start_that_fails_is_no_failed_call) {
  CHECK(cp_last_error() == NULL);
  struct watch *w = ran("/no/such/program", NULL, NULL);
  CHECK(has_event(w, "error"));
  CHECK(cp_last_error() == NULL);
}

TEST(rule_4_an_error_without_listener_is_dropped) {
  cp_child *child = cp_spawn("/no/such/program", NULL, NULL);
  CHECK(cp_start_error(child) != NULL);
  CHECK_INT(cp_run(NULL), 0);
}

TEST(rule_4_wrong_arguments_are_null_and_explained) {
  CHECK(cp_last_error() == NULL);
  CHECK(cp_spawn("", NULL, NULL) == NULL);
  const cp_error *error = cp_last_error();
  CHECK(error != NULL);
  CHECK_INT(error->number, UV_EINVAL);
  CHECK(error->code != NULL);
  CHECK(error->message && error->message[0]);
  CHECK(error->name != NULL);
  CHECK_INT(cp_run(NULL), 0);
}

TEST(rule_4_last_error_is_that_of_the_last_failure) {
  CHECK(cp_spawn("", NULL, NULL) == NULL);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
  CHECK(cp_spawn("x", NULL, &(cp_options){ .serialization = (cp_serialization) 9 }) == NULL);
  CHECK_INT(cp_last_error()->number, UV_ENOTSUP);
  /* What succeeds, what is given NULL and what only asks leave it alone. */
  CHECK(cp_spawn(test_tiny(), NULL, NULL) != NULL);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(cp_kill(NULL, 15), UV_EINVAL);
  CHECK_INT(cp_write(NULL, "x", 1), UV_EINVAL);
  CHECK(cp_stdout(NULL) == NULL);
  CHECK(cp_hold(NULL) == NULL);
  CHECK_INT(cp_last_error()->number, UV_ENOTSUP);
  CHECK_INT(cp_signal_number("SIGNONSENSE"), UV_EINVAL);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
}

TEST(rule_4_a_refused_kill_is_explained) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("sleep"), NULL));
  CHECK_INT(cp_kill(w->child, 999), UV_EINVAL);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
  CHECK(!cp_killed(w->child));
  CHECK_INT(cp_kill(w->child, SIGKILL), 0);
  watch_run(w);
}

static void *look_at_last_error(void *argument) {
  *(const cp_error **) argument = cp_last_error();
  CHECK(cp_spawn(NULL, NULL, &(cp_options){ .serialization = (cp_serialization) 9 }) == NULL);
  return NULL;
}

TEST(rule_4_each_thread_has_its_last_error) {
  const cp_error *seen = (const cp_error *) 1;
  pthread_t thread;
  CHECK(cp_spawn("x", NULL, &(cp_options){ .serialization = (cp_serialization) 9 }) == NULL);
  const cp_error *mine = cp_last_error();
  CHECK_INT(pthread_create(&thread, NULL, look_at_last_error, &seen), 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
  CHECK(seen == NULL);
  CHECK(cp_last_error() == mine);
  CHECK_INT(mine->number, UV_ENOTSUP);
  test_heap_slack(4096);
}

TEST(rule_4_only_a_loop_that_cannot_be_made_is_null_for_it) {
  for (int spare = 0; spare < 6; spare++) {
    leave_descriptors(spare);
    CHECK(cp_spawn(test_tiny(), NULL, NULL) == NULL);
    CHECK_INT(cp_last_error()->number, UV_EMFILE);
    CHECK_STR(cp_last_error()->code, "EMFILE");
  }
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  CHECK_INT(ran(test_tiny(), NULL, NULL)->code, 0);
}

/* The runner fails any test that prints: these take the paths on which a library is tempted to. */
TEST(rule_4_no_call_aborts_or_writes_to_our_stdio) {
  CHECK(cp_spawn(NULL, NULL, NULL) == NULL);
  CHECK(cp_spawn("", CP_ARGS("x"), NULL) == NULL);
  CHECK(has_event(ran("/", NULL, NULL), "error"));
  CHECK(has_event(ran("x", NULL, &(cp_options){ .cwd = "/no/such/folder" }), "error"));
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("close", "0"), NULL));
  (void) cp_write(cp_stdin(w->child), string_of('x', 500000), 500000);
  RUN_UNTIL(NULL, has_event(w, "0:close"));
  cp_kill(w->child, SIGKILL);
  watch_run(w);
}

TEST(rule_4_a_copied_error_outlives_its_child) {
  cp_child *child = cp_spawn("/no/such/program", CP_ARGS("a"), NULL);
  cp_error *copy = cp_error_copy(cp_start_error(child));
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(copy->number, UV_ENOENT);
  CHECK_STR(copy->code, "ENOENT");
  CHECK_STR(copy->name, "Error");
  CHECK_STR(copy->path, "/no/such/program");
  CHECK_STR(copy->step, "exec");
  CHECK_STR(copy->spawn_args[0], "a");
  CHECK(copy->spawn_args[1] == NULL);
  cp_error *again = cp_error_copy(copy);
  cp_error_free(copy);
  CHECK_STR(again->message, "spawn /no/such/program ENOENT");
  CHECK_STR(again->syscall, "spawn /no/such/program");
  cp_error_free(again);
}

TEST(rule_4_the_last_error_can_be_copied) {
  CHECK(cp_spawn("", NULL, NULL) == NULL);
  cp_error *copy = cp_error_copy(cp_last_error());
  CHECK(cp_spawn("x", NULL, &(cp_options){ .serialization = (cp_serialization) 9 }) == NULL);
  CHECK_INT(copy->number, UV_EINVAL);
  CHECK(copy->step == NULL);
  CHECK(copy->spawn_args == NULL);
  cp_error_free(copy);
}
