/* SPDX-License-Identifier: MIT */
/* Descriptors that come with a NODE_HANDLE: answered, handed over, or closed. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

#define ACK  "{\"cmd\":\"NODE_HANDLE_ACK\"}"
#define NACK "{\"cmd\":\"NODE_HANDLE_NACK\"}"

static const char *handle_of(const char *type, const char *message) {
  return text("{\"cmd\":\"NODE_HANDLE\",\"type\":\"%s\",\"msg\":%s}", type, message);
}

TEST_OF_ALL(a_handle_is_acknowledged_and_comes_with_its_message) {
  int pair[2];
  int fds[] = { listening_socket(), connected_socket(pair), datagram_socket(AF_INET),
                make_anonymous(true) };
  const char *types[] = { "net.Server", "net.Socket", "dgram.Socket", "net.Native" };
  wire_listen(wire);
  for (int i = 0; i < 4; i++) {
    wire_say_with(wire, handle_of(types[i], text("{\"number\":%d}", i)), fds[i]);
    wire_expect_wired(wire, ACK, 0);
    wire_wait_for_messages(wire, i + 1);
    wire_expect_heard(wire, i, text("{\"number\":%d}", i), (cp_handle_type) (i + 1));
    CHECK_INT(inode_of(wire->heard[i].fd), inode_of(fds[i]));
    CHECK((fcntl(wire->heard[i].fd, F_GETFD) & FD_CLOEXEC) != 0);
    CHECK_INT(close(fds[i]), 0);
  }
  close(pair[1]);
  wire_expect_nothing_wired(wire);
  CHECK_INT(wire->errors, 0);
}

TEST_OF_ALL(a_handle_of_another_type_of_node_is_native) {
  int fd = datagram_socket(AF_INET6);
  wire_listen(wire);
  wire_say_with(wire, handle_of("dgram.Native", "1"), fd);
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "1", CP_HANDLE_NATIVE);
  wire_expect_wired(wire, ACK, 0);
  close(fd);
}

TEST_OF_ALL(messages_of_every_kind_come_with_a_handle) {
  static const char *const messages[] = { "null",
                                          "true",
                                          "-1.5",
                                          "\"\"",
                                          "\"text\"",
                                          "[]",
                                          "{}",
                                          "[1,{\"cmd\":\"NODE_X\"}]",
                                          "{\"cmd\":\"x\"}",
                                          "{\"msg\":{\"msg\":1}}" };
  enum { COUNT = sizeof messages / sizeof *messages };
  wire_listen(wire);
  for (int i = 0; i < COUNT; i++) {
    wire_say_with(wire, handle_of("net.Native", messages[i]), 0);
    wire_wait_for_messages(wire, i + 1);
    wire_expect_heard(wire, i, messages[i], CP_HANDLE_NATIVE);
    CHECK(wire->heard[i].has_value);
    wire_expect_wired(wire, ACK, 0);
  }
}

TEST_OF_ALL(a_handle_that_is_not_taken_is_closed) {
  int fd = make_anonymous(true);
  wire->leaves = true;
  wire_listen(wire);
  for (int i = 0; i < 10; i++) {
    wire_say_with(wire, handle_of("net.Native", "1"), fd);
    wire_wait_for_messages(wire, i + 1);
    wire_expect_heard(wire, i, "1", CP_HANDLE_NATIVE);
    wire_expect_wired(wire, ACK, 0);
    RUN_UNTIL(NULL, count_descriptors() == wire->descriptors + 1);
  }
  close(fd);
}

TEST_OF_ALL(a_handle_without_its_descriptor_is_not_acknowledged_and_no_message) {
  wire_listen(wire);
  wire_say(wire, handle_of("net.Socket", "1"));
  wire_say(wire, "2");
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "2", CP_HANDLE_NONE);
  wire_expect_wired(wire, NACK, 0);
  wire_expect_nothing_wired(wire);
}

/* Where the table is full the kernel keeps the descriptor, and Node is to send it again. */
TEST_OF_ALL(a_handle_that_finds_no_room_is_asked_for_again) {
  int fd = make_anonymous(true);
  unsigned long inode = inode_of(fd);
  wire_listen(wire);
  leave_descriptors(0);
  wire_say_with(wire, handle_of("net.Native", "1"), fd);
  wire_expect_wired(wire, NACK, 0);
  CHECK_INT(wire->messages, 0);
  CHECK(cp_connected(wire->channel));
  int pair[2] = { dup(0), -1 };
  CHECK(pair[0] < 0); /* still none */
  CHECK_INT(wire_try(wire, "", 0, NULL, 0), true);
  struct bytes frame = wire_frame(wire, handle_of("net.Native", "1"));
  CHECK(wire_try(wire, frame.data, frame.length, &fd, 1));
  CHECK_INT(close(fd), 0); /* on its way, and in nobody's table */
  wire_expect_wired(wire, ACK, 0);
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "1", CP_HANDLE_NATIVE);
  CHECK_INT(inode_of(wire->heard[0].fd), inode);
}

