/* SPDX-License-Identifier: MIT */
/* Peers that mean harm with handles, against both sides: nothing crashes, hangs or stays open. */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

#define ACK  "{\"cmd\":\"NODE_HANDLE_ACK\"}"
#define NACK "{\"cmd\":\"NODE_HANDLE_NACK\"}"

static const char handle[] = "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":1}";

static void need_less_than(size_t bytes) {
  struct rusage usage;
  CHECK_INT(getrusage(RUSAGE_SELF, &usage), 0);
  size_t peak = (size_t) usage.ru_maxrss << 10;
  if (!TEST_SANITIZED && peak >= bytes) CHECK_INT(peak, bytes);
}

/* ---- more descriptors than there should be ---- */

TEST_OF_ALL(surplus_descriptors_of_a_handle_are_closed_and_told_of) {
  int fds[200] = { make_anonymous(true) }; /* the others are /dev/null */
  struct bytes frame = wire_frame(wire, handle);
  wire_listen(wire);
  for (int i = 0; i < 20; i++) {
    CHECK(wire_try(wire, frame.data, frame.length, fds, 2 + 10 * i));
    wire_expect_wired(wire, ACK, 0);
    wire_wait_for_messages(wire, i + 1);
    CHECK_INT(inode_of(wire->heard[i].fd), inode_of(fds[0]));
    RUN_UNTIL(NULL, wire->errors == i + 1);
    CHECK_INT(wire->error->number, UV_EPROTO);
    wire_close_taken(wire);
    CHECK_INT(count_descriptors(), wire->descriptors + 1);
  }
  CHECK(cp_connected(wire->channel));
  close(fds[0]);
}

TEST_OF_ALL(descriptors_with_what_is_no_handle_are_closed) {
  static int fds[250];
  wire_listen(wire);
  for (int i = 0; i < 30; i++) {
    struct bytes frame = wire_frame(wire, i % 2 ? "{\"cmd\":\"NODE_X\"}" : "\"plain\"");
    CHECK(wire_try(wire, frame.data, frame.length, fds, 1 + 8 * i));
    CHECK(count_descriptors() <= wire->descriptors + 2);
  }
  wire_wait_for_messages(wire, 15);
  for (int i = 0; i < 15; i++) wire_expect_heard(wire, i, "\"plain\"", CP_HANDLE_NONE);
  CHECK_INT(count_descriptors(), wire->descriptors);
  CHECK(wire->errors > 0);
  CHECK(cp_connected(wire->channel));
}

