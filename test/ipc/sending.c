/* SPDX-License-Identifier: MIT */
/* cp_send() and its sisters: what reaches the wire, when, and who is told. */
#include <math.h>
#include <string.h>
#include <sys/socket.h>
#include <uv.h>

#include "ipc/sent.h"
#include "line.h"
#include "support/system.h"

struct told {
  int sent, lost, last_number;
  struct bytes order;
};

struct ticket {
  struct told *told;
  char name;
};

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct ticket *ticket = user;
  (void) channel;
  append(&ticket->told->order, &ticket->name, 1);
  if (!error) {
    ticket->told->sent++;
    return;
  }
  ticket->told->lost++;
  ticket->told->last_number = error->number;
  CHECK_STR(error->syscall, "write");
  CHECK(error->message != NULL);
}

static cp_send_options tell(struct told *told, char name) {
  struct ticket *ticket = test_alloc(sizeof *ticket);
  *ticket = (struct ticket){ told, name };
  return (cp_send_options){ .sent = on_sent, .user = ticket };
}

TEST_OF_BOTH(a_text_reaches_the_wire_as_one_line) {
  CHECK_INT(cp_send(line->channel, "{\"a\":1}", NULL), 0);
  line_pull_bytes(line, 8);
  CHECK_STR(line_wired(line), "{\"a\":1}\n");
}

TEST_OF_BOTH(line_breaks_between_tokens_do_not_reach_the_wire) {
  CHECK_INT(cp_send(line->channel, "\n{\r\n \"a\\n\" :\t[ 1 ,\n 2 ] }\n", NULL), 0);
  line_pull_bytes(line, 14);
  CHECK_STR(line_wired(line), "{\"a\\n\":[1,2]}\n");
}

TEST_OF_BOTH(a_payload_may_be_a_part_of_a_longer_text) {
  CHECK_INT(cp_send_payload(line->channel, (cp_bytes){ "[1,2]garbage", 5 }, NULL), 0);
  line_pull_bytes(line, 6);
  CHECK_STR(line_wired(line), "[1,2]\n");
}

TEST_OF_BOTH(a_tree_is_sent_as_its_text_and_stays_the_callers) {
  cp_value *tree = cp_value_put(cp_value_new_object(), "a", cp_value_new_string("b\n"));
  CHECK_INT(cp_send_value(line->channel, tree, NULL), 0);
  CHECK_STR(cp_value_as_string(cp_value_get(tree, "a"), ""), "b\n");
  cp_value_free(tree);
  line_pull_bytes(line, 12);
  CHECK_STR(line_wired(line), "{\"a\":\"b\\n\"}\n");
}

TEST_OF_BOTH(nothing_is_written_and_nobody_is_told_within_the_call) {
  struct told told = { 0 };
  cp_send_options options = tell(&told, 'a');
  CHECK_INT(cp_send(line->channel, "1", &options), 0);
  CHECK(line_pull(line));
  CHECK_INT(line->wired.length, 0);
  CHECK_INT(told.sent + told.lost, 0);
  RUN_UNTIL(NULL, told.sent == 1);
  CHECK(line_pull(line));
  CHECK_STR(line_wired(line), "1\n");
}

TEST_OF_BOTH(who_sent_is_told_in_the_order_of_sending) {
  struct told told = { 0 };
  for (char name = 'a'; name <= 'z'; name++) {
    cp_send_options options = tell(&told, name);
    CHECK_INT(cp_send(line->channel, "1", &options), 0);
  }
  RUN_UNTIL(NULL, told.sent == 26);
  CHECK_STR(told.order.data, "abcdefghijklmnopqrstuvwxyz");
}

static void check_refused(int result, const char *code) {
  CHECK_INT(result, UV_EINVAL);
  CHECK_INT(cp_last_error()->number, UV_EINVAL);
  if (code) CHECK_STR(cp_last_error()->code, code);
}

TEST_OF_BOTH(what_is_not_json_is_refused_and_nothing_is_sent) {
  static const char *const wrong[] = { "",    " ",       "{",        "nonsense", "{\"a\":1}x",
                                       "'a'", "[1,]",    "\"a\nb\"", "01",       "NaN",
                                       "1 2", "\"\\x\"", "undefined" };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    check_refused(cp_send(line->channel, wrong[i], NULL), NULL);
  check_refused(cp_send_payload(line->channel, (cp_bytes){ "1\0", 2 }, NULL), NULL);
  check_refused(cp_send(line->channel, NULL, NULL), "ERR_MISSING_ARGS");
  check_refused(cp_send_value(line->channel, NULL, NULL), "ERR_MISSING_ARGS");
  check_refused(cp_send_payload(line->channel, (cp_bytes){ NULL, 0 }, NULL), "ERR_MISSING_ARGS");
  cp_send_options options = { .reserved = { 0, 1 } };
  check_refused(cp_send(line->channel, "1", &options), "ERR_INVALID_ARG_VALUE");
  CHECK_INT(cp_send(line->channel, "2", NULL), 0);
  line_pull_bytes(line, 2);
  CHECK_STR(line_wired(line), "2\n");
}