/* Node wraps it once more then. A second acknowledgement would end the sender by an assertion. */
TEST_OF_ALL(a_handle_that_is_sent_again_by_node_is_acknowledged_once) {
  int pair[2];
  int fd = connected_socket(pair);
  wire_listen(wire);
  wire_say_with(wire, handle_of("net.Native", handle_of("net.Socket", "{\"a\":1}")), fd);
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "{\"a\":1}", CP_HANDLE_SOCKET);
  CHECK_INT(inode_of(wire->heard[0].fd), inode_of(fd));
  wire_expect_wired(wire, ACK, 0);
  wire_expect_nothing_wired(wire);
  close(pair[0]), close(pair[1]);
}

TEST_OF_ALL(a_handle_that_is_sent_again_without_its_descriptor_is_asked_for_once) {
  wire_listen(wire);
  wire_say(wire, handle_of("net.Native", handle_of("net.Socket", "{\"a\":1}")));
  wire_expect_wired(wire, NACK, 0);
  wire_expect_nothing_wired(wire);
  CHECK_INT(wire->messages, 0);
}

TEST_OF_ALL(an_internal_message_with_a_handle_is_acknowledged_and_kept_apart) {
  int before = count_descriptors();
  wire_listen(wire);
  wire_say_with(wire, handle_of("net.Native", "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"x\"}"), 0);
  wire_expect_wired(wire, ACK, 0);
  wire_say(wire, "1");
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "1", CP_HANDLE_NONE);
  CHECK_INT(count_descriptors(), before);
}

/* ---- while nobody listens ---- */

TEST_OF_ALL(a_handle_is_acknowledged_while_nobody_listens_and_waits) {
  int fd = make_anonymous(true);
  wire_say(wire, "\"before\"");
  wire_say_with(wire, handle_of("net.Native", "\"with\""), fd);
  wire_say(wire, "\"behind\"");
  wire_expect_wired(wire, ACK, 0);
  CHECK_INT(wire->messages, 0);
  wire_listen(wire);
  wire_wait_for_messages(wire, 3);
  wire_expect_heard(wire, 0, "\"before\"", CP_HANDLE_NONE);
  wire_expect_heard(wire, 1, "\"with\"", CP_HANDLE_NATIVE);
  wire_expect_heard(wire, 2, "\"behind\"", CP_HANDLE_NONE);
  CHECK_INT(inode_of(wire->heard[1].fd), inode_of(fd));
  close(fd);
  wire_expect_nothing_wired(wire); /* not once more */
}

TEST_OF_ALL(handles_wait_in_order_while_nobody_listens) {
  enum { COUNT = 10 };
  int fds[COUNT];
  for (int i = 0; i < COUNT; i++) {
    fds[i] = make_anonymous(true);
    wire_say_with(wire, handle_of("net.Native", text("%d", i)), fds[i]);
    wire_expect_wired(wire, ACK, 0); /* Node sends no other before */
  }
  wire_listen(wire);
  wire_wait_for_messages(wire, COUNT);
  for (int i = 0; i < COUNT; i++) {
    wire_expect_heard(wire, i, text("%d", i), CP_HANDLE_NATIVE);
    CHECK_INT(inode_of(wire->heard[i].fd), inode_of(fds[i]));
    close(fds[i]);
  }
}

TEST_OF_ALL(a_handle_that_nobody_hears_is_closed_with_the_channel) {
  int fd = make_anonymous(true);
  wire_say_with(wire, handle_of("net.Native", "1"), fd);
  wire_expect_wired(wire, ACK, 0);
  wire_hang_up(wire);
  close(fd);
}

/* ---- what net.Server of Node asks the holder of its sockets ---- */

TEST_OF_ALL(a_count_of_sockets_is_answered) {
  wire_listen(wire);
  wire_say(wire, "{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"4:127.0.0.1:80\"}");
  wire_expect_wired(wire, "{\"cmd\":\"NODE_SOCKET_COUNT\",\"key\":\"4:127.0.0.1:80\",\"count\":0}",
                    0);
  CHECK_INT(wire->messages, 0);
}

/* The key of one on an abstract path has a zero byte in it. */
TEST_OF_ALL(the_close_of_a_server_is_answered) {
  static const char *const keys[] = { "4:127.0.0.1:80", "-1:\\u0000path:-1", "a \\\"key\\\"", "" };
  wire_listen(wire);
  for (int i = 0; i < 4; i++) {
    wire_say(wire, text("{\"cmd\":\"NODE_SOCKET_NOTIFY_CLOSE\",\"key\":\"%s\"}", keys[i]));
    wire_expect_wired(wire, text("{\"cmd\":\"NODE_SOCKET_ALL_CLOSED\",\"key\":\"%s\"}", keys[i]),
                      0);
  }
  CHECK_INT(wire->messages, 0);
}

TEST_OF_ALL(questions_are_answered_while_nobody_listens) {
  wire_say(wire, "{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k\"}");
  wire_expect_wired(wire, "{\"cmd\":\"NODE_SOCKET_COUNT\",\"key\":\"k\",\"count\":0}", 0);
  wire_say(wire, "{\"cmd\":\"NODE_SOCKET_NOTIFY_CLOSE\",\"key\":\"k\"}");
  wire_expect_wired(wire, "{\"cmd\":\"NODE_SOCKET_ALL_CLOSED\",\"key\":\"k\"}", 0);
}
