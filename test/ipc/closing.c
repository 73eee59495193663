/* SPDX-License-Identifier: MIT */
/* How a channel ends: by us, by the peer, with its child; and what still arrives. */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

TEST_OF_BOTH(disconnect_ends_it_at_once_and_tells_of_it_later) {
  cp_disconnect(line->channel);
  CHECK(!cp_connected(line->channel));
  CHECK_INT(line->disconnects, 0);
  line_pull_to_end(line);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_STR(line->events, "disconnect");
}

TEST_OF_BOTH(a_second_disconnect_does_nothing) {
  cp_disconnect(line->channel);
  cp_disconnect(line->channel);
  RUN_UNTIL(NULL, line->disconnects == 1);
  cp_disconnect(line->channel);
  run_idle(NULL);
  CHECK_INT(line->disconnects, 1);
  CHECK_INT(line->errors, 0);
}

/* Node loses all but what the kernel has taken, and says that it is sent. */
TEST_OF_BOTH(what_was_sent_before_disconnect_still_arrives) {
  const size_t length = 8 << 20;
  const char *json = text("\"%s\"", "begin");
  char *big = test_alloc(length + 1);
  memset(big, 'b', length);
  big[0] = big[length - 1] = '"';
  CHECK_INT(cp_send(line->channel, json, NULL), 0);
  CHECK_INT(cp_send(line->channel, big, NULL), CP_FULL);
  CHECK_INT(cp_send(line->channel, "\"end\"", NULL), CP_FULL);
  cp_disconnect(line->channel);
  line_pull_to_end(line);
  CHECK_INT(line->wired.length, 8 + length + 1 + 6);
  CHECK_STR(line_wired(line) + line->wired.length - 9, "b\"\n\"end\"\n");
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(line->errors, 0);
}

TEST_OF_BOTH(no_message_comes_after_disconnect) {
  line_listen(line);
  line_say_now(line, "1\n2\n");
  cp_disconnect(line->channel);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(line->messages, 0);
  CHECK(cp_on_message(line->channel, NULL, NULL) == 0);
}

/* To close over bytes that nobody read would be a reset for who reads at the other end. */
TEST_OF_BOTH(the_peer_reads_an_end_and_no_reset_after_disconnect) {
  line_say_now(line, "1\n2\n");
  CHECK_INT(cp_send(line->channel, "\"bye\"", NULL), 0);
  cp_disconnect(line->channel);
  line_pull_to_end(line);
  CHECK_STR(line_wired(line), "\"bye\"\n");
  CHECK(!line->was_reset);
}

TEST_OF_BOTH(a_peer_that_never_reads_does_not_keep_a_disconnect_that_it_ends) {
  CHECK_INT(cp_send(line->channel, string_of('1', 4 << 20), NULL), CP_FULL);
  cp_disconnect(line->channel);
  run_idle(NULL);
  CHECK_INT(line->disconnects, 0); /* it still may read */
  line_hang_up(line);
  RUN_UNTIL(NULL, line->disconnects == 1);
}

TEST_OF_BOTH(a_peer_that_writes_before_it_reads_still_gets_what_was_sent_before_disconnect) {
  const size_t length = 2 << 20;
  CHECK_INT(cp_send(line->channel, string_of('1', length), NULL), CP_FULL);
  cp_disconnect(line->channel);
  /* As a program that writes all of its answer, and reads only then. */
  char *words = test_alloc(length);
  memset(words, ' ', length);
  size_t at = 0;
  for (int i = 0; at < length && i < 10000; i++) {
    ssize_t count = write(line->wire, words + at, length - at);
    if (count > 0) at += (size_t) count;
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  CHECK_INT(at, length);
  line_pull_to_end(line);
  CHECK_INT(line->wired.length, length + 1);
}

TEST(disconnect_comes_back_from_a_peer_that_writes_without_end) {
  cp_options options = { .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC) };
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ipc-endless", "1\n"), &options));
  RUN_UNTIL(NULL, w->has_spawned);
  cp_disconnect(cp_ipc(w->child));
  watch_run(w);
  CHECK(w->signal == SIGPIPE || w->code == 0); /* it wrote until it could not */
}

/* ---- with the child ---- */

struct order {
  char events[256];
};

static void put(struct order *order, const char *word) {
  strcat(strcat(order->events, order->events[0] ? " " : ""), word);
}

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  (void) channel;
  put(user, cp_message_json(message, NULL));
}

static void on_disconnect(cp_channel *channel, void *user) {
  CHECK(!cp_connected(channel));
  put(user, "disconnect");
}

static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  put(user, error->code);
}

static void on_exit_event(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  put(user, "exit");
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) code, (void) signal;
  put(user, "close");
}

