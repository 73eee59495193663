/* SPDX-License-Identifier: MIT */
/* Descriptors that go with a message: one at a time, and the rest waits in its order. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

#define ACK  "{\"cmd\":\"NODE_HANDLE_ACK\"}"
#define NACK "{\"cmd\":\"NODE_HANDLE_NACK\"}"

static const cp_handle no_handle;

static cp_handle native(int fd) {
  return (cp_handle){ CP_HANDLE_NATIVE, fd };
}

static const char *native_of(const char *message) {
  return text("{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":%s}", message);
}

TEST_OF_ALL(each_type_of_handle_goes_as_node_would_send_it) {
  int pair[2];
  cp_handle handles[] = { { CP_HANDLE_SERVER, listening_socket() },
                          { CP_HANDLE_SOCKET, connected_socket(pair) },
                          { CP_HANDLE_DGRAM, datagram_socket(AF_INET) },
                          { CP_HANDLE_DGRAM, datagram_socket(AF_INET6) },
                          { CP_HANDLE_NATIVE, make_anonymous(true) } };
  const char *forms[] = {
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Server\",\"msg\":{\"a\":1}}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":{\"a\":1}}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"dgram.Socket\",\"msg\":{\"a\":1},\"dgramType\":\"udp4\"}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"dgram.Socket\",\"msg\":{\"a\":1},\"dgramType\":\"udp6\"}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"a\":1}}",
  };
  for (int i = 0; i < 5; i++) {
    unsigned long inode = inode_of(handles[i].fd);
    CHECK_INT(wire_send(wire, "{\"a\":1}", text("%d", i), handles[i]), 0);
    CHECK_INT(close(handles[i].fd), 0); /* a duplicate goes */
    wire_expect_wired(wire, forms[i], 1);
    int got = wire_take_wired(wire);
    CHECK_INT(inode_of(got), inode);
    close(got);
    wire_say(wire, ACK);
    RUN_UNTIL(NULL, wire->sent == i + 1);
  }
  close(pair[1]);
  CHECK_INT(count_descriptors(), wire->descriptors);
}

TEST_OF_ALL(what_is_sent_behind_a_handle_waits_for_its_acknowledgement) {
  CHECK_INT(wire_send(wire, "1", "1", no_handle), 0);
  CHECK_INT(wire_send(wire, "2", "2", native(0)), 0);
  CHECK_INT(wire_send(wire, "3", "3", no_handle), 0);
  CHECK_INT(wire_send(wire, "4", "4", native(0)), 0);
  CHECK_INT(wire_send(wire, "5", "5", no_handle), 0);
  wire_expect_wired(wire, "1", 0);
  wire_expect_wired(wire, native_of("2"), 1);
  wire_expect_nothing_wired(wire);
  CHECK_STR(wire->told, "1"); /* a handle is sent when it is acknowledged */
  wire_say(wire, ACK);
  wire_expect_wired(wire, "3", 0);
  wire_expect_wired(wire, native_of("4"), 1);
  wire_expect_nothing_wired(wire);
  CHECK_STR(wire->told, "1 2 3");
  wire_say(wire, ACK);
  wire_expect_wired(wire, "5", 0);
  wire_expect_nothing_wired(wire);
  CHECK_STR(wire->told, "1 2 3 4 5");
  CHECK_INT(count_descriptors(), wire->descriptors + 2); /* those that came here */
}

TEST_OF_ALL(answers_do_not_wait_behind_a_handle) {
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  wire_expect_wired(wire, native_of("1"), 1);
  wire_listen(wire);
  wire_say_with(wire, native_of("\"theirs\""), 0);
  wire_expect_wired(wire, ACK, 0);
  wire_wait_for_messages(wire, 1);
  wire_say(wire, native_of("\"none\""));
  wire_expect_wired(wire, NACK, 0);
  CHECK_STR(wire->told, "");
  wire_say(wire, ACK);
  RUN_UNTIL(NULL, wire->sent == 1);
}

/* Innermost is the message, and around it one NODE_HANDLE or more. */
static void expect_again(struct wire *wire, unsigned long inode) {
  size_t begin = wire->wired_checked;
  wire_pull_bytes(wire, begin + 5);
  run_idle(NULL);
  CHECK(wire_pull(wire));
  CHECK(memmem(wire->wired.data + begin, wire->wired.length - begin, "NODE_HANDLE", 11) != NULL);
  CHECK(memmem(wire->wired.data + begin, wire->wired.length - begin, "the one", 7) != NULL);
  CHECK(memmem(wire->wired.data + begin, wire->wired.length - begin, "behind", 6) == NULL);
  wire->wired_checked = wire->wired.length;
  int got = wire_take_wired(wire);
  CHECK_INT(inode_of(got), inode);
  close(got);
}

