/* SPDX-License-Identifier: MIT */
/* The parts of a channel by themselves: queues of bytes, framing, descriptors that come and go. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/arrivals.h"
#include "ipc/descriptor.h"
#include "ipc/framing.h"
#include "ipc/outbox.h"
#include "ipc/sent.h"
#include "ipc/sockets.h"
#include "ipc/unheard.h"
#include "line.h"
#include "support/system.h"

static int new_descriptor(void) {
  int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(fd >= 0);
  return fd;
}

static bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

/* ---- bytes ---- */

TEST(what_was_taken_makes_room_where_it_is_the_larger_part) {
  struct byte_queue queue = { 0 };
  CHECK_INT(buffer_append(&queue.bytes, "abcdef", 6), 0);
  queue.start = 2;
  byte_queue_trim(&queue);
  CHECK_INT(queue.start, 2);
  queue.start = 4;
  byte_queue_trim(&queue);
  CHECK_INT(queue.start, 0);
  CHECK_MEM(byte_queue_first(&queue), byte_queue_length(&queue), "ef", 2);
  byte_queue_done(&queue);
}

TEST(much_memory_is_given_back_when_all_was_taken) {
  struct byte_queue queue = { 0 };
  CHECK_INT(buffer_reserve(&queue.bytes, 5 << 20), 0);
  queue.bytes.length = queue.start = 5 << 20;
  byte_queue_trim(&queue);
  CHECK_INT(queue.bytes.capacity, 0);
}

/* ---- who is to be told ---- */

TEST(who_waits_is_told_in_order_and_a_crowd_leaves_no_memory_behind) {
  enum { CROWD = 5000, LEFT = 10, ENOUGH = 1024 };
  struct sent_list list = { 0 };
  struct sent sent;
  uint64_t added = 0, taken = 0;
  CHECK(!sent_take(&list, UINT64_MAX, &sent));
  for (int round = 0; round < 3; round++) {
    for (; added < taken + CROWD; sent_add(&list, &(struct sent){ .end = ++added }))
      CHECK_INT(sent_reserve(&list), 0);
    CHECK(!sent_is_due(&list, taken));
    while (sent_take(&list, added - LEFT, &sent)) CHECK_INT(sent.end, ++taken);
    CHECK_INT(taken, added - LEFT);
    CHECK_INT(list.count, LEFT);
    CHECK_INT(sent_size(&list), LEFT * sizeof sent);
    CHECK(list.capacity <= ENOUGH);
  }
  sent_done(&list);
}

/* ---- framing ---- */

TEST(a_length_of_an_advanced_frame_is_read_behind_one_that_is_lent) {
  struct input input = { .scanned = 0 };
  struct frame frame;
  /* The '\0' behind the first payload stands in the length of the second, which is 2^24. */
  const char bytes[] = { 0, 0, 0, 1, 'a', 1, 0, 0, 0, 'b' };
  CHECK_INT(buffer_append(&input.queue.bytes, bytes, sizeof bytes), 0);
  CHECK_INT(framing_next_advanced(&input, 1 << 25, &frame), 1);
  CHECK_MEM(frame.data, frame.length, "a", 1);
  CHECK_INT(frame.data[1], '\0');
  CHECK(!framing_has_next_advanced(&input));
  framing_release(&input, &frame);
  CHECK_INT(framing_next_advanced(&input, 1 << 25, &frame), 0);
  CHECK_INT(framing_next_advanced(&input, (1 << 24) - 1, &frame), -EMSGSIZE);
  byte_queue_done(&input.queue);
}

TEST(to_ask_for_the_next_frame_changes_nothing) {
  struct input input = { .scanned = 0 };
  struct frame frame;
  CHECK(!framing_has_next_json(&input));
  CHECK_INT(buffer_append(&input.queue.bytes, "1\n22\n3", 6), 0);
  for (int i = 0; i < 3; i++) CHECK(framing_has_next_json(&input));
  CHECK_INT(framing_next_json(&input, 10, &frame), 1);
  CHECK_STR(frame.data, "1");
  for (int i = 0; i < 3; i++) CHECK(framing_has_next_json(&input));
  framing_release(&input, &frame);
  CHECK_INT(framing_next_json(&input, 10, &frame), 1);
  CHECK_STR(frame.data, "22");
  CHECK(!framing_has_next_json(&input));
  framing_release(&input, &frame);
  CHECK_INT(framing_next_json(&input, 10, &frame), 0);
  byte_queue_done(&input.queue);
}