static cp_child *start(struct order *order, const char *const *args, const int *stdio) {
  cp_child *child = cp_spawn(test_helper(), args, &(cp_options){ .stdio = stdio });
  CHECK(child != NULL);
  cp_on_disconnect(cp_ipc(child), on_disconnect, order);
  cp_on_channel_error(cp_ipc(child), on_error, order);
  cp_on_exit(child, on_exit_event, order);
  cp_on_close(child, on_close, order);
  return child;
}

#define QUIET CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC)

TEST(what_the_child_said_before_its_end_comes_before_exit) {
  struct order order = { 0 };
  cp_child *child = start(&order, CP_ARGS("ipc-say", "1\n2\n"), QUIET);
  cp_on_message(cp_ipc(child), on_message, &order);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_HAS(order.events, "1 2 ");
  CHECK_HAS(order.events, "disconnect");
  CHECK_STR(order.events + strlen(order.events) - 6, " close");
  CHECK(strstr(order.events, "exit") > strstr(order.events, "2"));
}

TEST(what_nobody_listened_for_is_dropped_after_exit_then_disconnect_then_close) {
  struct order order = { 0 };
  start(&order, CP_ARGS("ipc-say", "1\n2\n"), QUIET);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "exit disconnect close");
}

static void listen_late(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  cp_on_message(cp_ipc(child), on_message, user);
}

TEST(who_listens_in_exit_still_hears_what_waited) {
  struct order order = { 0 };
  cp_child *child = start(&order, CP_ARGS("ipc-say", "1\n2\n"), QUIET);
  cp_on_exit(child, listen_late, &order);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "exit 1 2 disconnect close");
}

TEST(a_broken_line_that_nobody_listened_for_is_still_an_error) {
  struct order order = { 0 };
  start(&order, CP_ARGS("ipc-say", "1\nnonsense\n"), QUIET);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "exit EPROTO disconnect close");
}

TEST(an_end_within_a_message_that_nobody_listened_for_is_only_an_end) {
  struct order order = { 0 };
  start(&order, CP_ARGS("ipc-say", "{\"a\":"), QUIET);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "exit disconnect close");
}

TEST(a_child_that_is_killed_ends_the_channel) {
  struct order order = { 0 };
  cp_child *child = start(&order, CP_ARGS("sleep"), QUIET);
  cp_on_message(cp_ipc(child), on_message, &order);
  CHECK_INT(cp_kill(child, SIGKILL), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_HAS(order.events, "disconnect");
  CHECK_STR(order.events + strlen(order.events) - 6, " close");
}

TEST(what_a_killed_child_did_not_read_is_lost_to_an_end_and_not_to_an_error) {
  struct order order = { 0 };
  cp_child *child = start(&order, CP_ARGS("sleep"), QUIET);
  cp_on_message(cp_ipc(child), on_message, &order);
  CHECK_INT(cp_send(cp_ipc(child), "1", NULL), 0);
  run_idle(NULL);
  CHECK_INT(cp_kill(child, SIGKILL), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!strstr(order.events, "EC"));
  CHECK_HAS(order.events, "disconnect");
}

TEST(a_parent_that_disconnects_still_gets_close) {
  struct order order = { 0 };
  cp_child *child = start(&order, CP_ARGS("ipc-count"), QUIET);
  CHECK_INT(cp_send(cp_ipc(child), "1", NULL), 0);
  cp_disconnect(cp_ipc(child));
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "disconnect exit close");
}

TEST(eight_megabytes_sent_before_disconnect_reach_the_child) {
  const int stdio[] = { CP_IGNORE, CP_PIPE, CP_IGNORE, CP_IPC, CP_STDIO_END };
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("ipc-count"), &(cp_options){ .stdio = stdio }));
  CHECK_INT(cp_send(cp_ipc(w->child), string_of('8', 8 << 20), NULL), CP_FULL);
  cp_disconnect(cp_ipc(w->child));
  watch_run(w);
  CHECK_STR(output_of(w, 1), text("%d bytes, 1 lines, end 0\n", (8 << 20) + 1));
}

TEST(a_child_that_talks_first_gets_what_was_sent_before_disconnect) {
  const int stdio[] = { CP_IGNORE, CP_PIPE, CP_IGNORE, CP_IPC, CP_STDIO_END };
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("ipc-talk", "4000000"), &(cp_options){ .stdio = stdio }));
  CHECK_INT(cp_send(cp_ipc(w->child), string_of('8', 4 << 20), NULL), CP_FULL);
  cp_disconnect(cp_ipc(w->child));
  watch_run(w);
  CHECK_STR(output_of(w, 1), text("%d bytes, 1 lines, end 0\n", (4 << 20) + 1));
}

/* The grandchild is fed over a socket of ours, since stdin ends with the child. */
static cp_child *leave_a_grandchild(struct order *order, int *ret_feed) {
  int pair[2];
  make_pair(pair);
  const int stdio[] = { pair[0], CP_IGNORE, CP_IGNORE, CP_IPC, CP_STDIO_END };
  cp_child *child = start(order, CP_ARGS("ipc-leave"), stdio);
  close(pair[0]);
  *ret_feed = pair[1];
  return child;
}