TEST(a_null_channel_is_allowed_everywhere) {
  CHECK_INT(cp_send(NULL, "1", NULL), UV_EINVAL);
  CHECK_INT(cp_send_value(NULL, NULL, NULL), UV_EINVAL);
  CHECK_INT(cp_send_payload(NULL, (cp_bytes){ "1", 1 }, NULL), UV_EINVAL);
  CHECK_INT(cp_channel_set_limits(NULL, 1, 1), UV_EINVAL);
  CHECK(!cp_connected(NULL));
  CHECK(cp_channel_child(NULL) == NULL);
  cp_disconnect(NULL);
  cp_channel_ref(NULL);
  cp_channel_unref(NULL);
  cp_channel_off(NULL, 1);
  CHECK(cp_on_message(NULL, NULL, NULL) == 0);
  CHECK(cp_on_disconnect(NULL, NULL, NULL) == 0);
  CHECK(cp_on_channel_drain(NULL, NULL, NULL) == 0);
  CHECK(cp_on_channel_error(NULL, NULL, NULL) == 0);
  CHECK(cp_message_json(NULL, NULL) == NULL);
  CHECK(cp_message_value(NULL) == NULL);
  CHECK_INT(cp_message_payload(NULL).length, 0);
  CHECK(cp_ipc(NULL) == NULL);
}

TEST_OF_BOTH(full_is_said_above_128_kib_and_drain_comes_when_all_is_out) {
  const size_t high_water = 131072;
  size_t length = high_water - 3; /* with quotes and line break exactly the limit */
  char *json = test_alloc(length + 3);
  memset(json, 'f', length + 2);
  json[0] = json[length + 1] = '"';
  CHECK_INT(cp_send_payload(line->channel, (cp_bytes){ json, length + 2 }, NULL), 0);
  CHECK_INT(cp_send(line->channel, "1", NULL), CP_FULL);
  CHECK_INT(line->drains, 0);
  line_pull_bytes(line, high_water + 2);
  RUN_UNTIL(NULL, line->drains == 1);
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  line_pull_bytes(line, high_water + 4);
  run_idle(NULL);
  CHECK_INT(line->drains, 1); /* nothing was full */
}

TEST_OF_BOTH(messages_are_taken_also_when_it_is_full_up_to_max_queued) {
  struct told told = { 0 };
  cp_send_options options = tell(&told, 'a');
  const size_t each = 1000 + sizeof(struct sent); /* with its line break, and who is told */
  CHECK_INT(cp_channel_set_limits(line->channel, 0, 300 * each), 0);
  int taken = 0, result;
  const char *json = text("\"%s\"", string_of('q', 997));
  while ((result = cp_send(line->channel, json, &options)) >= 0) taken++;
  CHECK_INT(result, UV_ENOBUFS);
  CHECK_STR(cp_last_error()->code, "ERR_IPC_QUEUE_FULL");
  CHECK_INT(taken, 300);
  CHECK_INT(cp_send(line->channel, "1", &options), UV_ENOBUFS);
  line_pull_bytes(line, 300000);
  RUN_UNTIL(NULL, told.sent == 300);
  CHECK_INT(told.lost, 0);
  CHECK(cp_connected(line->channel));
  CHECK_INT(cp_send(line->channel, json, &options), 0);
  RUN_UNTIL(NULL, told.sent == 301);
}

TEST_OF_BOTH(max_queued_is_for_small_messages_with_what_is_kept_of_each) {
  enum { MOST = 2600 };
  struct told told = { 0 };
  cp_send_options options = tell(&told, 'a');
  CHECK_INT(cp_channel_set_limits(line->channel, 0, MOST), 0);
  size_t taken = 0;
  while (cp_send(line->channel, "1", &options) >= 0) taken++;
  CHECK_INT(taken, MOST / (2 + sizeof(struct sent)));
  CHECK_INT(cp_channel_queued(line->channel), taken * 2);
  RUN_UNTIL(NULL, told.sent == (int) taken);
  line_pull_bytes(line, taken * 2);
  /* Of those of whom nobody is told, nothing is kept but their bytes. */
  for (taken = 0; cp_send(line->channel, "1", NULL) >= 0;) taken++;
  CHECK_INT(taken, MOST / 2);
}

