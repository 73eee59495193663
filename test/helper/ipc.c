/* SPDX-License-Identifier: MIT */
/*
 * The modes of the helper that have a channel. They speak the wire by hand: for a test they are the
 * programs of others that read NODE_CHANNEL_FD.
 */
#include "helper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int channel_fd(void) {
  const char *text = getenv("NODE_CHANNEL_FD");
  return text ? atoi(text) : -1;
}

static int send_descriptor(int over, int fd) {
  char byte = 'd';
  struct iovec part = { &byte, 1 };
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };
  control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                     .cmsg_type = SCM_RIGHTS,
                                     .cmsg_len = CMSG_LEN(sizeof(int)) };
  memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  return sendmsg(over, &message, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/*
 * ipc-lend FD: gives its end of the channel to the test, over FD, and keeps none. Then the test can
 * say on the wire what it wants, at the moment that it wants. Ends when FD does.
 */
int lend_channel(char **arguments) {
  int over = atoi(arguments[0]);
  int fd = channel_fd();
  char byte;
  if (fd < 0 || send_descriptor(over, fd) < 0) return 1;
  close(fd);
  if (write_all(over, "r", 1) < 0) return 1;
  while (read(over, &byte, 1) > 0) continue;
  return 0;
}

/* ipc-say TEXT: writes the text to the channel as it is, and ends. */
int say(char **arguments) {
  return write_all(channel_fd(), arguments[0], strlen(arguments[0])) < 0;
}

/* ipc-numbers COUNT: writes so many numbered messages, in pieces of all sizes. */
int say_numbers(char **arguments) {
  enum { ROOM = 1 << 16 };
  static char text[ROOM + 64];
  long count = atol(arguments[0]);
  unsigned random = (unsigned) getpid();
  size_t length = 0;
  for (long i = 0; i <= count; i++) {
    if (length > ROOM || i == count) {
      for (size_t at = 0; at < length;) {
        random = random * 1103515245 + 12345;
        size_t piece = 1 + (random >> 8) % 3000;
        if (piece > length - at) piece = length - at;
        if (write_all(channel_fd(), text + at, piece) < 0) return 1;
        at += piece;
      }
      length = 0;
    }
    if (i < count) length += (size_t) sprintf(text + length, "{\"number\":%ld}\n", i);
  }
  return 0;
}

/* ipc-endless TEXT: writes the text again and again, as fast as it goes, and never reads. */
int say_endlessly(char **arguments) {
  static char text[1 << 16];
  size_t length = strlen(arguments[0]), filled = 0;
  for (; filled + length <= sizeof text; filled += length)
    memcpy(text + filled, arguments[0], length);
  while (write_all(channel_fd(), text, filled) == 0) continue;
  return 0;
}

/* ipc-count: reads to the end of the channel; prints how many bytes and lines there were. */
int count_channel(char **arguments) {
  static char data[1 << 16];
  unsigned long bytes = 0, lines = 0;
  ssize_t got;
  (void) arguments;
  while ((got = read(channel_fd(), data, sizeof data)) > 0 || (got < 0 && errno == EINTR)) {
    for (ssize_t i = 0; i < got; i++) lines += data[i] == '\n';
    bytes += got > 0 ? (unsigned long) got : 0;
  }
  printf("%lu bytes, %lu lines, end %d\n", bytes, lines, got < 0 ? errno : 0);
  return 0;
}

/* ipc-talk COUNT: writes that many bytes of one message before it reads anything; then counts. */
int talk_first(char **arguments) {
  static char data[1 << 16];
  size_t count = strtoul(arguments[0], NULL, 10);
  memset(data, ' ', sizeof data);
  for (size_t sent = 0; sent < count; sent += sizeof data)
    if (write_all(channel_fd(), data, sizeof data) < 0) return 1;
  if (write_all(channel_fd(), "1\n", 2) < 0) return 1;
  return count_channel(arguments);
}

/*
 * ipc-leave: ends at once, and leaves a process that holds the channel: for each line of standard
 * input it writes the line to the channel. It ends with standard input.
 */
int leave_channel(char **arguments) {
  char line[256];
  pid_t pid = fork();
  (void) arguments;
  if (pid < 0) return 99;
  if (pid > 0) return 0;
  close(1), close(2);
  while (fgets(line, sizeof line, stdin))
    if (write_all(channel_fd(), line, strlen(line)) < 0) _exit(1);
  _exit(0);
}