TEST(a_head_has_the_highest_byte_first) {
  char frame[FRAMING_HEAD_SIZE];
  CHECK_INT(framing_write_head(frame, FRAMING_HEAD_SIZE + 0x01020304), 0);
  CHECK_MEM(frame, sizeof frame, "\1\2\3\4", 4);
  CHECK_INT(framing_write_head(frame, FRAMING_HEAD_SIZE + (size_t) INT32_MAX), 0);
  CHECK_INT(framing_write_head(frame, FRAMING_HEAD_SIZE + (size_t) INT32_MAX + 1), -EMSGSIZE);
}

/* ---- descriptors that came in ---- */

TEST(a_descriptor_belongs_to_the_frames_of_its_read) {
  struct arrivals arrivals = { 0 };
  int fd = new_descriptor();
  CHECK_INT(arrivals_add(&arrivals, 10, 20, fd), 0);
  CHECK_INT(arrivals_find(&arrivals, 0, 10), -1);
  CHECK_INT(arrivals_find(&arrivals, 0, 11), fd);
  CHECK_INT(arrivals_find(&arrivals, 19, 30), fd);
  CHECK_INT(arrivals_find(&arrivals, 20, 30), -1);
  CHECK_INT(arrivals_expire(&arrivals, 19), 0);
  CHECK(is_open(fd));
  CHECK_INT(arrivals_expire(&arrivals, 20), 1);
  CHECK(!is_open(fd));
  arrivals_done(&arrivals);
}

TEST(a_descriptor_that_was_taken_is_not_closed) {
  struct arrivals arrivals = { 0 };
  int first = new_descriptor(), second = new_descriptor();
  CHECK_INT(arrivals_add(&arrivals, 0, 5, first), 0);
  CHECK_INT(arrivals_add(&arrivals, 5, 10, second), 0);
  arrivals_take(&arrivals, first);
  arrivals_done(&arrivals);
  CHECK(is_open(first));
  CHECK(!is_open(second));
  close(first);
}

TEST(descriptors_beyond_the_limit_are_closed) {
  struct arrivals arrivals = { 0 };
  for (int i = 0; i < ARRIVALS_MAX; i++)
    CHECK_INT(arrivals_add(&arrivals, 0, 1, new_descriptor()), 0);
  int fd = new_descriptor();
  CHECK_INT(arrivals_add(&arrivals, 0, 1, fd), -EMFILE);
  CHECK(!is_open(fd));
  arrivals_done(&arrivals);
}

TEST(messages_that_wait_keep_their_descriptors) {
  struct unheard unheard = { .descriptors = 0 };
  struct unheard_message message;
  int fd = new_descriptor(), left = new_descriptor();
  CHECK(!unheard_next(&unheard, &message));
  CHECK_INT(unheard_add(&unheard, "plain", 5, -1), 0);
  CHECK_INT(unheard_add(&unheard, "", 0, fd), 0);
  CHECK_INT(unheard_add(&unheard, "left", 4, left), 0);
  CHECK(unheard_next(&unheard, &message));
  CHECK_STR(message.data, "plain");
  CHECK_INT(message.fd, -1);
  CHECK(unheard_next(&unheard, &message));
  CHECK_STR(message.data, "");
  CHECK_INT(message.fd, fd);
  CHECK_INT(unheard.descriptors, 1);
  unheard_done(&unheard);
  CHECK(is_open(fd));
  CHECK(!is_open(left));
  close(fd);
}

/* ---- and those that leave ---- */

static void put(struct outbox *outbox, const char *words, int fd) {
  CHECK_INT(buffer_append(&outbox->queue.bytes, words, strlen(words)), 0);
  CHECK_INT(outbox_add(outbox, strlen(words), fd), 0);
}

static void expect(int socket, const char *words, bool has_descriptor) {
  char data[100];
  struct descriptor_received received;
  ssize_t count = descriptor_read(socket, data, sizeof data, &received);
  CHECK_MEM(data, (size_t) count, words, strlen(words));
  CHECK((received.fd >= 0) == has_descriptor);
  if (received.fd >= 0) close(received.fd);
}

