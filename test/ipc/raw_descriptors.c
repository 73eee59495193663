/* SPDX-License-Identifier: MIT */
/* Descriptors over a raw channel: lent with the message that they came with, or taken. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "wire.h"

static const cp_handle no_handle;

static cp_handle native(int fd) {
  return (cp_handle){ CP_HANDLE_NATIVE, fd };
}

/* ---- receiving ---- */

TEST_OF_RAW(a_descriptor_comes_with_its_message_and_may_be_taken) {
  int fd = make_anonymous(true);
  wire_listen(wire);
  wire_say_with(wire, "with", fd);
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "with", CP_HANDLE_NATIVE);
  CHECK(wire->heard[0].fd != fd);
  CHECK_INT(inode_of(wire->heard[0].fd), inode_of(fd));
  CHECK((fcntl(wire->heard[0].fd, F_GETFD) & FD_CLOEXEC) != 0);
  close(fd);
  CHECK_INT(wire->errors, 0);
  CHECK(cp_connected(wire->channel));
}

TEST_OF_RAW(a_descriptor_that_is_not_taken_is_closed) {
  int fd = make_anonymous(true);
  wire->leaves = true;
  wire_listen(wire);
  for (int i = 0; i < 20; i++) {
    wire_say_with(wire, "with", fd);
    wire_wait_for_messages(wire, i + 1);
    wire_expect_heard(wire, i, "with", CP_HANDLE_NATIVE);
    RUN_UNTIL(NULL, count_descriptors() == wire->descriptors + 1);
  }
  close(fd);
}

struct second {
  int lent, taken;
};

static void look(cp_channel *channel, cp_message *message, void *user) {
  (void) channel;
  ((struct second *) user)->lent = cp_message_handle(message).fd;
}

static void take(cp_channel *channel, cp_message *message, void *user) {
  struct second *second = user;
  (void) channel;
  CHECK_INT(cp_message_handle(message).fd, second->lent);
  second->taken = cp_message_take_fd(message);
}

static void find_none(cp_channel *channel, cp_message *message, void *user) {
  (void) channel, (void) user;
  CHECK_INT(cp_message_handle(message).type, CP_HANDLE_NONE);
  CHECK_INT(cp_message_handle(message).fd, -1);
  CHECK_INT(cp_message_take_fd(message), -1);
}

TEST_OF_RAW(each_listener_sees_a_descriptor_until_one_takes_it) {
  struct second second = { -1, -1 };
  int fd = make_anonymous(true);
  CHECK(cp_on_message(wire->channel, look, &second) != 0);
  CHECK(cp_on_message(wire->channel, take, &second) != 0);
  CHECK(cp_on_message(wire->channel, find_none, NULL) != 0);
  wire_say_with(wire, "with", fd);
  RUN_UNTIL(NULL, second.taken >= 0);
  CHECK_INT(second.taken, second.lent);
  CHECK_INT(inode_of(second.taken), inode_of(fd));
  close(second.taken);
  close(fd);
}

TEST_OF_RAW(a_message_without_one_has_none) {
  CHECK(cp_on_message(wire->channel, find_none, NULL) != 0);
  wire_listen(wire);
  wire_say(wire, "without");
  wire_wait_for_messages(wire, 1);
}

