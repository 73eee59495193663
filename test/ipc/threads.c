/* SPDX-License-Identifier: MIT */
/* Eight threads, each with a loop and children of its own, all of them talking. */
#include <pthread.h>
#include <string.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

enum { THREADS = 8, CHILDREN = 3, MESSAGES = 200 };

struct worker {
  pthread_t thread;
  uv_loop_t loop;
  int messages, closed, sent;
};

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct worker *worker = user;
  worker->messages++;
  if (cp_value_as_number(cp_message_value(message), -1) == MESSAGES - 1) cp_disconnect(channel);
}

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  ((struct worker *) user)->sent += !error;
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child;
  if (code == 0 && signal == 0) ((struct worker *) user)->closed++;
}

static const char *program; /* test_alloc() is not for several threads */

static void *work(void *argument) {
  struct worker *worker = argument;
  for (int i = 0; i < CHILDREN; i++) {
    cp_options options = { .loop = &worker->loop, .silent = true };
    cp_child *child = cp_fork(program, CP_ARGS("echo"), &options);
    cp_on_message(cp_ipc(child), on_message, worker);
    cp_on_close(child, on_close, worker);
    for (int n = 0; n < MESSAGES; n++) {
      char json[16];
      snprintf(json, sizeof json, "%d", n);
      (void) cp_send(cp_ipc(child), json, &(cp_send_options){ .sent = on_sent, .user = worker });
    }
  }
  cp_run(&worker->loop);
  return NULL;
}

TEST(eight_threads_talk_with_children_of_their_own) {
  struct worker *workers = test_alloc(THREADS * sizeof *workers);
  program = ipc_program();
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(uv_loop_init(&workers[i].loop), 0);
    CHECK_INT(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(pthread_join(workers[i].thread, NULL), 0);
    CHECK_INT(workers[i].messages, CHILDREN * MESSAGES);
    CHECK_INT(workers[i].sent, CHILDREN * MESSAGES);
    CHECK_INT(workers[i].closed, CHILDREN);
    CHECK_INT(uv_loop_close(&workers[i].loop), 0);
  }
  test_heap_slack(131072);
}
