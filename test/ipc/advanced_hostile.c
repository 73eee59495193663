/* SPDX-License-Identifier: MIT */
/* Clones that mean harm, against both sides: nothing crashes, hangs, grows or stays open. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

static void say_bytes(struct wire *wire, const char *data, size_t length) {
  struct bytes frame = wire_frame_of(wire, data, length);
  (void) wire_try(wire, frame.data, frame.length, NULL, 0);
}

static void need_less_than(size_t bytes) {
  struct rusage usage;
  CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
  size_t peak = (size_t) usage.ru_maxrss << 10;
  if (!TEST_SANITIZED && peak >= bytes) CHECK_INT(peak, bytes);
}

/* ---- what is no clone closes it ---- */

#define TEST_OF_BROKEN(name, bytes) \
  TEST_OF_ADVANCED(name) { \
    wire_listen(wire); \
    say_bytes(wire, bytes, sizeof bytes - 1); \
    wire_expect_broken(wire, UV_EPROTO, "clone"); \
    CHECK_INT(wire->messages, 0); \
  }

TEST_OF_BROKEN(nothing_closes_it, "")
TEST_OF_BROKEN(a_header_alone_closes_it, "\xff\x0f")
TEST_OF_BROKEN(no_header_closes_it, "I\x02")
TEST_OF_BROKEN(an_older_version_closes_it, "\xff\x0cI\x02")
TEST_OF_BROKEN(a_newer_version_closes_it, "\xff\x10I\x02")
TEST_OF_BROKEN(json_closes_it, "{\"cmd\":\"NODE_HANDLE\"}")
TEST_OF_BROKEN(a_truncated_string_closes_it, "\xff\x0f\"\x05"
                                             "abc")
TEST_OF_BROKEN(a_string_of_four_gigabytes_closes_it, "\xff\x0f\"\xff\xff\xff\xff\x0f"
                                                     "abc")
TEST_OF_BROKEN(a_reference_to_nothing_closes_it, "\xff\x0f^\x05")
TEST_OF_BROKEN(a_reference_that_is_too_large_closes_it, "\xff\x0f"
                                                        "A\x01^\xff\xff\xff\xff\x0f$\0\x01")
TEST_OF_BROKEN(an_array_of_four_billion_closes_it, "\xff\x0f"
                                                   "A\xff\xff\xff\xff\x0f"
                                                   "0")
TEST_OF_BROKEN(a_wrong_count_closes_it, "\xff\x0fo\"\x01"
                                        "aI\x02{\x02")
TEST_OF_BROKEN(a_host_object_of_no_kind_closes_it, "\xff\x0f\\\x02\x0a\x02hi")
TEST_OF_BROKEN(a_view_beyond_its_buffer_closes_it, "\xff\x0f"
                                                   "B\x03\x01\x02\x03VB\x02\x02\0")
TEST_OF_BROKEN(an_unknown_tag_closes_it, "\xff\x0f\x7f")
TEST_OF_BROKEN(shared_memory_closes_it, "\xff\x0fu\0")

TEST_OF_ADVANCED(every_part_of_a_clone_closes_it_or_is_a_clone) {
  struct bytes clone = clone_of("{\"a\":[1,\"two\",{\"b\":null}],\"c\":2.5}");
  for (size_t length = 2; length < clone.length; length++) {
    cp_bytes part = { clone.data, length };
    int result = cp_send_payload(wire->channel, part, NULL);
    CHECK(result == 0 || result == UV_EINVAL);
  }
  wire_listen(wire);
  say_bytes(wire, clone.data, clone.length - 1);
  wire_expect_broken(wire, UV_EPROTO, "clone");
}

/* ---- what is in itself ---- */

TEST_OF_ADVANCED(a_handle_whose_message_is_the_handle_itself_is_answered_and_dropped) {
  static const char clone[] = "\xff\x0fo\"\3cmd\"\x0bNODE_HANDLE\"\3msg^\0{\2";
  wire_listen(wire);
  say_bytes(wire, clone, sizeof clone - 1);
  wire_say(wire, "\"after\"");
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "\"after\"", CP_HANDLE_NONE);
}

/* ---- lengths ---- */

static void claim(struct wire *wire, uint32_t length) {
  uint32_t size = htonl(length);
  (void) wire_try(wire, &size, sizeof size, NULL, 0);
}

TEST_OF_ADVANCED(a_length_of_two_gigabytes_closes_it) {
  wire_listen(wire);
  claim(wire, 0x80000000u);
  wire_expect_broken(wire, UV_EMSGSIZE, "max_message");
}

TEST_OF_ADVANCED(a_length_of_four_gigabytes_closes_it) {
  wire_listen(wire);
  claim(wire, 0xffffffffu);
  wire_expect_broken(wire, UV_EMSGSIZE, "max_message");
}

TEST_OF_ADVANCED(a_length_that_never_comes_costs_nothing) {
  wire_listen(wire);
  claim(wire, 127u << 20);
  wire_write(wire, "\xff\x0f", 2);
  run_idle(NULL);
  CHECK(cp_connected(wire->channel));
  need_less_than((size_t) 64 << 20);
  wire_hang_up(wire);
  wire_expect_broken(wire, UV_EPROTO, "within a message");
}

