/* SPDX-License-Identifier: MIT */
/* What one start leaves behind, a hundred thousand make visible. */
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "process/ways.h"
#include "support/system.h"
#include "support/watch.h"

enum { ALL = 100000, FEWER = 10000, AT_ONCE = 16 };

struct campaign {
  int all;
  int started, closed, wrong;
};

static void start_one(struct campaign *campaign);

static void on_close(cp_child *child, int code, int signal, void *user) {
  struct campaign *campaign = user;
  (void) child;
  if (code != 0 || signal != 0) campaign->wrong++;
  campaign->closed++;
  start_one(campaign);
}

/* With pipes every fourth time: they cost more than the start itself. */
static void start_one(struct campaign *campaign) {
  if (campaign->started == campaign->all / 2 || campaign->started == campaign->all) return;
  cp_options options = { .stdio = campaign->started % 4 ? CP_STDIO_IGNORE : NULL };
  campaign->started++;
  cp_child *child = cp_spawn(test_tiny(), NULL, &options);
  if (cp_on_close(child, on_close, campaign) == 0) campaign->wrong++;
}

/* Starts half of all, several at a time; returns the heap in use when all have closed. */
static size_t run_half(struct campaign *campaign, int *ret_descriptors) {
  cp_options options = { .stdio = CP_STDIO_IGNORE };
  for (int i = 0; i < AT_ONCE; i++) {
    campaign->started++;
    cp_child *child = cp_spawn(test_tiny(), NULL, &options);
    CHECK(cp_on_close(child, on_close, campaign) != 0);
  }
  CHECK_INT(cp_run(NULL), 0);
  *ret_descriptors = count_descriptors();
  return test_heap_in_use();
}

TEST_PLAIN(a_hundred_thousand_starts_leave_nothing_behind) {
  bool by_fork = strncmp(ways_name(), "fork", 4) == 0; /* it copies the whole process each time */
  struct campaign campaign = { .all = by_fork ? FEWER : test_size_once(ALL, FEWER) };
  int descriptors_first, descriptors_second;
  size_t heap_first = run_half(&campaign, &descriptors_first);
  CHECK_INT(campaign.closed, campaign.all / 2);
  size_t heap_second = run_half(&campaign, &descriptors_second);
  CHECK_INT(campaign.started, campaign.all);
  CHECK_INT(campaign.closed, campaign.all);
  CHECK_INT(campaign.wrong, 0);
  CHECK_INT(descriptors_second, descriptors_first);
  if (heap_second > heap_first) {
    check_failed(__FILE__, __LINE__, "heap in use grew from %zu to %zu bytes", heap_first,
                 heap_second);
  }
}

TEST(a_thousand_starts_with_everything_leave_nothing_behind) {
  int before = 0;
  for (int i = 0; i < 1000; i++) {
    cp_options options = { .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_SOCKET),
                           .timeout_ms = 60000,
                           .cwd = "/",
                           .detached = i % 2 == 0 };
    cp_child *child = cp_spawn(test_tiny(), CP_ARGS("a", "b"), &options);
    CHECK(child != NULL);
    if (i % 8 == 7) {
      CHECK_INT(cp_run(NULL), 0);
      if (!before) before = count_descriptors();
      CHECK_INT(count_descriptors(), before);
    }
  }
  CHECK_INT(cp_run(NULL), 0);
}