TEST_OF_ALL(a_handle_that_did_not_arrive_is_sent_again) {
  int fd = make_anonymous(true);
  unsigned long inode = inode_of(fd);
  CHECK_INT(wire_send(wire, "\"the one\"", "one", native(fd)), 0);
  CHECK_INT(wire_send(wire, "\"behind\"", "behind", no_handle), 0);
  close(fd);
  expect_again(wire, inode);
  wire_say(wire, NACK);
  expect_again(wire, inode);
  CHECK_STR(wire->told, "");
  wire_say(wire, ACK);
  wire_expect_wired(wire, "\"behind\"", 0);
  RUN_UNTIL(NULL, wire->sent == 2);
  CHECK_STR(wire->told, "one behind");
  CHECK_INT(count_descriptors(), wire->descriptors);
  CHECK_INT(wire->errors, 0);
}

TEST_OF_ALL(a_handle_is_given_up_when_it_did_not_arrive_four_times) {
  int fd = make_anonymous(true);
  unsigned long inode = inode_of(fd);
  CHECK_INT(wire_send(wire, "\"the one\"", "one", native(fd)), 0);
  CHECK_INT(wire_send(wire, "\"behind\"", "behind", no_handle), 0);
  close(fd);
  for (int i = 0; i < 4; i++) {
    expect_again(wire, inode);
    CHECK_STR(wire->told, "");
    wire_say(wire, NACK);
  }
  wire_expect_wired(wire, "\"behind\"", 0);
  RUN_UNTIL(NULL, wire->sent == 1);
  CHECK_STR(wire->told, "one! behind");
  CHECK(wire->lost_number < 0);
  CHECK_INT(count_descriptors(), wire->descriptors);
  CHECK(cp_connected(wire->channel));
}

TEST_OF_ALL(a_handle_that_is_given_up_without_a_callback_is_an_error_of_the_channel) {
  CHECK_INT(wire_send(wire, "\"the one\"", NULL, native(0)), 0);
  for (int i = 0; i < 4; i++) {
    expect_again(wire, inode_of(0));
    wire_say(wire, NACK);
  }
  RUN_UNTIL(NULL, wire->errors == 1);
  CHECK(wire->error->number < 0);
  CHECK(cp_connected(wire->channel));
}

TEST_OF_ALL(acknowledgements_that_nobody_waits_for_change_nothing) {
  for (int i = 0; i < 5; i++) wire_say(wire, i % 2 ? NACK : ACK);
  CHECK_INT(wire_send(wire, "1", "1", no_handle), 0);
  wire_expect_wired(wire, "1", 0);
  CHECK_INT(wire_send(wire, "2", "2", native(0)), 0);
  wire_expect_wired(wire, native_of("2"), 1);
  wire_say(wire, ACK);
  wire_say(wire, ACK);
  wire_say(wire, NACK);
  RUN_UNTIL(NULL, wire->sent == 2);
  wire_expect_nothing_wired(wire);
  CHECK_INT(wire->errors, 0);
}

/* ---- ends ---- */

TEST_OF_ALL(a_peer_that_ends_while_it_owes_the_acknowledgement) {
  CHECK_INT(wire_send(wire, "1", "1", no_handle), 0);
  CHECK_INT(wire_send(wire, "2", "2", native(0)), 0);
  CHECK_INT(wire_send(wire, "3", "3", no_handle), 0);
  CHECK_INT(wire_send(wire, "4", "4", native(0)), 0);
  wire_expect_wired(wire, "1", 0);
  wire_expect_wired(wire, native_of("2"), 1);
  wire_close_wired(wire);
  wire_hang_up(wire);
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_STR(wire->told, "1 2! 3! 4!");
}

TEST_OF_ALL(a_peer_that_closes_its_end_for_writing_owes_the_acknowledgement_for_ever) {
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  wire_expect_wired(wire, native_of("1"), 1);
  CHECK_INT(shutdown(wire->fd, SHUT_WR), 0);
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_STR(wire->told, "1!");
}

TEST_OF_ALL(what_was_sent_before_the_disconnect_arrives_behind_a_handle) {
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  CHECK_INT(wire_send(wire, "2", "2", no_handle), 0);
  CHECK_INT(wire_send(wire, "3", "3", native(0)), 0);
  CHECK_INT(wire_send(wire, "4", "4", no_handle), 0);
  cp_disconnect(wire->channel);
  CHECK(!cp_connected(wire->channel));
  CHECK_INT(wire_send(wire, "5", "5", no_handle), UV_EPIPE);
  wire_expect_wired(wire, native_of("1"), 1);
  run_idle(NULL);
  CHECK_INT(wire->disconnects, 0);
  wire_say(wire, ACK);
  wire_expect_wired(wire, "2", 0);
  wire_expect_wired(wire, native_of("3"), 1);
  CHECK_INT(wire->disconnects, 0);
  wire_say(wire, ACK);
  wire_expect_wired(wire, "4", 0);
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_STR(wire->told, "1 2 3 4");
}

