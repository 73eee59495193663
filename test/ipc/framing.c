/* SPDX-License-Identifier: MIT */
/* Bytes to messages: one JSON text a line, however the bytes are cut, and what is no such line. */
#include <string.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

TEST_OF_BOTH(a_line_is_a_message) {
  line_listen(line);
  line_say(line, "{\"hello\":\"world\"}\n");
  RUN_UNTIL(NULL, line->messages == 1);
  CHECK_STR(line_heard(line), "{\"hello\":\"world\"}\n");
}

TEST_OF_BOTH(every_kind_of_json_is_a_message) {
  const char *words = "null\ntrue\n-1.5e3\n\"text\"\n[]\n{}\n[1,{\"a\":[2]}]\n";
  line_listen(line);
  line_say_now(line, words);
  RUN_UNTIL(NULL, line->messages == 7);
  CHECK_STR(line_heard(line), words);
}

TEST_OF_BOTH(spaces_around_a_text_are_the_peers_affair) {
  line_listen(line);
  line_say_now(line, " { \"a\" : 1 } \r\n\t[ ]\n");
  RUN_UNTIL(NULL, line->messages == 2);
  CHECK_STR(line_heard(line), " { \"a\" : 1 } \r\n\t[ ]\n");
}

TEST_OF_BOTH(a_message_may_be_cut_at_every_place) {
  const char *words = "{\"a\":\"\xc3\xa4\\u00e4\xf0\x9f\x8c\x8d\"}\n[1,2]\n\"x\"\n";
  size_t length = strlen(words);
  line_listen(line);
  for (size_t cut = 0; cut <= length; cut++) {
    int before = line->messages;
    line->heard.length = 0;
    if (cut > 0) line_write(line, words, cut);
    run_idle(NULL);
    if (cut < length) line_write(line, words + cut, length - cut);
    RUN_UNTIL(NULL, line->messages == before + 3);
    CHECK_STR(line_heard(line), words);
  }
}

TEST_OF_BOTH(messages_may_come_byte_by_byte) {
  const char *words = "{\"a\":\"\xf0\x9f\x8c\x8d\"}\n[1,2]\nnull\n";
  line_listen(line);
  for (const char *at = words; *at; at++) {
    line_write(line, at, 1);
    for (int i = 0; i < 4; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  RUN_UNTIL(NULL, line->messages == 3);
  CHECK_STR(line_heard(line), words);
}

TEST_OF_BOTH(many_messages_may_come_in_one_read) {
  const int count = 20000;
  struct bytes words = { 0 };
  line_listen(line);
  for (int i = 0; i < count; i++) {
    char number[16];
    append(&words, number, (size_t) snprintf(number, sizeof number, "%d\n", i));
  }
  line_write(line, words.data, words.length);
  RUN_UNTIL(NULL, line->messages == count);
  CHECK_MEM(line->heard.data, line->heard.length, words.data, words.length);
}

TEST_OF_BOTH(a_message_of_many_megabytes_arrives_whole) {
  const size_t length = 20 << 20;
  char *words = test_alloc(length + 1);
  memset(words, 'm', length);
  words[0] = words[length - 2] = '"';
  words[length - 1] = '\n';
  line_listen(line);
  line_write(line, words, length);
  RUN_UNTIL(NULL, line->messages == 1);
  CHECK_MEM(line->heard.data, line->heard.length, words, length);
}

TEST_OF_BOTH(a_line_that_is_not_json_breaks_the_channel) {
  line_listen(line);
  line_say_now(line, "1\nnonsense\n2\n");
  line_expect_broken(line, UV_EPROTO, "not JSON");
  CHECK_STR(line_heard(line), "1\n");
  CHECK_STR(line->events, "message error disconnect");
}

TEST_OF_BOTH(an_empty_line_breaks_the_channel) {
  line_listen(line);
  line_say_now(line, "1\n\n2\n");
  line_expect_broken(line, UV_EPROTO, "not JSON");
  CHECK_STR(line_heard(line), "1\n");
}

TEST_OF_BOTH(two_texts_in_a_line_break_the_channel) {
  line_listen(line);
  line_say_now(line, "{}{}\n");
  line_expect_broken(line, UV_EPROTO, "not JSON");
}

TEST_OF_BOTH(a_zero_byte_breaks_the_channel) {
  line_listen(line);
  line_write(line, "1\0\n", 3);
  line_expect_broken(line, UV_EPROTO, "not JSON");
}

/* Node's decoder would make U+FFFD of it, too. */
TEST_OF_BOTH(what_is_not_utf8_in_a_string_is_a_message_all_the_same) {
  line_listen(line);
  line_say_now(line, "\"a\xff\"\n");
  RUN_UNTIL(NULL, line->messages == 1);
  CHECK_STR(line_heard(line), "\"a\xff\"\n");
}

TEST_OF_BOTH(an_end_within_a_message_is_an_error) {
  line_listen(line);
  line_say_now(line, "1\n{\"a\":");
  line_hang_up(line);
  line_expect_broken(line, UV_EPROTO, "within a message");
  CHECK_STR(line_heard(line), "1\n");
}

TEST_OF_BOTH(an_end_between_messages_is_a_disconnect) {
  line_listen(line);
  line_say_now(line, "1\n2\n");
  line_hang_up(line);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_STR(line_heard(line), "1\n2\n");
  CHECK_STR(line->events, "message disconnect");
  CHECK(!cp_connected(line->channel));
}

TEST_OF_BOTH(a_broken_line_that_nobody_hears_breaks_nothing_until_then) {
  line_say_now(line, "nonsense\n");
  run_idle(NULL);
  CHECK(cp_connected(line->channel));
  line_listen(line);
  line_expect_broken(line, UV_EPROTO, "not JSON");
}

TEST_OF_BOTH(a_message_may_be_exactly_as_long_as_the_limit) {
  CHECK_INT(cp_channel_set_limits(line->channel, 10, 0), 0);
  line_listen(line);
  line_say_now(line, "\"12345678\"\n\"12345678\"\n");
  RUN_UNTIL(NULL, line->messages == 2);
  line_say_now(line, "\"123456789\"\n");
  line_expect_broken(line, UV_EMSGSIZE, "max_message");
  CHECK_INT(line->messages, 2);
}

TEST_OF_BOTH(a_message_that_has_no_end_yet_breaks_the_limit_as_well) {
  CHECK_INT(cp_channel_set_limits(line->channel, 10, 0), 0);
  line_listen(line);
  line_say_now(line, "\"123456789");
  run_idle(NULL);
  CHECK(cp_connected(line->channel));
  line_say_now(line, "0");
  line_expect_broken(line, UV_EMSGSIZE, "max_message");
}

TEST_OF_BOTH(limits_of_zero_are_those_of_the_beginning) {
  CHECK_INT(cp_channel_set_limits(line->channel, 10, 10), 0);
  CHECK_INT(cp_channel_set_limits(line->channel, 0, 0), 0);
  line_listen(line);
  line_say_now(line, "\"12345678901234567890\"\n");
  RUN_UNTIL(NULL, line->messages == 1);
  CHECK_INT(cp_send(line->channel, "\"12345678901234567890\"", NULL), 0);
  line_pull_bytes(line, 23);
}
