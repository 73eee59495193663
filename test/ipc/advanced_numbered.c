/* SPDX-License-Identifier: MIT */
/*
 * Many numbered clones, and a peer that dies at any moment: each arrives whole and in order, or who
 * sent it is told that it is lost. With every hundredth goes a descriptor.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

struct flow {
  cp_child *child;
  long next, count; /* to be sent */
  long sent, lost, received;
  long kill_at;      /* after so many that were received; 0: never */
  long handle_every; /* 0: never */
};

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct flow *flow = user;
  (void) channel;
  const cp_value *number = cp_value_get(cp_message_value(message), "number");
  CHECK_INT((long) cp_value_as_number(number, -1), flow->received);
  if (++flow->received == flow->kill_at) (void) cp_kill(flow->child, SIGKILL);
}

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct flow *flow = user;
  (void) channel;
  if (error) {
    flow->lost++;
    return;
  }
  CHECK_INT(flow->lost, 0); /* nothing leaves behind what is lost */
  flow->sent++;
}

static void send_more(cp_channel *channel, void *user) {
  struct flow *flow = user;
  int result = 0;
  for (; result == 0 && flow->next < flow->count; flow->next++) {
    char json[64];
    snprintf(json, sizeof json, "{\"number\":%ld}", flow->next);
    cp_send_options options = { .sent = on_sent, .user = user };
    if (flow->handle_every && flow->next % flow->handle_every == 0)
      options.handle = (cp_handle){ CP_HANDLE_NATIVE, 0 };
    result = cp_send(channel, json, &options);
    if (result < 0) {
      CHECK_INT(result, UV_EPIPE);
      return;
    }
  }
}

static void flow_through_a_child(struct flow *flow, cp_serialization serialization) {
  cp_options options = { .silent = true, .serialization = serialization };
  flow->child = cp_fork(handle_program(), CP_ARGS("echo"), &options);
  struct watch *w = watch(flow->child);
  cp_channel *channel = cp_ipc(flow->child);
  cp_on_message(channel, on_message, flow);
  cp_on_channel_drain(channel, send_more, flow);
  send_more(channel, flow);
  if (!flow->kill_at) {
    RUN_UNTIL(NULL, flow->received == flow->count);
    cp_disconnect(channel);
  }
  watch_run(w);
  CHECK_INT(flow->sent + flow->lost, flow->next);
  CHECK(flow->received <= flow->sent + flow->lost);
  if (flow->kill_at) {
    CHECK_INT(w->signal, SIGKILL);
    CHECK(flow->received >= flow->kill_at);
  } else {
    CHECK_INT(flow->lost, 0);
    CHECK_STR(output_of(w, 1), "");
  }
}

TEST(numbered_clones_arrive_in_order) {
  flow_through_a_child(&(struct flow){ .count = test_size(20000, 100000) }, CP_ADVANCED);
}

TEST(numbered_clones_arrive_in_order_with_handles_among_them) {
  struct flow flow = { .count = test_size(5000, 100000), .handle_every = 20 };
  flow_through_a_child(&flow, CP_ADVANCED);
}

TEST(numbered_texts_arrive_in_order_with_handles_among_them) {
  struct flow flow = { .count = test_size(5000, 100000), .handle_every = 20 };
  flow_through_a_child(&flow, CP_JSON);
}

TEST(what_a_killed_child_does_not_get_of_clones_and_handles_is_told_to_who_sent_it) {
  const int rounds = test_size(10, 200);
  unsigned random = (unsigned) getpid();
  for (int i = 0; i < rounds; i++) {
    random = random * 1103515245 + 12345;
    struct flow flow = { .count = 100000,
                         .kill_at = 1 + (random >> 8) % (i % 3 == 0 ? 20u : 2000u),
                         .handle_every = i % 2 ? 1 : 100 };
    flow_through_a_child(&flow, i % 4 < 2 ? CP_ADVANCED : CP_JSON);
  }
}