/* The frame in pieces, and the descriptor with any of them. */
TEST_OF_RAW(a_descriptor_that_comes_with_a_part_belongs_to_its_message) {
  int fd = make_anonymous(true);
  struct bytes frame = wire_frame(wire, "pieces");
  wire_listen(wire);
  for (size_t with = 0; with < frame.length; with++) {
    for (size_t i = 0; i < frame.length; i++) {
      bool went = wire_try(wire, frame.data + i, 1, &fd, i == with);
      CHECK(went);
      for (int j = 0; j < 3; j++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    }
    wire_wait_for_messages(wire, (int) with + 1);
    wire_expect_heard(wire, (int) with, "pieces", CP_HANDLE_NATIVE);
    CHECK_INT(inode_of(wire->heard[with].fd), inode_of(fd));
  }
  close(fd);
}

TEST_OF_RAW(descriptors_come_in_the_order_of_their_messages) {
  enum { COUNT = 20 };
  int fds[COUNT];
  for (int i = 0; i < COUNT; i++) {
    fds[i] = make_anonymous(true);
    wire_say_with(wire, text("%d", i), fds[i]);
  }
  wire_listen(wire);
  wire_wait_for_messages(wire, COUNT);
  for (int i = 0; i < COUNT; i++) {
    wire_expect_heard(wire, i, text("%d", i), CP_HANDLE_NATIVE);
    CHECK_INT(inode_of(wire->heard[i].fd), inode_of(fds[i]));
    close(fds[i]);
  }
}

TEST_OF_RAW(a_descriptor_never_takes_the_place_of_standard_ones) {
  int fd = make_anonymous(true);
  wire_listen(wire);
  close_standard(7);
  wire_say_with(wire, "with", fd);
  while (wire->messages == 0) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  for (int i = 0; i < 3; i++) CHECK(fcntl(i, F_GETFD) < 0);
  restore_standard();
  CHECK(wire->heard[0].fd > 2);
  close(fd);
}

/* ---- more of them than there should be ---- */

TEST_OF_RAW(surplus_descriptors_are_closed_and_told_of) {
  int fds[5];
  for (int i = 0; i < 5; i++) fds[i] = make_anonymous(true);
  struct bytes frame = wire_frame(wire, "with");
  wire_listen(wire);
  CHECK(wire_try(wire, frame.data, frame.length, fds, 5));
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "with", CP_HANDLE_NATIVE);
  CHECK_INT(inode_of(wire->heard[0].fd), inode_of(fds[0]));
  RUN_UNTIL(NULL, wire->errors == 1);
  CHECK_INT(count_descriptors(), wire->descriptors + 5 + 1);
  CHECK(cp_connected(wire->channel));
  wire_say(wire, "on");
  wire_wait_for_messages(wire, 2);
  wire_expect_heard(wire, 1, "on", CP_HANDLE_NONE);
  for (int i = 0; i < 5; i++) close(fds[i]);
}

TEST_OF_RAW(a_flood_of_descriptors_does_not_fill_the_table) {
  static int fds[250]; /* of 0, which is /dev/null for each test */
  struct bytes frame = wire_frame(wire, "with");
  wire->leaves = true;
  wire_listen(wire);
  for (int i = 0; i < 200; i++) {
    CHECK(wire_try(wire, frame.data, frame.length, fds, 1 + i % 250));
    CHECK(count_descriptors() < wire->descriptors + 3);
  }
  wire_wait_for_messages(wire, 200);
  CHECK_INT(count_descriptors(), wire->descriptors);
}

TEST_OF_RAW(a_flood_of_descriptors_that_nobody_hears_does_not_fill_the_table) {
  static int fds[250];
  struct bytes frame = wire_frame(wire, "with");
  int most = 0;
  for (int i = 0; i < 300 && !wire->disconnects; i++) {
    (void) wire_try(wire, frame.data, frame.length, fds, 250);
    int count = count_descriptors();
    if (count > most) most = count;
  }
  CHECK(most < wire->descriptors + 300);
  wire_hang_up(wire);
}

/* The kernel gives what it can, and says that it was not all. */
TEST_OF_RAW(a_descriptor_that_finds_no_room_is_told_of) {
  int fd = make_anonymous(true);
  wire_listen(wire);
  leave_descriptors(0);
  wire_say_with(wire, "with", fd);
  wire_wait_for_messages(wire, 1);
  wire_expect_heard(wire, 0, "with", CP_HANDLE_NONE);
  RUN_UNTIL(NULL, wire->errors == 1);
  CHECK(wire->error->number < 0);
  CHECK(cp_connected(wire->channel));
  close(fd); /* now there is room for one */
  wire_say_with(wire, "again", 0);
  wire_wait_for_messages(wire, 2);
  wire_expect_heard(wire, 1, "again", CP_HANDLE_NATIVE);
}

TEST_OF_RAW(descriptors_that_waited_are_closed_with_the_channel) {
  int fd = make_anonymous(true);
  for (int i = 0; i < 10; i++) wire_say_with(wire, "with", fd);
  run_idle(NULL);
  wire_hang_up(wire);
  close(fd);
}

TEST_OF_RAW(a_descriptor_with_half_a_frame_is_closed_with_the_channel) {
  int fd = make_anonymous(true);
  struct bytes frame = wire_frame(wire, "half");
  wire_listen(wire);
  CHECK(wire_try(wire, frame.data, frame.length - 2, &fd, 1));
  run_idle(NULL);
  wire_hang_up(wire);
  close(fd);
  wire_expect_broken(wire, UV_EPROTO, "within a message");
  CHECK_INT(count_descriptors(), wire->descriptors - 2); /* its end, and ours */
}

/* ---- sending ---- */