TEST(close_waits_for_a_grandchild_that_holds_the_channel) {
  struct order order = { 0 };
  int feed;
  cp_child *child = leave_a_grandchild(&order, &feed);
  cp_on_message(cp_ipc(child), on_message, &order);
  RUN_UNTIL(NULL, strstr(order.events, "exit") != NULL);
  CHECK(cp_connected(cp_ipc(child)));
  CHECK_INT(write(feed, "1\n", 2), 2);
  RUN_UNTIL(NULL, strchr(order.events, '1') != NULL);
  cp_disconnect(cp_ipc(child));
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "exit 1 disconnect close");
  close(feed);
}

struct one {
  struct order order;
  cp_listener id;
};

static void hear_one(cp_channel *channel, cp_message *message, void *user) {
  struct one *one = user;
  on_message(channel, message, &one->order);
  cp_channel_off(channel, one->id);
}

TEST(a_listener_that_goes_after_exit_does_not_keep_close_back) {
  struct one it = { 0 };
  int feed;
  cp_child *child = leave_a_grandchild(&it.order, &feed);
  RUN_UNTIL(NULL, cp_exited(child));
  it.id = cp_on_message(cp_ipc(child), hear_one, &it);
  CHECK(it.id != 0);
  CHECK_INT(write(feed, "1\n2\n", 4), 4);
  RUN_UNTIL(NULL, strchr(it.order.events, '1') != NULL);
  close(feed);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(it.order.events, "exit 1 disconnect close");
}

TEST(who_listens_after_exit_hears_what_a_grandchild_says_then) {
  struct order order = { 0 };
  int feed;
  cp_child *child = leave_a_grandchild(&order, &feed);
  RUN_UNTIL(NULL, cp_exited(child));
  run_idle(NULL);
  CHECK(cp_on_message(cp_ipc(child), on_message, &order) != 0);
  CHECK_INT(write(feed, "1\n", 2), 2);
  RUN_UNTIL(NULL, strchr(order.events, '1') != NULL);
  close(feed);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "exit 1 disconnect close");
}

TEST(a_failed_start_has_a_closed_channel_that_tells_of_it_once) {
  struct order order = { 0 };
  cp_child *child = cp_fork("/no/such/program", NULL, NULL);
  CHECK(child != NULL && cp_start_error(child) != NULL);
  cp_channel *channel = cp_ipc(child);
  CHECK(channel != NULL && !cp_connected(channel));
  CHECK_INT(cp_send(channel, "1", NULL), UV_EPIPE);
  CHECK(cp_on_message(channel, on_message, &order) == 0);
  CHECK(cp_on_disconnect(channel, on_disconnect, &order) != 0);
  cp_disconnect(channel);
  cp_on_close(child, on_close, &order);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_STR(order.events, "disconnect close");
}

TEST(a_held_child_keeps_its_closed_channel_readable) {
  struct order order = { 0 };
  cp_child *child = cp_hold(start(&order, CP_ARGS("ipc-say", "1\n"), QUIET));
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!cp_connected(cp_ipc(child)));
  CHECK(cp_channel_child(cp_ipc(child)) == child);
  CHECK_INT(cp_send(cp_ipc(child), "1", NULL), UV_EPIPE);
  CHECK(cp_on_disconnect(cp_ipc(child), on_disconnect, &order) == 0);
  cp_channel_ref(cp_ipc(child));
  cp_channel_unref(cp_ipc(child));
  cp_disconnect(cp_ipc(child));
  cp_release(child);
}

/* More than is read ahead: the end stands behind what nobody asked for. */
TEST_OF_BOTH(the_end_is_told_though_much_waits_that_nobody_listens_to) {
  static char words[1 << 20];
  memset(words, ' ', sizeof words);
  for (int i = 0; i < 50; i++) {
    while (write(line->wire, words, sizeof words) > 0) continue;
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
}

/* Found by the fuzzer: a peer that dies with our messages unread is an error for libuv, which then
 * listened no more; the bytes that he had sent before hid the end. */
static void leave_both_unread(struct line *line) {
  CHECK_INT(cp_send(line->channel, "\"unread\"", NULL), 0);
  run_idle(NULL);
  line_say_now(line, "1\n");
  line_hang_up(line);
  RUN_UNTIL(NULL, line->disconnects == 1 || line->child);
}

TEST_OF_BOTH(a_peer_that_dies_with_messages_unread_is_an_end_where_nobody_listens) {
  leave_both_unread(line);
}

TEST_OF_BOTH(a_peer_that_dies_with_messages_unread_is_an_end_where_somebody_listens) {
  line_listen(line);
  leave_both_unread(line);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_STR(line_heard(line), "1\n");
  CHECK_INT(line->errors, 0);
}
