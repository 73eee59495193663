/* SPDX-License-Identifier: MIT */
/*
 * Many numbered messages, and a peer that dies at any moment: each arrives whole and in order, or
 * who sent it is told that it is lost.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

#define QUIET CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC)

struct flow {
  cp_child *child;
  long next, count; /* to be sent */
  long sent, lost;
  long received;
  long kill_at; /* after so many that were received; 0: never */
};

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct flow *flow = user;
  (void) channel;
  const cp_value *number = cp_value_get(cp_message_value(message), "number");
  CHECK_INT((long) cp_value_as_number(number, -1), flow->received);
  if (++flow->received == flow->kill_at) (void) cp_kill(flow->child, SIGKILL);
}

TEST(a_hundred_thousand_messages_in_pieces_arrive_in_order) {
  const long count = 100000;
  struct flow flow = { 0 };
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ipc-numbers", text("%ld", count)),
                                   &(cp_options){ .stdio = QUIET }));
  cp_on_message(cp_ipc(w->child), on_message, &flow);
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_INT(flow.received, count);
}

TEST(a_hundred_thousand_messages_of_the_library_arrive_in_order) {
  struct flow flow = { 0 };
  cp_options options = { .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_IGNORE, CP_IPC) };
  struct watch *w = watch(cp_fork(ipc_program(), CP_ARGS("numbers", "100000"), &options));
  cp_on_message(cp_ipc(w->child), on_message, &flow);
  watch_run(w);
  CHECK_INT(flow.received, 100000);
  CHECK_STR(output_of(w, 1), "sent 100000, lost 0\n");
}

TEST(what_a_killed_child_has_said_arrives_whole_and_in_order) {
  const int rounds = test_size(12, 100);
  unsigned random = (unsigned) getpid();
  for (int i = 0; i < rounds; i++) {
    random = random * 1103515245 + 12345;
    struct flow flow = { .kill_at = 1 + (random >> 8) % 90000 };
    flow.child =
        cp_spawn(test_helper(), CP_ARGS("ipc-numbers", "100000"), &(cp_options){ .stdio = QUIET });
    struct watch *w = watch(flow.child);
    cp_on_message(cp_ipc(flow.child), on_message, &flow);
    watch_run(w);
    CHECK(flow.received >= flow.kill_at);
    CHECK(w->signal == SIGKILL || flow.received == 100000);
  }
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
    result = cp_send(channel, json, &(cp_send_options){ .sent = on_sent, .user = user });
    if (result < 0) return;
  }
}

TEST(what_a_killed_child_does_not_get_is_told_to_who_sent_it) {
  const int rounds = test_size(12, 100);
  unsigned random = (unsigned) getpid();
  for (int i = 0; i < rounds; i++) {
    random = random * 1103515245 + 12345;
    struct flow flow = { .count = 100000, .kill_at = 1 + (random >> 8) % 30000 };
    cp_options options = { .silent = true };
    flow.child = cp_fork(ipc_program(), CP_ARGS("echo"), &options);
    struct watch *w = watch(flow.child);
    cp_channel *channel = cp_ipc(flow.child);
    cp_on_message(channel, on_message, &flow);
    cp_on_channel_drain(channel, send_more, &flow);
    send_more(channel, &flow);
    watch_run(w);
    CHECK_INT(w->signal, SIGKILL);
    CHECK(flow.received >= flow.kill_at && flow.received <= flow.sent);
    CHECK_INT(flow.sent + flow.lost, flow.next);
  }
}

TEST(a_hundred_thousand_messages_to_and_fro_arrive_in_order) {
  struct flow flow = { .count = 100000 };
  struct watch *w = watch(cp_fork(ipc_program(), CP_ARGS("echo"), &(cp_options){ .silent = true }));
  cp_channel *channel = cp_ipc(w->child);
  cp_on_message(channel, on_message, &flow);
  cp_on_channel_drain(channel, send_more, &flow);
  send_more(channel, &flow);
  RUN_UNTIL(NULL, flow.received == flow.count);
  cp_disconnect(channel);
  watch_run(w);
  CHECK_INT(flow.sent, flow.count);
  CHECK_INT(flow.lost, 0);
}
