/* SPDX-License-Identifier: MIT */
/*
 * The n-th allocation of the library fails, for every n until a run has no failure: once alone, and
 * once with all that come after it, while descriptors go to a child and come back. Nothing crashes,
 * hangs or stays open, and each message that was taken is told of.
 */
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

enum { MESSAGES = 3 };

struct scene {
  uv_loop_t loop;
  int returned, told, lost, disconnects, closed;
};

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct scene *scene = user;
  (void) cp_message_json(message, NULL); /* NULL without memory */
  int fd = cp_message_take_fd(message);
  if (fd >= 0) {
    scene->returned++;
    close(fd);
  }
  if (scene->returned == MESSAGES) cp_disconnect(channel);
}

/* What is lost does not come back, so it is not waited for. */
static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct scene *scene = user;
  scene->told++;
  if (!error) return;
  CHECK(error->number < 0 && error->message != NULL);
  scene->lost++;
  cp_disconnect(channel);
}

static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) user;
  CHECK(error->number < 0 && error->message != NULL);
  cp_disconnect(channel);
}

static void on_disconnect(cp_channel *channel, void *user) {
  (void) channel;
  ((struct scene *) user)->disconnects++;
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  ((struct scene *) user)->closed++;
}

static void send_all(cp_channel *channel, struct scene *scene, int *ret_taken) {
  static const char *const texts[] = { "1", "{\"a\" : [\"b\"]}", "\"last\"" };
  for (int i = 0; i < MESSAGES; i++) {
    cp_send_options options = { .handle = { CP_HANDLE_NATIVE, 0 }, .sent = on_sent, .user = scene };
    int result = cp_send(channel, texts[i], &options);
    if (result < 0) CHECK_INT(result, UV_ENOMEM);
    *ret_taken += result >= 0;
  }
  if (*ret_taken < MESSAGES) cp_disconnect(channel);
}

static void play(struct scene *scene, cp_serialization serialization) {
  cp_options options = { .loop = &scene->loop, .silent = true, .serialization = serialization };
  cp_child *child = cp_fork(handle_program(), CP_ARGS("return"), &options);
  if (!child) {
    CHECK_INT(cp_last_error()->number, UV_ENOMEM);
    CHECK_INT(cp_run(&scene->loop), 0);
    return;
  }
  CHECK(cp_on_close(child, on_close, scene) != 0);
  cp_channel *channel = cp_ipc(child);
  int taken = 0;
  bool is_open = !cp_start_error(child) && cp_connected(channel);
  if (is_open) {
    CHECK(cp_on_message(channel, on_message, scene) != 0); /* the first needs no memory */
    CHECK(cp_on_disconnect(channel, on_disconnect, scene) != 0);
    CHECK(cp_on_channel_error(channel, on_error, scene) != 0);
    send_all(channel, scene, &taken);
  }
  CHECK_INT(cp_run(&scene->loop), 0);
  CHECK_INT(scene->told, taken);
  CHECK_INT(scene->disconnects, is_open);
  CHECK_INT(scene->closed, 1);
}

static void sweep(cp_serialization serialization) {
  for (int mode = 0; mode < 2; mode++) {
    bool has_failed = true;
    for (long number = 1; has_failed; number++) {
      struct scene *scene = test_alloc(sizeof *scene);
      int before = count_descriptors();
      CHECK(number < 500);
      CHECK_INT(uv_loop_init(&scene->loop), 0);
      test_fail_allocation(number, mode == 1);
      play(scene, serialization);
      has_failed = test_allocation_failed();
      test_fail_allocation(0, false);
      CHECK(has_failed || (scene->returned == MESSAGES && scene->lost == 0));
      CHECK_INT(uv_loop_close(&scene->loop), 0);
      CHECK_INT(count_descriptors(), before);
    }
  }
}

TEST(no_memory_while_descriptors_go_to_a_child_and_come_back) {
  sweep(CP_JSON);
}

TEST(no_memory_while_descriptors_go_to_a_child_and_come_back_with_clones) {
  sweep(CP_ADVANCED);
}
