/* SPDX-License-Identifier: MIT */
/*
 * Threads that each have loops and start children, while other threads open and close descriptors
 * without a thought for any of it. Every child lists what it has open.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

enum { THREADS = 8, LOOPS_EACH = 8, OPENERS = 2, AT_ONCE = 5 };

struct worker {
  pthread_t thread;
  int starts; /* on each loop */
  int closed, wrong;
  uv_loop_t loops[LOOPS_EACH];
};

struct lister {
  struct worker *worker;
  size_t length;
  char output[64];
};

static void take(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream;
  struct lister *lister = user;
  for (size_t i = 0; i < length; i++)
    if (lister->length < sizeof lister->output) lister->output[lister->length++] = data[i];
}

static void judge(cp_child *child, int code, int signal, void *user) {
  (void) child;
  struct lister *lister = user;
  bool is_right = code == 0 && signal == 0 && lister->length == 6 &&
                  memcmp(lister->output, "0\n1\n2\n", 6) == 0;
  lister->worker->closed++;
  if (!is_right) lister->worker->wrong++;
}

static void start_some(struct worker *worker, uv_loop_t *loop, struct lister *listers, int count) {
  memset(listers, 0, (size_t) count * sizeof *listers);
  for (int i = 0; i < count; i++) {
    listers[i].worker = worker;
    cp_options options = { .loop = loop };
    cp_child *child = cp_spawn(test_helper(), CP_ARGS("fds"), &options);
    (void) cp_on_data(cp_stdout(child), take, &listers[i]);
    (void) cp_on_close(child, judge, &listers[i]);
  }
}

/* Its loops take turns, so that all of them have children at the same time. */
static void *work(void *argument) {
  struct worker *worker = argument;
  struct lister listers[LOOPS_EACH][AT_ONCE];
  for (int i = 0; i < worker->starts; i += AT_ONCE) {
    for (int l = 0; l < LOOPS_EACH; l++) start_some(worker, &worker->loops[l], listers[l], AT_ONCE);
    for (int l = 0; l < LOOPS_EACH; l++) (void) cp_run(&worker->loops[l]);
  }
  return NULL;
}

static atomic_bool is_over;

/* Without O_CLOEXEC, high and low: what the children must not get. */
static void *open_and_close(void *argument) {
  (void) argument;
  while (!atomic_load(&is_over)) {
    int fds[24];
    for (int i = 0; i < 24; i++) fds[i] = open("/dev/null", O_RDONLY);
    for (int i = 0; i < 24; i++) close(fds[i]);
    int high = fcntl(0, F_DUPFD, 3000);
    close(high);
  }
  return NULL;
}

static void run_workers(int starts) {
  struct worker *workers = test_alloc(THREADS * sizeof *workers);
  pthread_t openers[OPENERS];
  for (int i = 0; i < THREADS; i++) {
    workers[i].starts = starts;
    for (int l = 0; l < LOOPS_EACH; l++) CHECK_INT(uv_loop_init(&workers[i].loops[l]), 0);
  }
  for (int i = 0; i < OPENERS; i++)
    CHECK_INT(pthread_create(&openers[i], NULL, open_and_close, NULL), 0);
  for (int i = 0; i < THREADS; i++)
    CHECK_INT(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
  for (int i = 0; i < THREADS; i++) CHECK_INT(pthread_join(workers[i].thread, NULL), 0);
  atomic_store(&is_over, true);
  for (int i = 0; i < OPENERS; i++) CHECK_INT(pthread_join(openers[i], NULL), 0);
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(workers[i].wrong, 0);
    CHECK_INT(workers[i].closed, starts * LOOPS_EACH);
    for (int l = 0; l < LOOPS_EACH; l++) CHECK_INT(uv_loop_close(&workers[i].loops[l]), 0);
  }
  test_heap_slack(1 << 20);
}

TEST(eight_threads_with_eight_loops_start_children_while_others_open_descriptors) {
  run_workers(test_size(AT_ONCE, 200));
}

/* Only the runner's own tests start it, so it is found beside the runner. */
TEST(a_thread_for_a_child_has_room_for_all_thread_local_data_of_the_host) {
  const char *slash = strrchr(test_runner(), '/');
  const char *program = text("%.*s/large_tls", (int) (slash - test_runner()), test_runner());
  CHECK_INT(ran(program, CP_ARGS(test_helper(), "exit", "7"), NULL)->code, 7);
}