TEST(a_frame_with_a_descriptor_is_a_write_of_its_own) {
  struct outbox outbox = { .count = 0 };
  int pair[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0); /* a write is a read */
  put(&outbox, "a", -1);
  put(&outbox, "b", -1);
  put(&outbox, "with", new_descriptor());
  put(&outbox, "too", new_descriptor());
  put(&outbox, "c", -1);
  CHECK_INT(outbox_length(&outbox), 10);
  CHECK_INT(outbox_flush(&outbox, pair[0]), 0);
  CHECK_INT(outbox_length(&outbox), 0);
  expect(pair[1], "ab", false);
  expect(pair[1], "with", true);
  expect(pair[1], "too", true);
  expect(pair[1], "c", false);
  outbox_clear(&outbox);
  close(pair[0]), close(pair[1]);
}

TEST(one_frame_can_be_dropped_from_the_front_of_the_queue) {
  struct outbox outbox = { .count = 0 };
  int pair[2], fd = new_descriptor();
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  CHECK(!outbox_can_skip(&outbox));
  put(&outbox, "with", fd);
  put(&outbox, "c", -1);
  CHECK(outbox_can_skip(&outbox));
  outbox_skip(&outbox);
  CHECK(!is_open(fd));
  CHECK(!outbox_can_skip(&outbox));
  CHECK_INT(outbox_flush(&outbox, pair[0]), 0);
  expect(pair[1], "c", false);
  outbox_clear(&outbox);
  close(pair[0]), close(pair[1]);
}

TEST(a_queue_of_many_descriptors_is_cleared) {
  enum { COUNT = 30 };
  struct outbox outbox = { .count = 0 };
  int before = count_descriptors();
  for (int i = 0; i < COUNT; i++) put(&outbox, "x", new_descriptor());
  CHECK_INT(count_descriptors(), before + COUNT);
  outbox_clear(&outbox);
  CHECK_INT(count_descriptors(), before);
  CHECK_INT(outbox.written, COUNT);
}

/* ---- sockets of a server of Node ---- */

TEST(sockets_are_counted_by_their_server_as_long_as_they_are_open) {
  struct sockets sockets = { .count = 0 };
  const cp_bytes mine = { "4:a:1", 5 }, other = { "4:b", 3 };
  int fds[40];
  for (int i = 0; i < 40; i++) {
    fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockets_add(&sockets, fds[i], i % 4 ? mine : other);
  }
  CHECK_INT(sockets_count(&sockets, mine), 30);
  CHECK_INT(sockets_count(&sockets, other), 10);
  for (int i = 0; i < 20; i++) close(fds[i]);
  CHECK_INT(sockets_count(&sockets, mine), 15);
  /* Another at the same number is none of them. */
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK_INT(fd, fds[0]);
  CHECK_INT(sockets_count(&sockets, other), 5);
  close(fd);
  for (int i = 20; i < 40; i++) close(fds[i]);
  CHECK_INT(sockets_count(&sockets, mine) + sockets_count(&sockets, other), 0);
  CHECK_INT(sockets.count, 0);
  sockets_done(&sockets);
}

TEST(sockets_that_were_closed_take_no_memory) {
  struct sockets sockets = { .count = 0 };
  for (int i = 0; i < 1000; i++) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockets_add(&sockets, fd, (cp_bytes){ "k", 1 });
    close(fd);
  }
  CHECK(sockets.capacity <= 16);
  sockets_done(&sockets);
}

/* ---- what fits a type ---- */

TEST(a_descriptor_must_be_what_its_type_says) {
  int file = new_descriptor(), pair[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
  int udp = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int local = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const struct {
    cp_handle_type type;
    int fd, result;
  } cases[] = {
    { CP_HANDLE_NATIVE, file, 0 },          { CP_HANDLE_NATIVE, -1, -EBADF },
    { CP_HANDLE_SERVER, 9999, -EBADF },     { CP_HANDLE_SERVER, file, -ENOTSOCK },
    { CP_HANDLE_SERVER, pair[0], -EINVAL }, { CP_HANDLE_SOCKET, pair[0], 0 },
    { CP_HANDLE_SOCKET, udp, -EINVAL },     { CP_HANDLE_DGRAM, udp, 0 },
    { CP_HANDLE_DGRAM, local, -EINVAL },    { CP_HANDLE_DGRAM, pair[0], -EINVAL },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    CHECK_INT(descriptor_check((cp_handle){ cases[i].type, cases[i].fd }), cases[i].result);
  close(file), close(pair[0]), close(pair[1]), close(udp), close(local);
}
