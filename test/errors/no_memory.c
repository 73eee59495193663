/* SPDX-License-Identifier: MIT */
/*
 * The n-th allocation of the library fails, for every n until a run has no failure: once alone,
 * and once with all that come after it. Whatever failed, nothing may crash, hang or be left over,
 * and what a call refuses for it is explained as UV_ENOMEM.
 */
#include <string.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

struct scene {
  uv_loop_t loop;
  int closed;
  size_t bytes;
};

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data;
  ((struct scene *) user)->bytes += length;
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  ((struct scene *) user)->closed++;
}

static void no_event(cp_stream *stream, void *user) {
  (void) stream, (void) user;
}

static void copy_error(cp_child *child, const cp_error *error, void *user) {
  (void) child, (void) user;
  cp_error_free(cp_error_copy(error));
}

/* A call either did what it was asked, or says that there was no memory. */
static void check_code(int result) {
  if (result < 0) CHECK_INT(result, UV_ENOMEM);
}

static void finish(cp_child *child, struct scene *scene) {
  if (!child) {
    CHECK_INT(cp_last_error()->number, UV_ENOMEM);
    CHECK_INT(cp_run(&scene->loop), 0);
    return;
  }
  bool has_listener = cp_on_close(child, on_close, scene) != 0;
  CHECK(has_listener); /* the first of each event needs no memory */
  CHECK_INT(cp_run(&scene->loop), 0);
  CHECK_INT(scene->closed, 1);
  scene->closed = 0;
}

/* Much of what a program does with a child. */
static void feed_a_cat(struct scene *scene) {
  cp_options options = { .loop = &scene->loop,
                         .cwd = "/",
                         .argv0 = "name",
                         .timeout_ms = 50000,
                         .env_add = CP_ARGS("A=1", "B"),
                         .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_SOCKET) };
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("cat"), &options);
  cp_stream *in = cp_stdin(child);
  if (child && !cp_start_error(child)) {
    int written = cp_write(in, string_of('x', 200000), 200000);
    check_code(written);
    (void) cp_on_data(cp_stdout(child), on_data, scene);
    (void) cp_on_data(cp_stdout(child), on_data, scene);
    for (int i = 0; i < 3; i++) (void) cp_on_end(cp_stdout(child), no_event, NULL);
    /* Where a part of it was out already, the stream cannot go on. */
    for (int i = 0; i < 3 && written >= 0; i++) {
      written = cp_write(in, "more", 4);
      check_code(written);
    }
    if (written < 0)
      cp_destroy(in);
    else
      check_code(cp_end(in));
  }
  finish(child, scene);
}

static void start_a_missing_program(struct scene *scene) {
  cp_child *child =
      cp_spawn("cp-no-such-program", CP_ARGS("a", "b"), &(cp_options){ .loop = &scene->loop });
  (void) cp_on_error(child, copy_error, NULL);
  finish(child, scene);
}

static void run_a_shell(struct scene *scene) {
  finish(cp_spawn("exit 0", NULL, &(cp_options){ .loop = &scene->loop, .shell = CP_DEFAULT_SHELL }),
         scene);
}

static void run_a_script(struct scene *scene) {
  finish(cp_spawn("/bin/true", NULL, &(cp_options){ .loop = &scene->loop, .env = CP_ARGS("A=1") }),
         scene);
}

static void pipe_two_children(struct scene *scene) {
  cp_options options = { .loop = &scene->loop };
  cp_child *from = cp_spawn(test_helper(), CP_ARGS("spew", "100000"), &options);
  cp_child *to = cp_spawn(test_helper(), CP_ARGS("cat"), &options);
  (void) cp_on_data(cp_stdout(to), on_data, scene);
  int piped = cp_pipe(cp_stdout(from), cp_stdin(to));
  if (from && to && !cp_start_error(from) && !cp_start_error(to)) check_code(piped);
  if (piped != 0) (void) cp_end(cp_stdin(to));
  if (piped != 0) cp_destroy(cp_stdout(from));
  if (!from && to)
    finish(to, scene);
  else
    finish(from, scene);
}

static void abort_a_child(struct scene *scene) {
  cp_abort *abort = cp_abort_new();
  if (!abort) {
    CHECK_INT(cp_last_error()->number, UV_ENOMEM);
    return;
  }
  cp_child *child = cp_spawn(test_helper(), CP_ARGS("sleep"),
                             &(cp_options){ .loop = &scene->loop, .abort = abort });
  cp_abort_trigger(abort);
  finish(child, scene);
  cp_abort_free(abort);
}

static void sweep(void (*play)(struct scene *scene)) {
  for (int mode = 0; mode < 2; mode++) {
    bool failed = true;
    for (long number = 1; failed; number++) {
      struct scene scene;
      memset(&scene, 0, sizeof scene);
      CHECK(number < 500);
      CHECK_INT(uv_loop_init(&scene.loop), 0);
      test_fail_allocation(number, mode == 1);
      play(&scene);
      failed = test_allocation_failed();
      test_fail_allocation(0, false);
      CHECK_INT(uv_loop_close(&scene.loop), 0);
    }
  }
}

TEST(no_memory_while_a_child_is_fed) {
  sweep(feed_a_cat);
}

TEST(no_memory_while_a_start_fails) {
  sweep(start_a_missing_program);
}

TEST(no_memory_while_a_shell_is_run) {
  sweep(run_a_shell);
}

TEST(no_memory_while_a_program_is_run) {
  sweep(run_a_script);
}

TEST(no_memory_while_children_are_piped) {
  sweep(pipe_two_children);
}

TEST(no_memory_while_a_child_is_aborted) {
  sweep(abort_a_child);
}

TEST(no_memory_for_a_copy_of_an_error) {
  struct watch *w = watch(cp_spawn("/no/such/program", CP_ARGS("a"), NULL));
  for (long number = 1;; number++) {
    test_fail_allocation(number, false);
    cp_error *copy = cp_error_copy(cp_start_error(w->child));
    if (copy) {
      cp_error_free(copy);
      if (!test_allocation_failed()) break;
    }
    CHECK(number < 100);
  }
  test_fail_allocation(0, false);
  watch_run(w);
}
