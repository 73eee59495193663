/* SPDX-License-Identifier: MIT */
/* How many system calls messages cost: writes are gathered per turn, reads split in bulk. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/notify.h"
#include "support/system.h"

enum { MESSAGES = 1000 };

static int count_call(const struct asked_call *call, void *user) {
  if (!call->is_of_child) ++*(int *) user;
  return 0;
}

static int calls_of(int number, void (*play)(void *user)) {
  int count = 0;
  int status = notify_run(&(struct notified){ .numbers = (const int[]){ number, -1 },
                                              .play = play,
                                              .answer = count_call,
                                              .user = &count,
                                              .timeout_ms = 20000 });
  CHECK_INT(status, 0);
  return count;
}

static void send_in_one_turn(struct line *line) {
  notify_listen(true);
  for (int i = 0; i < MESSAGES; i++)
    CHECK_INT(cp_send(line->channel, "{\"a\":\"0123456789012345\"}", NULL), 0);
  for (int i = 0; i < 5; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  notify_listen(false);
  CHECK(line_pull(line));
  CHECK_INT(line->wired.length, MESSAGES * 25);
}

static void send_from_parent(void *user) {
  (void) user;
  line_at_parent(send_in_one_turn);
}

TEST(what_is_sent_in_one_turn_is_one_write) {
  CHECK_INT(calls_of(SYS_sendto, send_from_parent), 1);
}

static void receive_in_bulk(struct line *line) {
  char words[MESSAGES * 25];
  line_listen(line);
  for (int i = 0; i < MESSAGES; i++) memcpy(words + 25 * i, "{\"a\":\"0123456789012345\"}\n", 25);
  CHECK_INT(write(line->wire, words, sizeof words), sizeof words);
  notify_listen(true);
  for (int i = 0; i < 5; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  notify_listen(false);
  CHECK_INT(line->messages, MESSAGES);
}

static void receive_at_parent(void *user) {
  (void) user;
  line_at_parent(receive_in_bulk);
}

TEST(what_waits_together_is_read_together) {
  int count = calls_of(SYS_recvmsg, receive_at_parent);
  CHECK(count >= 1 && count <= 2);
}

static void not_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  *(bool *) user = error != NULL;
}

/* A refusal within a message would leave half of it on the wire, and the next one behind it. */
TEST_OF_BOTH(a_write_that_fails_for_another_reason_closes_it_with_an_error) {
  line_listen(line);
  bool is_lost = false;
  const cp_send_options options = { .sent = not_sent, .user = &is_lost };
  CHECK_INT(cp_send(line->channel, "1", &options), 0);
  deny_call(SYS_sendto, ENOBUFS);
  line_expect_broken(line, UV_ENOBUFS, "write");
  CHECK(is_lost);
}
