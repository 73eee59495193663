/* SPDX-License-Identifier: MIT */
/* When messages are delivered, to whom, and what the library keeps to itself. */
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

TEST_OF_BOTH(messages_wait_until_there_is_a_listener) {
  line_say_now(line, "1\n2\n");
  run_idle(NULL);
  CHECK_INT(line->messages, 0);
  line_listen(line);
  CHECK_INT(line->messages, 0); /* nothing calls back early */
  RUN_UNTIL(NULL, line->messages == 2);
  CHECK_STR(line_heard(line), "1\n2\n");
}

TEST_OF_BOTH(a_listener_of_another_event_does_not_set_messages_free) {
  line_say_now(line, "1\n");
  run_idle(NULL);
  CHECK(cp_on_disconnect(line->channel, NULL, NULL) == 0);
  run_idle(NULL);
  CHECK_INT(line->messages, 0);
  line_listen(line);
  RUN_UNTIL(NULL, line->messages == 1);
}

TEST_OF_BOTH(messages_wait_again_when_the_listener_has_gone) {
  line_listen(line);
  line_say_now(line, "1\n");
  RUN_UNTIL(NULL, line->messages == 1);
  line_stop_listening(line);
  line_say_now(line, "2\n");
  run_idle(NULL);
  CHECK_INT(line->messages, 1);
  line_listen(line);
  RUN_UNTIL(NULL, line->messages == 2);
  CHECK_STR(line_heard(line), "1\n2\n");
}

