/* SPDX-License-Identifier: MIT */
/* What bindings need of a channel: to write at once, to gather messages, to ask. */
#include <fcntl.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

static void count(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  CHECK(!error);
  ++*(int *) user;
}

TEST_OF_BOTH(a_flush_writes_at_once) {
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  CHECK_INT(cp_channel_queued(line->channel), 2);
  CHECK_INT(cp_channel_flush(line->channel), 0);
  CHECK_INT(cp_channel_queued(line->channel), 0);
  CHECK(line_pull(line));
  CHECK_STR(line_wired(line), "1\n");
  CHECK_INT(cp_channel_flush(line->channel), 0); /* nothing waits */
}

TEST_OF_BOTH(a_flush_calls_nobody_back_early) {
  int sent = 0;
  const cp_send_options options = { .sent = count, .user = &sent };
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  CHECK_INT(cp_send(line->channel, "2", &options), 0);
  CHECK_INT(cp_channel_flush(line->channel), 0);
  CHECK_INT(sent, 0);
  RUN_UNTIL(NULL, sent == 1);
}

TEST_OF_BOTH(a_flush_tells_that_the_rest_has_to_wait) {
  CHECK_INT(cp_send(line->channel, string_of('1', 4 << 20), NULL), CP_FULL);
  CHECK_INT(cp_channel_flush(line->channel), CP_FULL);
  size_t left = cp_channel_queued(line->channel);
  CHECK(left > 0 && left < 4 << 20);
  line_pull_bytes(line, (4 << 20) + 1);
  RUN_UNTIL(NULL, line->drains == 1);
  CHECK_INT(cp_channel_queued(line->channel), 0);
}

TEST_OF_BOTH(a_drain_that_a_flush_has_earned_comes_from_the_loop) {
  CHECK_INT(cp_send(line->channel, string_of('1', 150000), NULL), CP_FULL);
  CHECK_INT(cp_channel_flush(line->channel), 0);
  CHECK_INT(line->drains, 0);
  RUN_UNTIL(NULL, line->drains == 1);
}

TEST_OF_BOTH(a_flush_before_a_disconnect_changes_nothing) {
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  cp_disconnect(line->channel);
  CHECK_INT(cp_channel_flush(line->channel), 0);
  RUN_UNTIL(NULL, line->disconnects == 1);
  line_pull_to_end(line);
  CHECK_STR(line_wired(line), "1\n");
  CHECK_INT(cp_channel_flush(line->channel), UV_EPIPE);
  CHECK_INT(cp_last_error()->number, UV_EPIPE);
}

TEST_OF_BOTH(a_flush_to_a_peer_that_has_gone_fails_and_the_loop_tells_the_rest) {
  int errors = line->errors;
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  line_hang_up(line);
  CHECK_INT(cp_channel_flush(line->channel), UV_EPIPE);
  CHECK_INT(line->errors, errors);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(line->errors, errors + 1);
  CHECK_INT(line->error->number, UV_EPIPE);
}

static void count_told(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  int *told = user;
  told[error != NULL]++;
}

TEST_OF_BOTH(what_a_flush_has_got_out_is_not_told_as_lost) {
  int told[2] = { 0 };
  const cp_send_options options = { .sent = count_told, .user = told };
  CHECK_INT(cp_send(line->channel, "1", &options), 0);
  CHECK_INT(cp_channel_flush(line->channel), 0);
  CHECK_INT(cp_send(line->channel, "2", &options), 0);
  CHECK_INT(cp_shutdown(NULL), 0); /* closes it in this turn */
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(told[0], 1);
  CHECK_INT(told[1], 1);
  line_pull_to_end(line);
  CHECK_STR(line_wired(line), "1\n");
}

/* ---- gathering ---- */

struct gathered {
  char last[200]; /* of each message: '1' or '0' */
  int messages;
};

static void gather(cp_channel *channel, cp_message *message, void *user) {
  struct gathered *gathered = user;
  (void) channel;
  CHECK(gathered->messages < (int) sizeof gathered->last - 1);
  gathered->last[gathered->messages++] = cp_message_is_last(message) ? '1' : '0';
}

TEST_OF_BOTH(the_last_of_what_was_read_says_so) {
  struct gathered gathered = { .messages = 0 };
  CHECK(cp_on_message(line->channel, gather, &gathered) != 0);
  line_say_now(line, "1\n2\n3\n[4,");
  RUN_UNTIL(NULL, gathered.messages == 3);
  line_say_now(line, "4]\n5\n");
  RUN_UNTIL(NULL, gathered.messages == 5);
  CHECK_STR(gathered.last, "00101");
}

TEST_OF_BOTH(the_last_of_what_has_waited_says_so) {
  struct gathered gathered = { .messages = 0 };
  line_say_now(line, "1\n2\n3\n[4");
  run_idle(NULL);
  CHECK(cp_on_message(line->channel, gather, &gathered) != 0);
  RUN_UNTIL(NULL, gathered.messages == 3);
  CHECK_STR(gathered.last, "001");
}

/* ---- asking ---- */

TEST_OF_BOTH(the_descriptor_is_told_until_it_is_closed) {
  CHECK(fcntl(cp_channel_fd(line->channel), F_GETFD) >= 0);
  cp_disconnect(line->channel);
  RUN_UNTIL(NULL, line->disconnects == 1);
  if (!line->child) CHECK_INT(cp_channel_fd(line->channel), -1);
}

TEST_OF_BOTH(whether_it_is_referenced_is_told) {
  cp_channel_unref(line->channel);
  CHECK(!cp_channel_has_ref(line->channel));
  cp_channel_ref(line->channel);
  CHECK(cp_channel_has_ref(line->channel));
}

TEST(nothing_of_no_channel) {
  CHECK_INT(cp_channel_flush(NULL), UV_EINVAL);
  CHECK_INT(cp_channel_queued(NULL), 0);
  CHECK_INT(cp_channel_fd(NULL), -1);
  CHECK(!cp_channel_has_ref(NULL));
  CHECK(!cp_message_is_last(NULL));
  CHECK_INT(cp_message_take_fd(NULL), -1);
  CHECK_INT(cp_message_handle(NULL).fd, -1);
  CHECK_INT(cp_message_handle(NULL).type, CP_HANDLE_NONE);
}
