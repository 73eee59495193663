/* SPDX-License-Identifier: MIT */
/* Raw channels: framing, queueing and limits are the library's, what is in a frame is not. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

static const cp_handle no_handle;

static const char *const any_bytes[] = {
  "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":1}",
  "{\"cmd\":\"NODE_HANDLE_ACK\"}",
  "{\"cmd\":\"NODE_HANDLE_NACK\"}",
  "{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k\"}",
  "this is not JSON",
  "\xff\x0f\x80",
  "[",
  "",
};

enum { ANY_COUNT = sizeof any_bytes / sizeof *any_bytes };

TEST_OF_RAW(what_comes_is_handed_over_as_it_is) {
  wire_listen(wire);
  for (int i = 0; i < ANY_COUNT; i++) wire_say(wire, any_bytes[i]);
  wire_wait_for_messages(wire, ANY_COUNT);
  for (int i = 0; i < ANY_COUNT; i++) wire_expect_heard(wire, i, any_bytes[i], CP_HANDLE_NONE);
  wire_expect_nothing_wired(wire); /* no command is answered */
  CHECK_INT(wire->errors, 0);
}

TEST_OF_RAW(what_is_sent_goes_as_it_is) {
  for (int i = 0; i < ANY_COUNT; i++) CHECK_INT(wire_send(wire, any_bytes[i], "x", no_handle), 0);
  for (int i = 0; i < ANY_COUNT; i++) wire_expect_wired(wire, any_bytes[i], 0);
  wire_expect_nothing_wired(wire);
  CHECK_INT(wire->sent, ANY_COUNT);
}

static void line_breaks(struct wire *wire) {
  static const char *const texts[] = { "\n", "1\n", "[1,\n2]", "\n1" };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    CHECK_INT(wire_send(wire, texts[i], "x", no_handle), UV_EINVAL);
    CHECK_HAS(cp_last_error()->message, "line break");
  }
  CHECK_INT(wire_send(wire, "1", "y", no_handle), 0);
  wire_expect_wired(wire, "1", 0);
  wire_expect_nothing_wired(wire);
  CHECK_STR(wire->told, "y");
}

TEST(a_raw_json_payload_with_a_line_break_is_refused) {
  wire_at_parent(CP_RAW_JSON, line_breaks);
}

static void all_bytes(struct wire *wire) {
  char bytes[256];
  for (int i = 0; i < 256; i++) bytes[i] = (char) i;
  wire_listen(wire);
  CHECK_INT(cp_send_payload(wire->channel, (cp_bytes){ bytes, sizeof bytes }, NULL), 0);
  wire_pull_bytes(wire, 4 + sizeof bytes);
  struct bytes frame = wire_frame_of(wire, bytes, sizeof bytes);
  CHECK_MEM(wire->wired.data, wire->wired.length, frame.data, frame.length);
  wire_write(wire, frame.data, frame.length);
  wire_wait_for_messages(wire, 1);
  CHECK_MEM(wire->heard[0].payload.data, wire->heard[0].payload.length, bytes, sizeof bytes);
}

TEST(a_raw_advanced_payload_may_have_all_bytes) {
  wire_at_parent(CP_RAW_ADVANCED, all_bytes);
}

static const char *mode_of(cp_serialization serialization) {
  cp_options options = { .serialization = serialization,
                         .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_INHERIT, CP_IPC) };
  struct watch *w = ran_helper(CP_ARGS("env", "NODE_CHANNEL_SERIALIZATION_MODE"), &options);
  CHECK_INT(w->code, 0);
  return output_of(w, 1);
}

TEST(a_child_is_told_the_serialization_that_it_would_have_with_node) {
  CHECK_STR(mode_of(CP_JSON), "json\n");
  CHECK_STR(mode_of(CP_ADVANCED), "advanced\n");
  CHECK_STR(mode_of(CP_RAW_JSON), "json\n");
  CHECK_STR(mode_of(CP_RAW_ADVANCED), "advanced\n");
}

TEST(a_serialization_that_there_is_not_is_refused) {
  for (int i = 0; i < 2; i++) {
    cp_options options = { .serialization = (cp_serialization) (i ? 4 : -1),
                           .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC) };
    CHECK(cp_spawn(test_helper(), CP_ARGS("exit", "0"), &options) == NULL);
    CHECK_INT(cp_last_error()->number, UV_ENOTSUP);
    CHECK_HAS(cp_last_error()->message, "serialization");
  }
}

TEST_OF_RAW(messages_wait_until_there_is_a_listener) {
  wire_say(wire, "one");
  wire_say(wire, "two");
  run_idle(NULL);
  wire_listen(wire);
  CHECK_INT(wire->messages, 0);
  wire_wait_for_messages(wire, 2);
  wire_expect_heard(wire, 0, "one", CP_HANDLE_NONE);
  wire_expect_heard(wire, 1, "two", CP_HANDLE_NONE);
}