TEST_OF_BOTH(reading_pauses_while_nobody_listens) {
  enum { MOST = 8 << 20, PIECE = 64 << 10 };
  char *words = test_alloc(PIECE);
  memset(words, ' ', PIECE);
  words[PIECE - 2] = '1';
  words[PIECE - 1] = '\n';
  size_t taken = 0, at = 0;
  for (int idle = 0; idle < 20 && taken < MOST;) {
    ssize_t count = write(line->wire, words + at, PIECE - at);
    idle = count > 0 ? 0 : idle + 1;
    taken += count > 0 ? (size_t) count : 0;
    at = (at + (count > 0 ? (size_t) count : 0)) % PIECE;
    for (int i = 0; i < 10; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  CHECK(taken < MOST / 2);
  line_listen(line);
  if (at > 0) line_write(line, words + at, PIECE - at);
  int count = (int) ((taken + PIECE - 1) / PIECE);
  RUN_UNTIL(NULL, line->messages == count);
  line_say(line, "\"on\"\n");
  RUN_UNTIL(NULL, line->messages == count + 1);
}

static void end_timer(uv_timer_t *timer) {
  *(bool *) timer->data = true;
  uv_close((uv_handle_t *) timer, NULL);
}

/* What is ready and not wanted is not heard of again and again. */
TEST_OF_BOTH(the_loop_is_quiet_while_reading_pauses) {
  static char words[4 << 20];
  memset(words, ' ', sizeof words);
  while (write(line->wire, words, sizeof words) > 0) run_idle(NULL);
  line_hang_up(line);
  run_idle(NULL);
  if (line->child) CHECK_INT(line->disconnects, 0);
  static uv_timer_t timer; /* libuv has it until it is closed */
  bool is_over = false;
  CHECK_INT(uv_timer_init(uv_default_loop(), &timer), 0);
  timer.data = &is_over;
  CHECK_INT(uv_timer_start(&timer, end_timer, 20, 0), 0);
  int rounds = 0;
  while (!is_over) {
    uv_run(uv_default_loop(), UV_RUN_ONCE);
    rounds++;
  }
  CHECK(rounds < 10);
  if (line->child) line_listen(line);
  RUN_UNTIL(NULL, line->disconnects == 1);
}

static int second_heard;

static void count_second(cp_channel *channel, cp_message *message, void *user) {
  (void) channel, (void) message, (void) user;
  second_heard++;
}

TEST_OF_BOTH(each_listener_hears_each_message) {
  line_listen(line);
  CHECK(cp_on_message(line->channel, count_second, NULL) != 0);
  line_say_now(line, "1\n2\n");
  RUN_UNTIL(NULL, line->messages == 2);
  CHECK_INT(second_heard, 2);
}

TEST_OF_BOTH(internal_messages_are_kept_apart) {
  line_listen(line);
  line_say_now(line, "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"x\"}\n"
                     "{\"a\":1,\"cmd\":\"NODE_X\"}\n"
                     "{\"\\u0063md\":\"\\u004eODE_ESCAPED\"}\n"
                     "{\"cmd\":\"NODE\\u005fESCAPED\"}\n"
                     "{\"cmd\":\"x\",\"cmd\":\"NODE_LAST_WINS\"}\n"
                     "{\"cmd\":\"NODE_\\u0000\"}\n"
                     "1\n");
  RUN_UNTIL(NULL, line->messages == 1);
  CHECK_STR(line_heard(line), "1\n");
  CHECK(!line_wired(line)[0]);
}

TEST_OF_BOTH(what_only_looks_internal_is_a_message) {
  const char *words = "{\"cmd\":\"NODE_\"}\n"
                      "{\"cmd\":\"node_x\"}\n"
                      "{\"cmd\":\"XNODE_X\"}\n"
                      "{\"CMD\":\"NODE_X\"}\n"
                      "{\"cmd\":[\"NODE_X\"]}\n"
                      "{\"cmd\":\"NODE_X\",\"cmd\":1}\n"
                      "{\"in\":{\"cmd\":\"NODE_X\"}}\n"
                      "[{\"cmd\":\"NODE_X\"}]\n"
                      "\"NODE_X\"\n"
                      "{\"cmd\":\"\\u0000NODE_X\"}\n";
  line_listen(line);
  line_say_now(line, words);
  RUN_UNTIL(NULL, line->messages == 10);
  CHECK_STR(line_heard(line), words);
}

TEST_OF_BOTH(a_handle_without_a_descriptor_is_answered_so_that_node_does_not_wait) {
  line_listen(line);
  line_say_now(line, "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":1}\n2\n");
  RUN_UNTIL(NULL, line->messages == 1);
  line_pull_bytes(line, strlen("{\"cmd\":\"NODE_HANDLE_NACK\"}\n"));
  CHECK_STR(line_wired(line), "{\"cmd\":\"NODE_HANDLE_NACK\"}\n");
  CHECK_STR(line_heard(line), "2\n");
}

TEST_OF_BOTH(an_acknowledgement_is_not_answered) {
  line_listen(line);
  line_say_now(line, "{\"cmd\":\"NODE_HANDLE_ACK\"}\n{\"cmd\":\"NODE_HANDLE_NACK\"}\n"
                     "{\"cmd\":\"NODE_HANDLE\\u0000\"}\n1\n");
  RUN_UNTIL(NULL, line->messages == 1);
  run_idle(NULL);
  CHECK(line_pull(line));
  CHECK_STR(line_wired(line), "");
}

TEST_OF_BOTH(the_answer_to_a_handle_is_lost_without_an_error) {
  line_listen(line);
  line_say_now(line, "{\"cmd\":\"NODE_HANDLE\"}\n");
  line_hang_up(line);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_STR(line->events, "disconnect");
}

struct once {
  struct line *line;
  cp_listener listener;
  int heard;
};

static void hear_once(cp_channel *channel, cp_message *message, void *user) {
  struct once *once = user;
  (void) message;
  once->heard++;
  cp_channel_off(channel, once->listener);
}

/* As Node's process.once('message'): the others wait, and their number must not cost. */
TEST_OF_BOTH(a_listener_that_hears_one_message_at_a_time_gets_them_all) {
  enum { COUNT = 30000 };
  struct once once = { .line = line };
  struct bytes words = { 0 };
  for (int i = 0; i < COUNT; i++) append(&words, "{\"a\":\"0123456789012345\"}\n", 25);
  int sent = 0;
  size_t at = 0;
  uint64_t begin = uv_hrtime();
  while (once.heard < COUNT) {
    if (sent == once.heard) {
      once.listener = cp_on_message(line->channel, hear_once, &once);
      sent++;
    }
    if (at < words.length) {
      ssize_t count = write(line->wire, words.data + at, words.length - at);
      if (count > 0) at += (size_t) count;
    }
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  CHECK_INT(once.heard, COUNT);
  /* Where each would move all that wait, it would be 20 GB. */
  CHECK(uv_hrtime() - begin < 20000000000u);
}

static void leave_after_first(cp_channel *channel, cp_message *message, void *user) {
  hear_once(channel, message, user);
}

TEST_OF_BOTH(a_listener_that_goes_in_its_message_hears_no_other) {
  struct once once = { .line = line };
  once.listener = cp_on_message(line->channel, leave_after_first, &once);
  line_say_now(line, "1\n2\n3\n");
  run_idle(NULL);
  CHECK_INT(once.heard, 1);
  line_listen(line);
  RUN_UNTIL(NULL, line->messages == 2);
  CHECK_STR(line_heard(line), "2\n3\n");
}
