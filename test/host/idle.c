/* SPDX-License-Identifier: MIT */
/* Children that only wait cost nothing: nobody looks after them from time to time. */
#include <dirent.h>
#include <pthread.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

enum { CHILDREN = 100, IDLE_MS = 5000 };

struct idler {
  uv_loop_t loop;
  cp_abort *abort;
  atomic_int ready;
  int closed;
};

/* Of the thread of the loop, and of those that wait for a process, if there are any. */
static long switches_of_others(void) {
  long sum = 0;
  DIR *tasks = opendir("/proc/self/task");
  CHECK(tasks != NULL);
  for (struct dirent *entry = readdir(tasks); entry; entry = readdir(tasks)) {
    int thread = atoi(entry->d_name);
    if (thread <= 0 || thread == getpid()) continue;
    char line[256];
    long count = 0;
    FILE *status = fopen(text("/proc/self/task/%d/status", thread), "re");
    CHECK(status != NULL);
    while (fgets(line, sizeof line, status))
      if (sscanf(line, "voluntary_ctxt_switches: %ld", &count) == 1) sum += count;
    fclose(status);
  }
  closedir(tasks);
  return sum;
}

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) length;
  atomic_fetch_add(&((struct idler *) user)->ready, 1);
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code;
  if (signal == SIGTERM) ((struct idler *) user)->closed++;
}

static void *run_loop(void *argument) {
  struct idler *idler = argument;
  (void) cp_run(&idler->loop);
  return NULL;
}

/* Until everything that was on its way has come to rest. */
static void wait_until_quiet(struct idler *idler) {
  for (long last = -1, now = 0; atomic_load(&idler->ready) < CHILDREN || now != last; last = now) {
    poll(NULL, 0, 100);
    now = switches_of_others();
    if (last < 0) last = now - 1;
  }
}

TEST(a_hundred_waiting_children_wake_nobody_for_five_seconds) {
  struct idler idler = { .abort = cp_abort_new() };
  pthread_t thread;
  CHECK_INT(uv_loop_init(&idler.loop), 0);
  for (int i = 0; i < CHILDREN; i++) {
    cp_options options = { .loop = &idler.loop, .abort = idler.abort, .timeout_ms = 600000 };
    cp_child *child = cp_spawn(test_helper(), CP_ARGS("ready"), &options);
    CHECK(cp_on_data(cp_stdout(child), on_data, &idler) != 0);
    CHECK(cp_on_close(child, on_close, &idler) != 0);
  }
  CHECK_INT(pthread_create(&thread, NULL, run_loop, &idler), 0);
  wait_until_quiet(&idler);
  long before = switches_of_others();
  poll(NULL, 0, IDLE_MS); /* the one sleep in all tests: it is what is tested */
  CHECK_INT(switches_of_others(), before);
  cp_abort_trigger(idler.abort);
  CHECK_INT(pthread_join(thread, NULL), 0);
  CHECK_INT(idler.closed, CHILDREN);
  cp_abort_free(idler.abort);
  CHECK_INT(uv_loop_close(&idler.loop), 0);
  test_heap_slack(1 << 20);
}