static void set_send_buffer(cp_channel *channel, int size) {
  CHECK_INT(setsockopt(cp_channel_fd(channel), SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
}

TEST_OF_BOTH(drain_comes_though_what_was_sent_later_still_waits) {
  enum { FIRST = 1 << 20, NEARLY_OUT = 20000, LATER = 100000 };
  CHECK_INT(cp_send(line->channel, string_of('1', FIRST), NULL), CP_FULL);
  run_idle(NULL);
  set_send_buffer(line->channel, 1); /* the least that there is: little leaves at a time */
  while (cp_channel_queued(line->channel) > NEARLY_OUT) {
    CHECK(line_pull(line));
    run_idle(NULL);
  }
  CHECK_INT(line->drains, 0);
  CHECK_INT(cp_send(line->channel, string_of('2', LATER), NULL), 0);
  while (line->drains == 0) {
    CHECK(line_pull(line));
    run_idle(NULL);
    CHECK(cp_channel_queued(line->channel) > 0);
  }
  line_pull_bytes(line, FIRST + 1 + LATER + 1);
  run_idle(NULL);
  CHECK_INT(line->drains, 1); /* nothing was full any more */
}

TEST_OF_BOTH(what_cannot_leave_any_more_is_told_to_who_sent_it) {
  struct told told = { 0 };
  cp_send_options options = tell(&told, 'a');
  line_listen(line);
  line_hang_up(line);
  CHECK_INT(cp_send(line->channel, "1", &options), 0);
  CHECK_INT(cp_send(line->channel, "2", &options), 0);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(told.lost, 2);
  CHECK_INT(told.last_number, UV_EPIPE);
  CHECK_INT(line->errors, 0);
}

TEST_OF_BOTH(a_loss_that_nobody_is_told_of_is_an_error_of_the_channel) {
  line_listen(line);
  line_hang_up(line);
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  CHECK_INT(cp_send(line->channel, "2", NULL), 0);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(line->errors, 1);
  CHECK_INT(line->error->number, UV_EPIPE);
}

TEST_OF_BOTH(what_the_kernel_took_before_the_end_is_told_as_sent) {
  enum { COUNT = 2000 };
  struct told told = { 0 };
  cp_send_options options = tell(&told, 'a');
  const char *json = text("\"%s\"", string_of('k', 997));
  for (int i = 0; i < COUNT; i++) CHECK(cp_send(line->channel, json, &options) >= 0);
  line_pull_bytes(line, 100000);
  line_hang_up(line);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(told.sent + told.lost, COUNT);
  CHECK(told.sent >= 100);
  CHECK(told.lost > 0);
}

/* A program that tries again what was lost must not keep the loop within one turn. */
static void send_again(cp_channel *channel, const cp_error *error, void *user) {
  int *tries = user;
  if (!error) return;
  if (++*tries > 1000) CHECK(!"told of a loss again and again");
  (void) cp_send(channel, "1", &(cp_send_options){ .sent = send_again, .user = user });
}

TEST_OF_BOTH(who_is_told_of_a_loss_may_try_again) {
  int tries = 0;
  line_listen(line);
  line_hang_up(line);
  CHECK_INT(cp_send(line->channel, "1", &(cp_send_options){ .sent = send_again, .user = &tries }),
            0);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK(tries >= 1 && tries < 10);
}

TEST_OF_BOTH(a_closed_channel_refuses_messages) {
  cp_disconnect(line->channel);
  CHECK_INT(cp_send(line->channel, "1", NULL), UV_EPIPE);
  CHECK_STR(cp_last_error()->code, "ERR_IPC_CHANNEL_CLOSED");
  CHECK_STR(cp_last_error()->message, "Channel closed");
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(cp_send(line->channel, "1", NULL), UV_EPIPE);
  CHECK_INT(line->errors, 0);
}

TEST_OF_BOTH(numbers_that_are_none_become_null) {
  cp_value *list = cp_value_push(cp_value_push(cp_value_new_array(), cp_value_new_number(NAN)),
                                 cp_value_new_number(INFINITY));
  CHECK_INT(cp_send_value(line->channel, list, NULL), 0);
  cp_value_free(list);
  line_pull_bytes(line, 12);
  CHECK_STR(line_wired(line), "[null,null]\n");
}

struct refill {
  struct line *line;
  int left;
};

static void fill_again(cp_channel *channel, const cp_error *error, void *user) {
  struct refill *refill = user;
  CHECK(!error);
  CHECK_INT(refill->line->drains, 0);
  if (refill->left-- == 0) return;
  const cp_send_options options = { .sent = fill_again, .user = user };
  CHECK_INT(cp_send(channel, string_of('1', 150000), &options), CP_FULL);
}

/* Found by the fuzzer: it came for the first CP_FULL while the second was still waiting. */
TEST_OF_BOTH(drain_waits_for_what_a_sent_callback_fills_again) {
  struct refill refill = { line, 3 };
  const cp_send_options options = { .sent = fill_again, .user = &refill };
  CHECK_INT(cp_send(line->channel, string_of('1', 150000), &options), CP_FULL);
  line_pull_bytes(line, 4 * 150001);
  RUN_UNTIL(NULL, line->drains == 1);
  CHECK_INT(refill.left, -1);
}
