/* SPDX-License-Identifier: MIT */
/* As many children at the same time as the system lets us have, and a million one after another. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

/* One pipe of each, and its pidfd; and what the program has besides. */
enum { DESCRIPTORS_EACH = 2, DESCRIPTORS_BESIDES = 200 };

struct crowd {
  int closed, ended_streams;
};

static void on_end(cp_stream *stream, void *user) {
  (void) stream;
  ((struct crowd *) user)->ended_streams++;
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code;
  if (signal == SIGKILL) ((struct crowd *) user)->closed++;
}

/* What was asked for, or what the limit on descriptors lets us have. */
static int possible(int wanted) {
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  rlim_t most = (limit.rlim_max - DESCRIPTORS_BESIDES) / DESCRIPTORS_EACH;
  if (most >= (rlim_t) wanted) return wanted;
  test_note("  %d children, since no more than %d descriptors may be open\n", (int) most,
            (int) limit.rlim_max);
  return (int) most;
}

TEST(many_children_with_a_pipe_each_live_at_the_same_time) {
  int count = possible(test_size(400, 9900));
  int before = count_descriptors();
  struct crowd crowd = { 0, 0 };
  cp_child **children = test_alloc((size_t) count * sizeof *children);
  for (int i = 0; i < count; i++) {
    cp_options options = { .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_IGNORE) };
    children[i] = cp_hold(cp_spawn(test_helper(), CP_ARGS("sleep"), &options));
    CHECK(children[i] && !cp_start_error(children[i]));
    CHECK(cp_on_end(cp_stdout(children[i]), on_end, &crowd) != 0);
    CHECK(cp_on_close(children[i], on_close, &crowd) != 0);
  }
  run_idle(NULL);
  CHECK_INT(crowd.closed, 0);
  CHECK(count_descriptors() >= before + count);
  for (int i = 0; i < count; i++) CHECK_INT(cp_kill(children[i], SIGKILL), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(crowd.closed, count);
  CHECK_INT(crowd.ended_streams, count);
  for (int i = 0; i < count; i++) cp_release(children[i]);
  test_heap_slack(1 << 16);
}

/* ---- a million ---- */

enum { MILLION = 1000000, ROUND = 100000, AT_ONCE = 16 };

struct campaign {
  int to_start, closed, wrong;
};

static void start_next(struct campaign *campaign);

static void on_next_close(cp_child *child, int code, int signal, void *user) {
  struct campaign *campaign = user;
  (void) child;
  if (code != 0 || signal != 0) campaign->wrong++;
  campaign->closed++;
  start_next(campaign);
}

static void start_next(struct campaign *campaign) {
  if (campaign->to_start == 0) return;
  bool has_pipes = campaign->to_start-- % 4 == 0;
  cp_child *child =
      cp_spawn(test_tiny(), NULL, &(cp_options){ .stdio = has_pipes ? NULL : CP_STDIO_IGNORE });
  if (cp_on_close(child, on_next_close, campaign) == 0) campaign->wrong++;
}

TEST_SOAK(a_million_starts_leave_nothing_behind) {
  int descriptors = 0;
  size_t heap = 0;
  for (int round = 0; round < MILLION / ROUND; round++) {
    struct campaign campaign = { ROUND, 0, 0 };
    for (int i = 0; i < AT_ONCE; i++) start_next(&campaign);
    CHECK_INT(cp_run(NULL), 0);
    CHECK_INT(campaign.closed, ROUND);
    CHECK_INT(campaign.wrong, 0);
    if (round == 0) descriptors = count_descriptors();
    CHECK_INT(count_descriptors(), descriptors);
    if (TEST_SANITIZED) continue;
    size_t now = mallinfo2().uordblks;
    if (round == 1) heap = now;
    if (round > 1 && now > heap)
      check_failed(__FILE__, __LINE__, "the heap in use grew from %zu to %zu bytes", heap, now);
  }
}