/* What fits waits, acknowledged; then the peer waits. */
TEST_OF_ALL(a_flood_of_handles_that_nobody_hears_does_not_fill_the_table) {
  struct bytes frame = wire_frame(wire, handle);
  int null = 0, sent = 0;
  for (; sent < 200; sent++) {
    CHECK(wire_try(wire, frame.data, frame.length, &null, 1));
    for (int i = 0; i < 3; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    CHECK(wire_pull(wire)); /* it reads its answers */
    CHECK(count_descriptors() <= wire->descriptors + 70);
  }
  CHECK_INT(wire->errors, 0);
  wire->leaves = true;
  wire_listen(wire);
  wire_wait_for_messages(wire, sent);
  CHECK_INT(count_descriptors(), wire->descriptors);
}

TEST_OF_ALL(handles_without_end_from_a_peer_that_never_reads_close_it) {
  struct bytes frame = wire_frame(wire, handle);
  struct bytes many = { 0 };
  for (int i = 0; i < 1000; i++) append(&many, frame.data, frame.length);
  wire_listen(wire);
  for (int i = 0; i < 2000 && wire_try(wire, many.data, many.length, NULL, 0); i++) continue;
  wire_expect_broken(wire, UV_EPROTO, "handles");
  CHECK_INT(wire->messages, 0);
  need_less_than((size_t) 64 << 20);
}

TEST_OF_ALL(questions_without_end_from_a_peer_that_never_reads_close_it) {
  struct bytes frame = wire_frame(wire, "{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k\"}");
  struct bytes many = { 0 };
  for (int i = 0; i < 1000; i++) append(&many, frame.data, frame.length);
  for (int i = 0; i < 2000 && wire_try(wire, many.data, many.length, NULL, 0); i++) continue;
  wire_expect_broken(wire, UV_EPROTO, "");
  need_less_than((size_t) 64 << 20);
}

/* What is asked for goes back: it must not be as long as a message may be. */
TEST_OF_ALL(a_peer_that_asks_much_and_goes_has_done_nothing_wrong) {
  enum { QUESTIONS = 200 };
  wire_listen(wire);
  struct bytes all = { 0 };
  struct bytes frame = wire_frame(wire, "{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k\"}");
  for (int i = 0; i < QUESTIONS; i++) append(&all, frame.data, frame.length);
  struct bytes last = wire_frame(wire, "1");
  append(&all, last.data, last.length);
  wire_write(wire, all.data, all.length);
  wire_hang_up(wire);
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_INT(wire->messages, 1);
  CHECK_INT(wire->errors, 0);
}

TEST_OF_ALL(large_questions_from_a_peer_that_never_reads_cost_little) {
  struct bytes words = { 0 };
  append(&words, "{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"", 38);
  append(&words, string_of('k', 4 << 20), 4 << 20);
  append(&words, "\"}", 2);
  struct bytes frame = wire_frame(wire, words.data);
  wire_listen(wire);
  for (int i = 0; i < 60 && wire_try(wire, frame.data, frame.length, NULL, 0); i++) continue;
  need_less_than((size_t) 160 << 20);
}

/* ---- what is no handle, though it says so ---- */

TEST_OF_ALL(handles_of_any_form_leave_nothing_behind) {
  static const char *const forms[] = {
    "{\"cmd\":\"NODE_HANDLE\"}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":null,\"msg\":null}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"no.Such\",\"msg\":1}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":[],\"msg\":{}}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Server\",\"msg\":1}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"dgram.Socket\",\"msg\":1,\"dgramType\":\"udp9\"}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"cmd\":\"NODE_HANDLE_ACK\"}}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"cmd\":\"NODE_SOCKET_GET_COUNT\"}}",
    "{\"cmd\":\"NODE_HANDLE_ACK\",\"msg\":1}",
  };
  wire->leaves = true;
  wire_listen(wire);
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    wire_say_with(wire, forms[i], 0);
    run_idle(NULL);
    CHECK(wire_pull(wire));
    CHECK(cp_connected(wire->channel));
    CHECK_INT(count_descriptors(), wire->descriptors);
  }
  for (int i = 0; i < wire->messages; i++) CHECK_INT(wire->heard[i].type, CP_HANDLE_NATIVE);
}

TEST_OF_ALL(a_handle_in_a_thousand_layers_is_one_handle) {
  struct bytes words = { 0 };
  const char *head = "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":";
  for (int i = 0; i < 1000; i++) append(&words, head, strlen(head));
  append(&words, "7", 1);
  for (int i = 0; i < 1000; i++) append(&words, "}", 1);
  wire_listen(wire);
  wire_say_with(wire, words.data, 0);
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "7", CP_HANDLE_NATIVE);
  wire_expect_wired(wire, ACK, 0);
  wire_expect_nothing_wired(wire);
}

/* ---- answers to what we send ---- */

TEST_OF_ALL(answers_without_end_cost_nothing) {
  struct bytes many = { 0 };
  for (int i = 0; i < 1000; i++) {
    struct bytes frame = wire_frame(wire, i % 3 ? ACK : NACK);
    append(&many, frame.data, frame.length);
  }
  wire_listen(wire);
  for (int i = 0; i < 100; i++) wire_write(wire, many.data, many.length);
  CHECK_INT(wire_send(wire, "1", "1", (cp_handle){ CP_HANDLE_NATIVE, 0 }), 0);
  wire_say(wire, "\"end\"");
  wire_wait_for_messages(wire, 1);
  CHECK_INT(wire->errors, 0);
  need_less_than((size_t) 64 << 20);
}

TEST_OF_ALL(a_handle_is_not_sent_without_end) {
  struct bytes nack = wire_frame(wire, NACK);
  int sent = 0;
  CHECK_INT(wire_send(wire, "1", "1", (cp_handle){ CP_HANDLE_NATIVE, 0 }), 0);
  for (int i = 0; i < 50; i++) {
    run_idle(NULL);
    CHECK(wire_pull(wire));
    sent += wire->with_count;
    wire_close_wired(wire);
    wire_write(wire, nack.data, nack.length);
  }
  RUN_UNTIL(NULL, wire->lost == 1);
  CHECK_INT(sent, 4);
  CHECK_INT(count_descriptors(), wire->descriptors);
}

TEST_OF_ALL(a_peer_that_never_answers_holds_no_more_than_the_queue_may_have) {
  int result = 0, sent = 0;
  CHECK_INT(cp_channel_set_limits(wire->channel, 0, 10000), 0);
  for (; result >= 0 && sent < 100000; sent++)
    result = wire_send(wire, "\"0123456789\"", "x", (cp_handle){ CP_HANDLE_NONE, -1 });
  CHECK(result == 0 || result == UV_ENOBUFS);
  CHECK_INT(wire_send(wire, "1", NULL, (cp_handle){ CP_HANDLE_NATIVE, 0 }), UV_ENOBUFS);
  CHECK_INT(count_descriptors(), wire->descriptors);
  wire_hang_up(wire);
  RUN_UNTIL(NULL, wire->disconnects == 1);
}