TEST_OF_RAW(frames_cut_at_every_byte_are_the_same) {
  static const char *const texts[] = { "first", "", "{\"cmd\":\"NODE_X\"}", "last one" };
  struct bytes all = { 0 };
  for (int i = 0; i < 4; i++) {
    struct bytes frame = wire_frame(wire, texts[i]);
    append(&all, frame.data, frame.length);
  }
  wire_listen(wire);
  for (size_t cut = 0; cut <= all.length; cut++) {
    wire->messages = 0;
    for (int i = 0; i < 4; i++) wire->heard[i].payload.length = 0;
    if (cut > 0) wire_write(wire, all.data, cut);
    for (int i = 0; i < 4; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    if (cut < all.length) wire_write(wire, all.data + cut, all.length - cut);
    wire_wait_for_messages(wire, 4);
    for (int i = 0; i < 4; i++) wire_expect_heard(wire, i, texts[i], CP_HANDLE_NONE);
  }
}

/* ---- limits ---- */

TEST_OF_RAW(a_frame_at_the_limit_is_a_message_and_a_longer_one_closes_it) {
  CHECK_INT(cp_channel_set_limits(wire->channel, 1000, 0), 0);
  wire_listen(wire);
  wire_say(wire, string_of('x', 1000));
  wire_wait_for_messages(wire, 1);
  CHECK_INT(wire->heard[0].payload.length, 1000);
  struct bytes frame = wire_frame(wire, string_of('x', 1001));
  (void) wire_try(wire, frame.data, frame.length, NULL, 0);
  wire_expect_broken(wire, UV_EMSGSIZE, "max_message");
}

TEST_OF_RAW(more_than_the_queue_may_have_is_refused) {
  CHECK_INT(cp_channel_set_limits(wire->channel, 0, 1000), 0);
  CHECK_INT(wire_send(wire, string_of('x', 900), "a", no_handle), 0);
  CHECK_INT(wire_send(wire, string_of('x', 200), "b", no_handle), UV_ENOBUFS);
  CHECK_STR(cp_last_error()->code, "ERR_IPC_QUEUE_FULL");
  wire_expect_wired(wire, string_of('x', 900), 0);
  CHECK_STR(wire->told, "a");
}

TEST_OF_RAW(a_sender_hears_when_it_is_enough_and_when_to_go_on) {
  enum { COUNT = 40 };
  char *payload = strcpy(test_alloc(20001), string_of('x', 20000));
  int result = 0, taken = 0;
  for (; result == 0 && taken < COUNT; taken++) {
    payload[0] = (char) ('a' + taken);
    result = wire_send(wire, payload, "x", no_handle);
  }
  CHECK_INT(result, CP_FULL);
  CHECK(taken > 5 && taken < 9); /* 128 KiB */
  run_idle(NULL);
  CHECK_INT(wire->drains, wire->sent == taken);
  for (int i = 0; i < taken; i++) {
    payload[0] = (char) ('a' + i);
    wire_expect_wired(wire, payload, 0);
  }
  RUN_UNTIL(NULL, wire->drains == 1);
  CHECK_INT(wire->sent, taken);
}

static size_t peak_memory(void) {
  struct rusage usage;
  CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
  return (size_t) usage.ru_maxrss << 10;
}

static void claim(struct wire *wire, uint32_t length) {
  uint32_t size = htonl(length);
  wire_write(wire, &size, sizeof size);
}

static void two_gigabytes(struct wire *wire) {
  wire_listen(wire);
  claim(wire, 0x80000000u);
  wire_expect_broken(wire, UV_EMSGSIZE, "max_message");
}

static void four_gigabytes(struct wire *wire) {
  wire_listen(wire);
  claim(wire, 0xffffffffu);
  wire_expect_broken(wire, UV_EMSGSIZE, "max_message");
}

static void four_gigabytes_unheard(struct wire *wire) {
  claim(wire, 0xffffffffu);
  run_idle(NULL);
  wire_listen(wire);
  wire_expect_broken(wire, UV_EMSGSIZE, "max_message");
}

TEST(a_length_of_two_gigabytes_closes_a_raw_channel) {
  wire_at_parent(CP_RAW_ADVANCED, two_gigabytes);
}

TEST(a_length_of_four_gigabytes_closes_a_raw_channel) {
  wire_at_parent(CP_RAW_ADVANCED, four_gigabytes);
}

TEST(a_hostile_length_that_nobody_heard_closes_a_raw_channel_when_somebody_listens) {
  wire_at_parent(CP_RAW_ADVANCED, four_gigabytes_unheard);
}

/* Memory comes with the bytes, not with the claim. */
static void a_claim(struct wire *wire) {
  size_t before = peak_memory();
  wire_listen(wire);
  claim(wire, 100u << 20);
  wire_write(wire, string_of('x', 1000), 1000);
  run_idle(NULL);
  CHECK(cp_connected(wire->channel));
  if (!TEST_SANITIZED) CHECK(peak_memory() < before + (16u << 20));
  wire_hang_up(wire);
  wire_expect_broken(wire, UV_EPROTO, "within a message");
  CHECK_INT(wire->messages, 0);
}

TEST(a_length_that_never_comes_costs_nothing_and_ends_with_an_error) {
  wire_at_parent(CP_RAW_ADVANCED, a_claim);
}

static void half_a_length(struct wire *wire) {
  wire_listen(wire);
  wire_write(wire, "\0\0", 2);
  wire_hang_up(wire);
  wire_expect_broken(wire, UV_EPROTO, "within a message");
}

TEST(half_a_length_at_the_end_is_an_error) {
  wire_at_parent(CP_RAW_ADVANCED, half_a_length);
}

TEST_OF_RAW(what_was_sent_before_the_disconnect_still_arrives) {
  static char large[300001];
  memset(large, 'x', sizeof large - 1);
  CHECK_INT(wire_send(wire, large, "large", no_handle), CP_FULL);
  cp_disconnect(wire->channel);
  CHECK_INT(wire_send(wire, "late", "late", no_handle), UV_EPIPE);
  struct bytes frame = wire_frame(wire, large);
  while (wire_pull(wire)) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  CHECK_INT(wire->wired.length, frame.length);
  CHECK_STR(wire->told, "large");
}