TEST_OF_ADVANCED(a_length_that_never_comes_ends_with_the_peer_while_nobody_listens) {
  claim(wire, 127u << 20);
  wire_write(wire, "\xff\x0f", 2);
  run_idle(NULL);
  wire_hang_up(wire);
}

/* ---- what is small on the wire and large in memory ---- */

/* Each level refers ten times to the next: a billion items where all were written out. */
static struct bytes bomb(int levels) {
  struct bytes bytes = { 0 };
  append(&bytes, "\xff\x0f", 2);
  for (int i = 0; i < levels; i++) append(&bytes, "A\x0a", 2);
  append(&bytes, "0000000000", 10);
  for (int level = levels; level > 0; level--) {
    append(&bytes, "$\0\x0a", 3);
    if (level == 1) break;
    for (int i = 1; i < 10; i++) append(&bytes, (const char[]){ '^', (char) (level - 1) }, 2);
  }
  return bytes;
}

static void count_values(cp_channel *channel, cp_message *message, void *user) {
  const cp_value *value = cp_message_value(message);
  (void) channel;
  for (int i = 0; i < 9; i++) value = cp_value_at(value, (size_t) i % 10);
  CHECK_INT(cp_value_get_type(value), CP_VALUE_NULL);
  ++*(int *) user;
}

TEST_OF_ADVANCED(references_do_not_multiply_in_memory) {
  struct bytes bytes = bomb(9);
  int count = 0;
  CHECK(cp_on_message(wire->channel, count_values, &count) != 0);
  say_bytes(wire, bytes.data, bytes.length);
  RUN_UNTIL(NULL, count == 1);
  need_less_than((size_t) 64 << 20);
}

static void read_json(cp_channel *channel, cp_message *message, void *user) {
  (void) channel;
  CHECK(cp_message_json(message, NULL) == NULL);
  ++*(int *) user;
}

/* JSON has no references, so it would be all of them. */
TEST_OF_ADVANCED(references_do_not_multiply_without_end_in_json) {
  struct bytes bytes = bomb(30);
  int count = 0;
  CHECK(cp_on_message(wire->channel, read_json, &count) != 0);
  say_bytes(wire, bytes.data, bytes.length);
  RUN_UNTIL(NULL, count == 1);
  need_less_than((size_t) 1 << 30);
}

static void count_holes(cp_channel *channel, cp_message *message, void *user) {
  (void) channel;
  CHECK(cp_message_value(message) != NULL);
  ++*(int *) user;
}

TEST_OF_ADVANCED(a_sparse_array_of_four_billion_costs_nothing) {
  static const char words[] = "\xff\x0f"
                              "a\xfe\xff\xff\xff\x0f@\0\xfe\xff\xff\xff\x0f";
  int count = 0;
  CHECK(cp_on_message(wire->channel, count_holes, &count) != 0);
  say_bytes(wire, words, sizeof words - 1);
  RUN_UNTIL(NULL, count == 1);
  need_less_than((size_t) 64 << 20);
}

/* In JSON each hole would be a null. */
TEST_OF_ADVANCED(a_sparse_array_of_four_billion_is_no_json) {
  static const char words[] = "\xff\x0f"
                              "a\xfe\xff\xff\xff\x0f@\0\xfe\xff\xff\xff\x0f";
  int count = 0;
  CHECK(cp_on_message(wire->channel, read_json, &count) != 0);
  say_bytes(wire, words, sizeof words - 1);
  RUN_UNTIL(NULL, count == 1);
  need_less_than((size_t) 400 << 20);
}

static struct bytes nested(size_t depth) {
  struct bytes bytes = { 0 };
  append(&bytes, "\xff\x0f", 2);
  for (size_t i = 0; i < depth; i++) append(&bytes, "A\x01", 2);
  append(&bytes, "0", 1);
  for (size_t i = 0; i < depth; i++) append(&bytes, "$\0\x01", 3);
  return bytes;
}

TEST_OF_ADVANCED(nesting_to_the_limit_is_a_message) {
  struct bytes bytes = nested(CP_VALUE_MAX_DEPTH);
  wire_listen(wire);
  say_bytes(wire, bytes.data, bytes.length);
  wire_wait_for_messages(wire, 1);
  CHECK(wire->heard[0].json != NULL);
}

TEST_OF_ADVANCED(nesting_beyond_the_limit_closes_it) {
  struct bytes bytes = nested(CP_VALUE_MAX_DEPTH + 1);
  wire_listen(wire);
  say_bytes(wire, bytes.data, bytes.length);
  wire_expect_broken(wire, UV_EPROTO, "clone");
}

TEST_OF_ADVANCED(a_million_levels_close_it) {
  struct bytes bytes = nested(1000000);
  wire_listen(wire);
  say_bytes(wire, bytes.data, bytes.length);
  wire_expect_broken(wire, UV_EPROTO, "clone");
}

TEST_OF_ADVANCED(garbage_closes_it) {
  unsigned random = 4711;
  char garbage[5000];
  for (size_t i = 0; i < sizeof garbage; i++) {
    random = random * 1103515245 + 12345;
    garbage[i] = (char) (random >> 16);
  }
  memcpy(garbage, "\xff\x0f\x80", 3);
  wire_listen(wire);
  say_bytes(wire, garbage, sizeof garbage);
  wire_expect_broken(wire, UV_EPROTO, "clone");
}
