/* SPDX-License-Identifier: MIT */
/* Peers that mean harm, against both sides: nothing crashes, hangs, grows or stays open. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

static void need_less_than(size_t bytes) {
  struct rusage usage;
  CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
  size_t peak = (size_t) usage.ru_maxrss << 10;
  if (!TEST_SANITIZED && peak >= bytes) CHECK_INT(peak, bytes);
}

TEST_OF_BOTH(garbage_closes_it) {
  unsigned random = 4711;
  char garbage[65536];
  for (size_t i = 0; i < sizeof garbage; i++) {
    random = random * 1103515245 + 12345;
    garbage[i] = (char) (random >> 16);
  }
  line_listen(line);
  (void) line_try(line, garbage, sizeof garbage);
  line_expect_broken(line, UV_EPROTO, "not JSON");
}

TEST_OF_BOTH(a_line_without_end_is_refused_at_the_limit) {
  static char piece[1 << 20];
  memset(piece, 'x', sizeof piece);
  line_listen(line);
  line_say(line, "\"");
  int i = 0;
  while (i < 200 && line_try(line, piece, sizeof piece)) i++;
  CHECK(i >= 127 && i < 140);
  line_expect_broken(line, UV_EMSGSIZE, "max_message");
  need_less_than((size_t) 400 << 20);
}

TEST_OF_BOTH(a_line_without_end_costs_little_where_the_limit_is_low) {
  static char piece[1 << 20];
  memset(piece, 'x', sizeof piece);
  CHECK_INT(cp_channel_set_limits(line->channel, 1 << 20, 0), 0);
  line_listen(line);
  int i = 0;
  while (i < 200 && line_try(line, piece, sizeof piece)) i++;
  CHECK(i < 10);
  line_expect_broken(line, UV_EMSGSIZE, "max_message");
  need_less_than((size_t) 64 << 20);
}

TEST_OF_BOTH(a_line_without_end_waits_where_nobody_listens) {
  static char piece[1 << 20];
  memset(piece, 'x', sizeof piece);
  size_t taken = 0;
  for (int i = 0; i < 400; i++) {
    ssize_t count = write(line->wire, piece, sizeof piece);
    if (count > 0) taken += (size_t) count;
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  CHECK(taken < 4 << 20);
  CHECK(cp_connected(line->channel));
}

TEST_OF_BOTH(claimed_handles_without_descriptors_are_answered_while_they_are_read) {
  enum { COUNT = 500 };
  const char *answer = "{\"cmd\":\"NODE_HANDLE_NACK\"}\n";
  line_listen(line);
  for (size_t i = 1; i <= COUNT; i++) {
    line_say(line, "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":null}\n");
    line_pull_bytes(line, i * strlen(answer));
  }
  CHECK_INT(line->wired.length, COUNT * strlen(answer));
  CHECK_INT(line->messages, 0);
  CHECK(cp_connected(line->channel));
}

TEST_OF_BOTH(handles_without_end_from_a_peer_that_never_reads_close_it) {
  struct bytes words = { 0 };
  for (int i = 0; i < 3000; i++) append(&words, "{\"cmd\":\"NODE_HANDLE\"}\n", 22);
  line_listen(line);
  for (int i = 0; i < 2000 && line_try(line, words.data, words.length); i++) continue;
  line_expect_broken(line, UV_EPROTO, "handles");
  CHECK_INT(line->messages, 0);
  need_less_than((size_t) 64 << 20);
}

TEST_OF_BOTH(internal_commands_without_end_cost_no_memory) {
  const char *command = "{\"cmd\":\"NODE_X\",\"data\":[1,2,3]}\n";
  struct bytes words = { 0 };
  for (int i = 0; i < 1000; i++) append(&words, command, strlen(command));
  line_listen(line);
  for (int i = 0; i < 300; i++) line_write(line, words.data, words.length);
  line_say(line, "1\n");
  RUN_UNTIL(NULL, line->messages == 1);
  CHECK(line_pull(line));
  CHECK_INT(line->wired.length, 0);
  need_less_than((size_t) 64 << 20);
}

TEST_OF_BOTH(descriptors_that_nobody_asked_for_do_not_stay_open) {
  line_listen(line);
  int before = count_descriptors();
  for (int i = 0; i < 300; i++) {
    line_say_with_descriptors(line, "1\n", 1 + i % 250);
    if (i % 10 == 0) CHECK(count_descriptors() <= before + 1);
  }
  RUN_UNTIL(NULL, line->messages == 300);
  CHECK_INT(count_descriptors(), before);
}

TEST_OF_BOTH(descriptors_that_nobody_hears_of_wait_within_a_limit) {
  enum { COUNT = 100, LIMIT = 64 };
  int before = count_descriptors();
  for (int i = 0; i < COUNT; i++) {
    line_say_with_descriptors(line, "{\"cmd\":\"NODE_HANDLE\",\"msg\":1}\n", 1);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  run_idle(NULL);
  CHECK_INT(count_descriptors(), before + LIMIT);
  line_listen(line);
  RUN_UNTIL(NULL, line->messages == COUNT);
  CHECK_INT(count_descriptors(), before);
}

TEST_OF_BOTH(descriptors_that_nobody_hears_of_are_closed_with_it) {
  int before = count_descriptors();
  line_say_with_descriptors(line, "{\"cmd\":\"NODE_HANDLE\",\"msg\":1}\n", 1);
  line_say_with_descriptors(line, "{\"cmd\":\"NODE_HANDLE\",", 1);
  run_idle(NULL);
  CHECK_INT(count_descriptors(), before + 2);
  cp_disconnect(line->channel);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK(count_descriptors() < before); /* its own has gone, too */
}

