/* SPDX-License-Identifier: MIT */
/*
 * The limit of messages: their bytes over a socket pair, a system call for each that is sent, as
 * large reads as they come. Nothing is looked at but the length.
 */
#include "messages.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_SIZE = 65536 };

static char buffer[READ_SIZE];
static size_t size; /* of a message with its line break */

static void write_all(int fd, const char *data, size_t length) {
  while (length > 0) {
    ssize_t count = write(fd, data, length);
    if (count <= 0) fail("write: %d", errno);
    data += count;
    length -= (size_t) count;
  }
}

/* False: the other end has closed. Who reads messages does not know how long they are, so each
 * read asks for as much as there may be. */
static bool read_all(int fd, size_t length) {
  while (length > 0) {
    ssize_t count = read(fd, buffer, sizeof buffer);
    if (count == 0 || (count < 0 && errno == ECONNRESET)) return false;
    if (count < 0) fail("read: %d", errno);
    if ((size_t) count > length) fail("more came than was sent");
    length -= (size_t) count;
  }
  return true;
}

static _Noreturn void echo(int fd) {
  while (read_all(fd, size)) write_all(fd, buffer, size);
  _exit(0);
}

static _Noreturn void swallow(int fd) {
  size_t block = size * (size_t) block_length();
  while (read_all(fd, block)) write_all(fd, "!", 1);
  _exit(0);
}

/* Our end of a pair, the other of which a child serves. */
static int start(void (*serve)(int fd)) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair: %d", errno);
  size = (size_t) request.size + 1;
  pid_t pid = fork();
  if (pid < 0) fail("fork: %d", errno);
  if (pid == 0) {
    (void) close(ends[0]);
    serve(ends[1]);
  }
  (void) close(ends[1]);
  return ends[0];
}

static void run_ping(void) {
  int fd = start(echo);
  char *message = long_text();
  while (another()) {
    write_all(fd, message, size);
    if (!read_all(fd, size)) fail("the child has gone");
  }
  finish_blocks(1);
}

static void run_send(void) {
  int fd = start(swallow);
  char *message = long_text();
  while (another()) {
    for (long left = block_length(); left > 0; left--) write_all(fd, message, size);
    if (!read_all(fd, 1)) fail("the child has gone");
  }
  finish_blocks(block_length());
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "ping", run_ping },
    { "send", run_send },
    { 0 },
  };
  return bench_main(argc, argv, scenarios, NULL);
}