TEST_OF_RAW(a_descriptor_is_sent_with_the_first_byte_of_its_message) {
  int fd = make_anonymous(true);
  unsigned long inode = inode_of(fd);
  CHECK_INT(wire_send(wire, "with", "with", native(fd)), 0);
  close(fd); /* a duplicate goes */
  wire_expect_wired(wire, "with", 1);
  int got = wire_take_wired(wire);
  CHECK_INT(inode_of(got), inode);
  close(got);
  RUN_UNTIL(NULL, wire->sent == 1);
  CHECK_INT(count_descriptors(), wire->descriptors);
}

TEST_OF_RAW(messages_with_and_without_keep_their_order) {
  static const char *const texts[] = { "a", "b", "c", "d", "e", "f" };
  int fds[6];
  for (int i = 0; i < 6; i++) {
    bool has_one = i == 1 || i == 2 || i == 5;
    fds[i] = has_one ? make_anonymous(true) : -1;
    CHECK_INT(wire_send(wire, texts[i], texts[i], has_one ? native(fds[i]) : no_handle), 0);
  }
  for (int i = 0; i < 6; i++) wire_expect_wired(wire, texts[i], fds[i] >= 0);
  CHECK_STR(wire->told, "a b c d e f");
  CHECK_INT(wire->with_count, 3);
  for (int i = 5; i >= 0; i--) {
    if (fds[i] < 0) continue;
    CHECK_INT(inode_of(wire->with[i == 5 ? 2 : i - 1].fd), inode_of(fds[i]));
    close(fds[i]);
  }
}

/* Whatever the kernel takes at once, each goes out with its own descriptor. */
TEST_OF_RAW(large_messages_with_descriptors_keep_their_order) {
  enum { COUNT = 12 };
  static char large[100001];
  unsigned long inodes[COUNT];
  memset(large, 'x', sizeof large - 1);
  for (int i = 0; i < COUNT; i++) {
    int fd = make_anonymous(true);
    large[0] = (char) ('a' + i);
    inodes[i] = inode_of(fd);
    CHECK(wire_send(wire, large, "x", native(fd)) >= 0);
    close(fd);
  }
  for (int i = 0; i < COUNT; i++) {
    large[0] = (char) ('a' + i);
    wire_expect_wired(wire, large, 1);
  }
  CHECK_INT(wire->with_count, COUNT);
  for (int i = 0; i < COUNT; i++) CHECK_INT(inode_of(wire->with[i].fd), inodes[i]);
  RUN_UNTIL(NULL, wire->sent == COUNT);
  CHECK_INT(count_descriptors(), wire->descriptors + COUNT);
}

TEST_OF_RAW(a_handle_of_no_type_is_none) {
  CHECK_INT(wire_send(wire, "none", "none", (cp_handle){ CP_HANDLE_NONE, 0 }), 0);
  wire_expect_wired(wire, "none", 0);
}

TEST_OF_RAW(a_descriptor_that_is_not_open_is_refused) {
  int fd = make_anonymous(true);
  close(fd);
  CHECK_INT(wire_send(wire, "with", "with", native(fd)), UV_EBADF);
  CHECK_INT(cp_last_error()->number, UV_EBADF);
  CHECK_INT(wire_send(wire, "with", "with", native(-1)), UV_EBADF);
  wire_expect_nothing_wired(wire);
  CHECK_STR(wire->told, "");
}

TEST_OF_RAW(a_handle_type_that_there_is_not_is_refused) {
  CHECK_INT(wire_send(wire, "with", "with", (cp_handle){ (cp_handle_type) 5, 0 }), UV_EINVAL);
  CHECK_INT(wire_send(wire, "with", "with", (cp_handle){ (cp_handle_type) -1, 0 }), UV_EINVAL);
  wire_expect_nothing_wired(wire);
}

TEST_OF_RAW(no_descriptor_left_for_the_duplicate_is_refused) {
  leave_descriptors(0);
  CHECK_INT(wire_send(wire, "with", "with", native(0)), UV_EMFILE);
  CHECK_INT(cp_last_error()->number, UV_EMFILE);
  CHECK_INT(wire_send(wire, "without", "without", no_handle), 0);
  wire_expect_wired(wire, "without", 0);
}

TEST_OF_RAW(what_is_lost_closes_its_descriptors) {
  static char large[(16 << 20) + 1]; /* more than the system takes */
  memset(large, 'x', sizeof large - 1);
  CHECK_INT(wire_send(wire, large, "a", native(0)), CP_FULL);
  CHECK_INT(wire_send(wire, "b", "b", native(0)), CP_FULL);
  CHECK_INT(wire_send(wire, "c", "c", no_handle), CP_FULL);
  uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  wire_hang_up(wire);
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_STR(wire->told, "a! b! c!");
}
