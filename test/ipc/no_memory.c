/* SPDX-License-Identifier: MIT */
/*
 * The n-th allocation of the library fails, for every n until a run has no failure: once alone, and
 * once with all that come after it, at both ends of a channel. Nothing crashes, hangs or stays.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

struct scene {
  uv_loop_t loop;
  int closed, messages, told, disconnects;
  bool is_done;
};

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct scene *scene = user;
  scene->messages++;
  CHECK(cp_message_json(message, NULL) != NULL);
  const cp_value *value = cp_message_value(message);
  if (!value) CHECK_INT(cp_last_error()->number, UV_ENOMEM);
  if (scene->messages == 3) {
    scene->is_done = true;
    cp_disconnect(channel);
  }
}

static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) user;
  CHECK(error->message != NULL);
}

static void on_disconnect(cp_channel *channel, void *user) {
  (void) channel;
  ((struct scene *) user)->disconnects++;
}

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) error;
  ((struct scene *) user)->told++;
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  ((struct scene *) user)->closed++;
}

/* How many were taken; each of them is told of. */
static int send_all(cp_channel *channel, struct scene *scene) {
  const cp_send_options options = { .sent = on_sent, .user = scene };
  const char *const texts[] = { "{\"cmd\" : \"NODE_\"}", string_of('1', 100000) };
  int taken = 0;
  for (int i = 0; i < 2; i++) {
    int result = cp_send(channel, texts[i], &options);
    if (result < 0) CHECK_INT(result, UV_ENOMEM);
    taken += result >= 0;
  }
  cp_value *tree = cp_value_put(cp_value_new_object(), "cmd", cp_value_new_string("NODE"));
  int result = cp_send_value(channel, tree, &options);
  if (result < 0 && tree) CHECK_INT(result, UV_ENOMEM);
  taken += result >= 0;
  cp_value_free(tree);
  return taken;
}

static void listen_to(cp_channel *channel, struct scene *scene) {
  CHECK(cp_on_message(channel, on_message, scene) != 0); /* the first needs no memory */
  CHECK(cp_on_disconnect(channel, on_disconnect, scene) != 0);
  CHECK(cp_on_channel_error(channel, on_error, scene) != 0);
}

/* A child of the library, which is not short of memory, sends all back. */
static void talk_with_a_child(struct scene *scene) {
  cp_options options = { .loop = &scene->loop, .silent = true };
  cp_child *child = cp_fork(ipc_program(), CP_ARGS("echo"), &options);
  if (!child) {
    CHECK_INT(cp_last_error()->number, UV_ENOMEM);
    CHECK_INT(cp_run(&scene->loop), 0);
    return;
  }
  CHECK(cp_on_close(child, on_close, scene) != 0);
  if (!cp_start_error(child) && cp_connected(cp_ipc(child))) {
    listen_to(cp_ipc(child), scene);
    int taken = send_all(cp_ipc(child), scene);
    if (taken < 3) cp_disconnect(cp_ipc(child));
    CHECK_INT(cp_run(&scene->loop), 0);
    CHECK_INT(scene->told, taken);
    CHECK_INT(scene->disconnects, 1);
  }
  CHECK_INT(cp_run(&scene->loop), 0);
  CHECK_INT(scene->closed, 1);
}

TEST(no_memory_while_a_parent_talks_with_its_child) {
  for (int mode = 0; mode < 2; mode++) {
    bool has_failed = true;
    for (long number = 1; has_failed; number++) {
      struct scene scene;
      memset(&scene, 0, sizeof scene);
      CHECK(number < 500);
      CHECK_INT(uv_loop_init(&scene.loop), 0);
      test_fail_allocation(number, mode == 1);
      talk_with_a_child(&scene);
      has_failed = test_allocation_failed();
      test_fail_allocation(0, false);
      CHECK(has_failed || scene.is_done);
      CHECK_INT(uv_loop_close(&scene.loop), 0);
    }
  }
}

/* The child's side keeps its channel for good, so each try is a program of its own. */
struct attempt {
  long number;
  bool later_too;
  int *has_failed; /* shared */
};

static void answer_a_parent(void *argument) {
  const struct attempt *attempt = argument;
  struct scene scene;
  int pair[2];
  memset(&scene, 0, sizeof scene);
  make_pair(pair);
  CHECK_INT(write(pair[1], "1\n{\"\\u0063md\":2}\n3\n", 20), 20);
  pretend_parent(text("%d", pair[0]), "json");
  CHECK_INT(uv_loop_init(&scene.loop), 0);
  test_fail_allocation(attempt->number, attempt->later_too);
  cp_channel *channel = cp_parent(&scene.loop);
  if (!channel) {
    CHECK_INT(cp_last_error()->number, UV_ENOMEM);
    close(pair[1]);
    CHECK_INT(cp_run(&scene.loop), 0);
  } else if (cp_connected(channel)) {
    listen_to(channel, &scene);
    int taken = send_all(channel, &scene);
    for (int i = 0; i < 20 && !scene.disconnects; i++) uv_run(&scene.loop, UV_RUN_NOWAIT);
    close(pair[1]);
    CHECK_INT(cp_run(&scene.loop), 0);
    CHECK_INT(scene.told, taken);
    CHECK_INT(scene.disconnects, 1);
  } else {
    close(pair[1]);
    CHECK_INT(cp_run(&scene.loop), 0);
  }
  bool has_failed = test_allocation_failed();
  test_fail_allocation(0, false);
  CHECK_INT(uv_loop_close(&scene.loop), 0);
  CHECK(has_failed || scene.is_done);
  *attempt->has_failed = has_failed;
  if (!channel) CHECK(fcntl(pair[0], F_GETFD) < 0 || close(pair[0]) == 0);
}

TEST(no_memory_while_a_child_answers_its_parent) {
  int *has_failed =
      mmap(NULL, sizeof *has_failed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(has_failed != MAP_FAILED);
  for (int mode = 0; mode < 2; mode++) {
    *has_failed = 1;
    for (long number = 1; *has_failed; number++) {
      CHECK(number < 200);
      in_another_program(answer_a_parent, &(struct attempt){ number, mode == 1, has_failed });
    }
  }
  munmap(has_failed, sizeof *has_failed);
}
