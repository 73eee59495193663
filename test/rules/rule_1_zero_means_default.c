/* SPDX-License-Identifier: MIT */
/* Rule 1: zero means default; what is passed in is copied; three things are used in place. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void check_defaults(const cp_options *options) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("kinds"), options));
  CHECK(cp_stdin(w->child) != NULL);
  CHECK(cp_stdout(w->child) != NULL);
  CHECK(cp_stderr(w->child) != NULL);
  CHECK(cp_stdio(w->child, 3) == NULL);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "0 fifo read\n1 fifo write\n2 fifo write\n");
  CHECK_INT(w->code, 0);
  CHECK_INT(w->signal, 0);

  char directory[4096];
  CHECK(getcwd(directory, sizeof directory) != NULL);
  CHECK_STR(output_of(ran_helper(CP_ARGS("cwd"), options), 1), text("%s\n", directory));
  CHECK_STR(output_of(ran_helper(CP_ARGS("env", "CP_TEST_INHERITED"), options), 1), "yes\n");
  CHECK_STR(output_of(ran_helper(CP_ARGS("args", "a"), options), 1),
            text("%s\nargs\na\n", test_helper()));
  w = ran_helper(CP_ARGS("ids"), options);
  CHECK_HAS(output_of(w, 1),
            text("pgid %d\nsid %d\nuid %u %u %u\ngid %u %u %u\n", getpgid(0), getsid(0), getuid(),
                 getuid(), getuid(), getgid(), getgid(), getgid()));
}

TEST(rule_1_null_options_give_the_defaults) {
  setenv("CP_TEST_INHERITED", "yes", 1);
  check_defaults(NULL);
  unsetenv("CP_TEST_INHERITED");
  test_heap_slack(8192); /* glibc keeps what setenv() made */
}

TEST(rule_1_zeroed_options_give_the_defaults) {
  cp_options zero;
  memset(&zero, 0, sizeof zero);
  setenv("CP_TEST_INHERITED", "yes", 1);
  check_defaults(&zero);
  unsetenv("CP_TEST_INHERITED");
  test_heap_slack(8192);
}

TEST(rule_1_the_size_of_the_options_is_fixed) {
  if (sizeof(void *) == 8) CHECK_INT(sizeof(cp_options), 280);
}

TEST(rule_1_null_arguments_are_no_arguments) {
  struct watch *w = watch(cp_spawn(test_tiny(), NULL, NULL));
  CHECK_STR(cp_spawn_args(w->child)[0], test_tiny());
  CHECK(cp_spawn_args(w->child)[1] == NULL);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

static char *scratch(const char *value) {
  return strcpy(malloc(strlen(value) + 1), value);
}

static void spoil(char *value) {
  memset(value, '#', strlen(value));
  free(value);
}

TEST(rule_1_everything_passed_in_may_be_freed_at_once) {
  char *file = scratch(test_helper());
  char *words[] = { scratch("args"), scratch("one"), scratch("two") };
  char *variables[] = { scratch("A=1"), scratch("B=2") };
  char *additions[] = { scratch("C=3"), scratch("A") };
  char *cwd = scratch("/usr");
  char *argv0 = scratch("zero");
  const char **args = malloc(4 * sizeof *args);
  const char **env = malloc(3 * sizeof *env);
  const char **env_add = malloc(3 * sizeof *env_add);
  int *stdio = malloc(4 * sizeof *stdio);
  uint32_t *uid = malloc(sizeof *uid);
  uint32_t *gid = malloc(sizeof *gid);
  cp_options *options = calloc(1, sizeof *options);
  memcpy(args, (const char *[]){ words[0], words[1], words[2], NULL }, 4 * sizeof *args);
  memcpy(env, (const char *[]){ variables[0], variables[1], NULL }, 3 * sizeof *env);
  memcpy(env_add, (const char *[]){ additions[0], additions[1], NULL }, 3 * sizeof *env_add);
  memcpy(stdio, CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE), 4 * sizeof *stdio);
  *uid = getuid();
  *gid = getgid();
  *options = (cp_options){ .cwd = cwd,
                           .env = env,
                           .env_add = env_add,
                           .argv0 = argv0,
                           .stdio = stdio,
                           .uid = uid,
                           .gid = gid };
  struct watch *w = watch(cp_spawn(file, args, options));
  spoil(file), spoil(cwd), spoil(argv0);
  for (int i = 0; i < 3; i++) spoil(words[i]);
  for (int i = 0; i < 2; i++) spoil(variables[i]), spoil(additions[i]);
  free(args), free(env), free(env_add), free(stdio), free(uid), free(gid), free(options);

  CHECK_STR(cp_spawn_file(w->child), test_helper());
  CHECK_STR(cp_spawn_args(w->child)[0], "zero");
  CHECK_STR(cp_spawn_args(w->child)[1], "args");
  CHECK_STR(cp_spawn_args(w->child)[3], "two");
  CHECK(cp_spawn_args(w->child)[4] == NULL);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "zero\nargs\none\ntwo\n");
}

TEST(rule_1_a_failed_start_keeps_copies_for_its_error) {
  char *file = scratch("/no/such/program");
  char *word = scratch("word");
  const char **args = malloc(2 * sizeof *args);
  args[0] = word;
  args[1] = NULL;
  struct watch *w = watch(cp_spawn(file, args, NULL));
  spoil(file), spoil(word), free(args);
  watch_run(w);
  CHECK_STR(w->error->path, "/no/such/program");
  CHECK_STR(w->error->spawn_args[0], "word");
  CHECK(w->error->spawn_args[1] == NULL);
}

TEST(rule_1_what_is_written_is_copied) {
  size_t size = 300000;
  char *data = malloc(size);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  memset(data, 'a', size);
  CHECK_INT(cp_write(cp_stdin(w->child), data, size), CP_FULL);
  memset(data, 'b', size);
  free(data);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_INT(w->output[1].length, size);
  CHECK(memchr(output_of(w, 1), 'b', size) == NULL);
}

TEST(rule_1_the_loop_is_used_in_place) {
  uv_loop_t loop;
  CHECK_INT(uv_loop_init(&loop), 0);
  cp_options options = { .loop = &loop };
  struct watch *w = watch(cp_spawn(test_tiny(), NULL, &options));
  w->loop = &loop;
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(w->events, "");
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(rule_1_the_abort_is_used_in_place) {
  cp_abort *abort = cp_abort_new();
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("sleep"), &(cp_options){ .abort = abort }));
  cp_abort_trigger(abort);
  watch_run(w);
  CHECK_INT(w->signal, SIGTERM);
  cp_abort_free(abort);
}