TEST_OF_BOTH(descriptors_in_the_middle_of_a_message_change_nothing) {
  line_listen(line);
  int before = count_descriptors();
  line_say_with_descriptors(line, "[1,", 3);
  line_say_with_descriptors(line, "2]\n[", 2);
  line_say_with_descriptors(line, "3]\n", 1);
  RUN_UNTIL(NULL, line->messages == 2);
  CHECK_STR(line_heard(line), "[1,2]\n[3]\n");
  CHECK_INT(count_descriptors(), before);
}

static const char *nested(int depth, const char *open, const char *close) {
  struct bytes words = { 0 };
  for (int i = 0; i < depth; i++) append(&words, open, strlen(open));
  append(&words, "1", 1);
  for (int i = 0; i < depth; i++) append(&words, close, strlen(close));
  append(&words, "\n", 1);
  return words.data;
}

TEST_OF_BOTH(nesting_to_the_limit_is_a_message) {
  line_listen(line);
  line_say(line, nested(CP_VALUE_MAX_DEPTH, "[", "]"));
  RUN_UNTIL(NULL, line->messages == 1);
  line_say(line, nested(CP_VALUE_MAX_DEPTH, "{\"cmd\":", "}"));
  RUN_UNTIL(NULL, line->messages == 2);
}

TEST_OF_BOTH(nesting_beyond_the_limit_closes_it) {
  line_listen(line);
  line_say(line, nested(CP_VALUE_MAX_DEPTH + 1, "[", "]"));
  line_expect_broken(line, UV_EPROTO, "not JSON");
}

TEST_OF_BOTH(a_million_brackets_close_it) {
  line_listen(line);
  (void) line_try(line, string_of('[', 1000000), 1000000);
  (void) line_try(line, "\"NODE_X\"\n", 9);
  line_expect_broken(line, UV_EPROTO, "not JSON");
}

/* Found by looking for a command in a tree of all of it. */
TEST_OF_BOTH(a_large_message_with_a_command_in_it_is_read_in_time) {
  struct bytes words = { 0 };
  append(&words, "{\"list\":[", 9);
  for (int i = 0; i < 200000; i++) append(&words, "{\"cmd\":\"NODE_X\"},", 17);
  append(&words, "0]}\n", 4);
  line_listen(line);
  line_write(line, words.data, words.length);
  RUN_UNTIL(NULL, line->messages == 1);
}

TEST(a_child_that_floods_us_does_not_keep_us_from_killing_it) {
  static const char *const words[] = { "1\n", "{\"cmd\":\"NODE_X\"}\n" };
  for (int i = 0; i < 2; i++) {
    struct line line = { 0 };
    cp_options options = { .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC),
                           .timeout_ms = 100,
                           .kill_signal = SIGKILL };
    struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ipc-endless", words[i]), &options));
    line.channel = cp_ipc(w->child);
    if (i) line_listen(&line);
    watch_run(w);
    CHECK_INT(w->signal, SIGKILL);
    CHECK_INT(line.messages, 0);
  }
}

TEST(a_child_that_floods_us_with_handles_is_cut_off) {
  struct line line = { 0 };
  cp_options options = { .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC),
                         .timeout_ms = 20000 };
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("ipc-endless", "{\"cmd\":\"NODE_HANDLE\"}\n"), &options));
  line.channel = cp_ipc(w->child);
  line_listen(&line);
  watch_run(w);
  CHECK(w->signal == SIGPIPE || w->code == 0);
  need_less_than((size_t) 64 << 20);
}