TEST_OF_ALL(a_disconnect_with_a_handle_that_is_never_answered_ends_with_the_peer) {
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  CHECK_INT(wire_send(wire, "2", "2", no_handle), 0);
  cp_disconnect(wire->channel);
  wire_expect_wired(wire, native_of("1"), 1);
  run_idle(NULL);
  wire_hang_up(wire);
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_STR(wire->told, "1! 2!");
}

TEST_OF_ALL(a_shutdown_gives_up_what_waits_behind_a_handle) {
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  CHECK_INT(wire_send(wire, "2", "2", native(0)), 0);
  wire_expect_wired(wire, native_of("1"), 1);
  CHECK_INT(cp_shutdown(NULL), 0);
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_STR(wire->told, "1! 2!");
}

/* ---- limits and back-pressure ---- */

TEST_OF_ALL(what_waits_behind_a_handle_counts_for_the_queue) {
  CHECK_INT(cp_channel_set_limits(wire->channel, 0, 2400), 0);
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  wire_expect_wired(wire, native_of("1"), 1);
  const char *words = text("\"%s\"", string_of('x', 600));
  CHECK_INT(wire_send(wire, words, "2", no_handle), 0);
  CHECK_INT(wire_send(wire, words, "3", no_handle), 0);
  CHECK_INT(wire_send(wire, words, "4", no_handle), 0);
  CHECK_INT(wire_send(wire, words, "5", no_handle), UV_ENOBUFS);
  wire_say(wire, ACK);
  for (int i = 0; i < 3; i++) wire_expect_wired(wire, words, 0);
  CHECK_INT(wire_send(wire, words, "6", no_handle), 0);
  wire_expect_wired(wire, words, 0);
  CHECK_STR(wire->told, "1 2 3 4 6");
}

TEST_OF_ALL(a_sender_behind_a_handle_hears_when_it_is_enough_and_when_to_go_on) {
  char *words = strcpy(test_alloc(50003), text("\"%s\"", string_of('x', 4000)));
  memset(words, 'x', 50002);
  words[0] = words[50001] = '"';
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  wire_expect_wired(wire, native_of("1"), 1);
  CHECK_INT(wire_send(wire, words, "2", no_handle), 0);
  CHECK_INT(wire_send(wire, words, "3", no_handle), 0);
  CHECK_INT(wire_send(wire, words, "4", no_handle), CP_FULL);
  run_idle(NULL);
  CHECK_INT(wire->drains, 0);
  wire_say(wire, ACK);
  for (int i = 0; i < 3; i++) wire_expect_wired(wire, words, 0);
  RUN_UNTIL(NULL, wire->drains == 1);
  CHECK_STR(wire->told, "1 2 3 4");
}

TEST_OF_ALL(a_sender_behind_a_handle_does_not_wait_for_what_was_sent_later) {
  char *words = test_alloc(50003);
  memset(words, 'x', 50002);
  words[0] = words[50001] = '"';
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  CHECK_INT(wire_send(wire, words, "2", no_handle), 0);
  CHECK_INT(wire_send(wire, "3", "3", native(0)), 0);
  CHECK_INT(wire_send(wire, words, "4", no_handle), 0);
  CHECK_INT(wire_send(wire, words, "5", no_handle), CP_FULL);
  wire_expect_wired(wire, native_of("1"), 1);
  wire_say(wire, ACK);
  wire_expect_wired(wire, words, 0);
  wire_expect_wired(wire, native_of("3"), 1);
  CHECK_INT(wire_send(wire, "6", "6", native(0)), 0);
  CHECK_INT(wire_send(wire, "7", "7", no_handle), 0);
  run_idle(NULL);
  CHECK_INT(wire->drains, 0); /* 4 and 5 wait for the answer to 3 */
  wire_say(wire, ACK);
  wire_expect_wired(wire, words, 0);
  wire_expect_wired(wire, words, 0);
  wire_expect_wired(wire, native_of("6"), 1);
  RUN_UNTIL(NULL, wire->drains == 1);
  CHECK_INT(cp_channel_queued(wire->channel), wire_frame(wire, "7").length);
  wire_say(wire, ACK);
  wire_expect_wired(wire, "7", 0);
  CHECK_STR(wire->told, "1 2 3 4 5 6 7");
  CHECK_INT(wire->drains, 1);
}

