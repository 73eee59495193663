/* SPDX-License-Identifier: MIT */
/* Options to plans, without any process. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "run/run.h"

static struct plan made;

static void forget(void *plan) {
  plan_done(plan);
}

static struct plan *make(const char *file, const char *const *args, const cp_options *options) {
  cp_options none;
  memset(&none, 0, sizeof none);
  CHECK_INT(plan_init(&made, file, args, options ? options : &none), 0);
  test_at_end(forget, &made);
  return &made;
}

/* "a|b|c" of a list that ends in NULL. */
static const char *joined(const char *const *list) {
  char *text = test_alloc(4096);
  for (int i = 0; list[i]; i++) {
    CHECK(strlen(text) + strlen(list[i]) + 2 < 4096);
    if (i > 0) strcat(text, "|");
    strcat(text, list[i]);
  }
  return text;
}

static const char *joined_args(const struct plan *plan) {
  return joined((const char *const *) plan->args);
}

static const char *joined_candidates(const struct plan *plan) {
  const char *list[64] = { NULL };
  int count = 0;
  for (const char *at = plan->candidates; *at; at += strlen(at) + 1) list[count++] = at;
  return joined(list);
}

TEST(a_plan_has_the_file_as_its_first_argument) {
  struct plan *plan = make("ls", CP_ARGS("-l", "/usr"), NULL);
  CHECK_STR(plan->file, "ls");
  CHECK_STR(joined_args(plan), "ls|-l|/usr");
}

TEST(a_plan_takes_argv0) {
  struct plan *plan = make("ls", CP_ARGS("-l"), &(cp_options){ .argv0 = "zero" });
  CHECK_STR(plan->file, "ls");
  CHECK_STR(joined_args(plan), "zero|-l");
}

TEST(a_plan_of_a_shell) {
  struct plan *plan = make("a | b", NULL, &(cp_options){ .shell = CP_DEFAULT_SHELL });
  CHECK_STR(plan->file, "/bin/sh");
  CHECK_STR(joined((const char *const *) plan->args + 1), "-c|a | b");
  CHECK_STR(plan->args[0], "/bin/sh");
}

TEST(a_plan_of_another_shell_with_argv0) {
  struct plan *plan = make("a", NULL, &(cp_options){ .shell = "bash", .argv0 = "zero" });
  CHECK_STR(plan->file, "bash");
  CHECK_STR(joined_args(plan), "zero|-c|a");
}

TEST(a_plan_without_stdio_has_three_pipes) {
  struct plan *plan = make("x", NULL, NULL);
  CHECK_INT(plan->slot_count, 3);
  for (int i = 0; i < 3; i++) CHECK_INT(plan->slots[i], CP_PIPE);
}

TEST(a_plan_says_what_each_slot_is) {
  struct plan *plan = make("x", NULL,
                           &(cp_options){ .stdio = CP_STDIO(CP_OVERLAPPED, 7, CP_STDOUT, CP_PIPE,
                                                            CP_INHERIT, CP_SOCKET, CP_IGNORE) });
  CHECK_INT(plan->slot_count, 7);
  CHECK_INT(plan->slots[0], CP_PIPE);
  CHECK_INT(plan->slots[1], 7);
  CHECK_INT(plan->slots[2], 7);
  CHECK_INT(plan->slots[3], CP_SOCKET);
  CHECK_INT(plan->slots[4], 4);
  CHECK_INT(plan->slots[5], CP_SOCKET);
  CHECK_INT(plan->slots[6], CP_IGNORE);
}

TEST(a_plan_fills_a_short_list_with_pipes) {
  struct plan *plan = make("x", NULL, &(cp_options){ .stdio = CP_STDIO(CP_IGNORE) });
  CHECK_INT(plan->slot_count, 3);
  CHECK_INT(plan->slots[0], CP_IGNORE);
  CHECK_INT(plan->slots[2], CP_PIPE);
}

TEST(a_plan_keeps_the_order_of_env) {
  struct plan *plan = make("x", NULL, &(cp_options){ .env = CP_ARGS("B=1", "A=2") });
  CHECK_STR(joined(plan->env), "B=1|A=2");
}

TEST(a_plan_lays_env_add_over_env) {
  struct plan *plan = make("x", NULL,
                           &(cp_options){ .env = CP_ARGS("A=1", "AA=2", "B=3", "C="),
                                          .env_add = CP_ARGS("A=new", "C", "D=4", "E") });
  CHECK_STR(plan_getenv(plan, "A"), "new");
  CHECK_STR(plan_getenv(plan, "AA"), "2");
  CHECK_STR(plan_getenv(plan, "B"), "3");
  CHECK(plan_getenv(plan, "C") == NULL);
  CHECK_STR(plan_getenv(plan, "D"), "4");
  CHECK(plan_getenv(plan, "E") == NULL);
  int count = 0;
  while (plan->env[count]) count++;
  CHECK_INT(count, 4);
}

TEST(a_plan_finds_only_whole_names) {
  struct plan *plan = make("x", NULL, &(cp_options){ .env = CP_ARGS("PATHS=1", "XPATH=2") });
  CHECK(plan_getenv(plan, "PATH") == NULL);
  CHECK(plan_getenv(plan, "PAT") == NULL);
}

TEST(a_plan_tries_each_place_of_path) {
  struct plan *plan = make("prog", NULL, &(cp_options){ .env = CP_ARGS("PATH=/a:/b/c:rel") });
  CHECK_STR(joined_candidates(plan), "/a/prog|/b/c/prog|rel/prog");
}

TEST(a_plan_takes_empty_places_of_path_for_the_current_folder) {
  struct plan *plan = make("prog", NULL, &(cp_options){ .env = CP_ARGS("PATH=:/a::") });
  CHECK_STR(joined_candidates(plan), "prog|/a/prog|prog|prog");
}

TEST(a_plan_without_path_has_default_places) {
  struct plan *plan = make("prog", NULL, &(cp_options){ .env = CP_ARGS("A=1") });
  CHECK_STR(joined_candidates(plan), "/bin/prog|/usr/bin/prog");
}

TEST(a_plan_does_not_search_for_a_path) {
  struct plan *plan = make("./prog", NULL, &(cp_options){ .env = CP_ARGS("PATH=/a:/b") });
  CHECK_STR(joined_candidates(plan), "./prog");
}

TEST(a_plan_keeps_ids_and_directory) {
  uint32_t uid = 0, gid = 77;
  struct plan *plan =
      make("x", NULL, &(cp_options){ .uid = &uid, .gid = &gid, .cwd = "/d", .detached = true });
  CHECK(plan->has_uid && plan->has_gid && plan->is_detached);
  CHECK_INT(plan->uid, 0);
  CHECK_INT(plan->gid, 77);
  CHECK_STR(plan->cwd, "/d");
}

TEST(a_plan_without_memory_owns_nothing) {
  cp_options options = { .env = CP_ARGS("PATH=/a:/b"),
                         .env_add = CP_ARGS("A=1"),
                         .stdio = CP_STDIO(CP_IGNORE),
                         .argv0 = "zero" };
  int result = -1;
  for (long number = 1; result != 0; number++) {
    struct plan plan;
    CHECK(number < 50);
    test_fail_allocation(number, false);
    result = plan_init(&plan, "prog", CP_ARGS("a"), &options);
    if (result == 0)
      plan_done(&plan);
    else
      CHECK_INT(result, -12);
  }
}