TEST_OF_ALL(an_answer_behind_more_than_may_wait_is_heard_when_somebody_listens) {
  const char *words = text("\"%s\"", string_of('x', 4000));
  CHECK_INT(wire_send(wire, "1", "1", native(0)), 0);
  wire_expect_wired(wire, native_of("1"), 1);
  for (int i = 0; i < 270; i++) wire_say(wire, words); /* more than 1 MiB */
  wire_say(wire, ACK);
  run_idle(NULL);
  CHECK_STR(wire->told, "");
  wire_listen(wire);
  RUN_UNTIL(NULL, wire->sent == 1);
  CHECK_INT(wire->messages, 270);
}

/* ---- what is refused ---- */

TEST_OF_ALL(a_descriptor_that_does_not_fit_its_type_is_refused) {
  int pair[2];
  int server = listening_socket(), datagram = datagram_socket(AF_INET);
  int file = make_anonymous(true), socket = connected_socket(pair);
  const struct {
    cp_handle handle;
    int error;
  } wrong[] = {
    { { CP_HANDLE_SERVER, file }, UV_EINVAL },     { { CP_HANDLE_SERVER, socket }, UV_EINVAL },
    { { CP_HANDLE_SERVER, datagram }, UV_EINVAL }, { { CP_HANDLE_SOCKET, file }, UV_EINVAL },
    { { CP_HANDLE_SOCKET, server }, UV_EINVAL },   { { CP_HANDLE_SOCKET, datagram }, UV_EINVAL },
    { { CP_HANDLE_DGRAM, file }, UV_EINVAL },      { { CP_HANDLE_DGRAM, server }, UV_EINVAL },
    { { CP_HANDLE_DGRAM, socket }, UV_EINVAL },    { { CP_HANDLE_NATIVE, -1 }, UV_EBADF },
    { { CP_HANDLE_SERVER, -1 }, UV_EBADF },        { { CP_HANDLE_NATIVE, 100000 }, UV_EBADF },
    { { (cp_handle_type) 5, file }, UV_EINVAL },   { { (cp_handle_type) -1, file }, UV_EINVAL },
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    CHECK_INT(wire_send(wire, "1", "1", wrong[i].handle), wrong[i].error);
    CHECK_INT(cp_last_error()->number, wrong[i].error);
    CHECK(strlen(cp_last_error()->message) > 10);
  }
  wire_expect_nothing_wired(wire);
  CHECK_STR(wire->told, "");
  close(file), close(server), close(datagram), close(pair[0]), close(pair[1]);
}

TEST_OF_ALL(no_descriptor_left_for_the_duplicate_is_refused) {
  leave_descriptors(0);
  CHECK_INT(wire_send(wire, "1", "1", native(0)), UV_EMFILE);
  CHECK_INT(wire_send(wire, "2", "2", no_handle), 0);
  wire_expect_wired(wire, "2", 0);
  CHECK_STR(wire->told, "2");
}

TEST_OF_ALL(what_is_no_json_is_refused_with_a_handle_as_well) {
  CHECK_INT(wire_send(wire, "{", "1", native(0)), UV_EINVAL);
  CHECK_INT(count_descriptors(), wire->descriptors);
  wire_expect_nothing_wired(wire);
}

TEST_OF_ALL(line_breaks_between_the_tokens_do_not_reach_the_wire_with_a_handle) {
  CHECK_INT(wire_send(wire, "{\n \"a\" :\r\n [ 1,\n2 ] }", "1", native(0)), 0);
  wire_expect_wired(wire, native_of("{\"a\":[1,2]}"), 1);
  wire_say(wire, ACK);
  RUN_UNTIL(NULL, wire->sent == 1);
}

TEST_OF_ALL(values_go_with_a_handle_as_well) {
  cp_value *value = cp_value_put(cp_value_new_object(), "a", cp_value_new_number(1));
  CHECK_INT(cp_send_value(wire->channel, value, &(cp_send_options){ .handle = native(0) }), 0);
  cp_value_free(value);
  wire_expect_wired(wire, native_of("{\"a\":1}"), 1);
  wire_say(wire, ACK);
  struct bytes payload = wire_payload(wire, "{\"a\":2}");
  CHECK_INT(cp_send_payload(wire->channel, (cp_bytes){ payload.data, payload.length },
                            &(cp_send_options){ .handle = native(0) }),
            0);
  wire_expect_wired(wire, native_of("{\"a\":2}"), 1);
  wire_say(wire, ACK);
}
