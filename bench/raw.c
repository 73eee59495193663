/* SPDX-License-Identifier: MIT */
/*
 * The limit: vfork, execve and wait4 by hand, with the same wiring of stdio as the library's, and
 * nothing else: no error told, no signal reset, no descriptor kept from the child.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A descriptor for the slot, or one of these. */
enum { NOTHING = -1 };

/* stdin of /dev/null for reading, then one for both, and that once more. */
static void wire(const int fds[3]) {
  if (fds[0] == NOTHING) {
    (void) close(0);
    if (open("/dev/null", O_RDONLY) != 0) _exit(127);
  } else {
    (void) dup2(fds[0], 0);
  }
  if (fds[1] == NOTHING) {
    (void) close(1);
    if (open("/dev/null", O_RDWR) != 1) _exit(127);
  } else {
    (void) dup2(fds[1], 1);
  }
  if (fds[2] != NOTHING) {
    (void) dup2(fds[2], 2);
  } else if (fds[1] == NOTHING) {
    (void) dup2(1, 2);
  } else {
    (void) close(2);
    if (open("/dev/null", O_RDWR) != 2) _exit(127);
  }
}

static pid_t start(char *path, char *argument, const int fds[3]) {
  char *args[] = { path, argument, NULL };
  pid_t pid = vfork();
  if (pid == 0) {
    wire(fds);
    (void) execve(path, args, environ);
    _exit(127);
  }
  if (pid < 0) fail("vfork: %d", errno);
  return pid;
}

static void wait_for(pid_t pid, int expected) {
  int status;
  struct rusage used;
  if (wait4(pid, &status, 0, &used) != pid) fail("wait4: %d", errno);
  check_exit(WIFEXITED(status) ? WEXITSTATUS(status) : -1,
             WIFSIGNALED(status) ? WTERMSIG(status) : 0, expected);
}

static const int nothing[3] = { NOTHING, NOTHING, NOTHING };

static void run_exit(void) {
  while (another()) wait_for(start(request.exit_path, NULL, nothing), EXIT_CODE);
}

/* ---- three pipes ---- */

struct three {
  int in, out, err; /* ours */
  pid_t pid;
};

static void make_pipe(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) < 0) fail("pipe2: %d", errno);
}

static struct three start_with_pipes(char *path) {
  int in[2], out[2], err[2];
  make_pipe(in);
  make_pipe(out);
  make_pipe(err);
  const int fds[3] = { in[0], out[1], err[1] };
  pid_t pid = start(path, NULL, fds);
  (void) close(in[0]);
  (void) close(out[1]);
  (void) close(err[1]);
  return (struct three){ in[1], out[0], err[0], pid };
}

/* Reads both until their end; what stdout brought must fit. */
static size_t read_both(const struct three *three, char *into, size_t size) {
  struct pollfd polled[2] = { { three->out, POLLIN, 0 }, { three->err, POLLIN, 0 } };
  size_t length = 0;
  for (int open = 2; open > 0;) {
    if (poll(polled, 2, -1) < 0) fail("poll: %d", errno);
    for (int i = 0; i < 2; i++) {
      if (!polled[i].revents) continue;
      char other[4096];
      char *at = i == 0 ? into + length : other;
      ssize_t count = read(polled[i].fd, at, i == 0 ? size - length : sizeof other);
      if (count < 0) fail("read: %d", errno);
      if (i == 0) length += (size_t) count;
      if (count > 0) continue;
      (void) close(polled[i].fd);
      polled[i].fd = -1;
      open--;
    }
  }
  return length;
}

static void run_pipes(void) {
  char buffer[4096];
  while (another()) {
    struct three three = start_with_pipes(request.exit_path);
    if (read_both(&three, buffer, sizeof buffer) != 0) fail("it wrote something");
    (void) close(three.in);
    wait_for(three.pid, EXIT_CODE);
  }
}

/* What exec does: the output in memory of its own, which is given back. */
static void run_exec(void) {
  enum { SIZE = 4096 };
  while (another()) {
    char *buffer = malloc(SIZE);
    struct three three = start_with_pipes(request.line_path);
    check_line(buffer, read_both(&three, buffer, SIZE));
    (void) close(three.in);
    wait_for(three.pid, 0);
    free(buffer);
  }
}

static void run_line(void) {
  while (another()) {
    int out[2];
    char buffer[4096];
    size_t length = 0;
    make_pipe(out);
    const int fds[3] = { NOTHING, out[1], NOTHING };
    pid_t pid = start(request.line_path, NULL, fds);
    (void) close(out[1]);
    for (ssize_t count; (count = read(out[0], buffer + length, sizeof buffer - length)) > 0;)
      length += (size_t) count;
    (void) close(out[0]);
    wait_for(pid, 0);
    check_line(buffer, length);
  }
}

/* ---- many ---- */

static void live(bool pipes) {
  if (pipes) {
    (void) start_with_pipes(request.wait_path);
  } else {
    (void) start(request.wait_path, NULL, nothing);
  }
}

static void run_crowd(void) {
  pid_t *pids = malloc((size_t) request.amount * sizeof *pids);
  if (!pids) fail("no memory");
  uint64_t before = now_ns();
  for (long i = 0; i < request.amount; i++) pids[i] = start(request.exit_path, NULL, nothing);
  for (long i = 0; i < request.amount; i++) wait_for(pids[i], EXIT_CODE);
  finish_with("us", (double) (now_ns() - before) / 1e3 / (double) request.amount,
              (uint64_t) request.amount);
}

/* ---- bytes ---- */

static pid_t start_flood(const int ends[2]) {
  char amount[24];
  (void) snprintf(amount, sizeof amount, "%ld", request.amount);
  const int fds[3] = { NOTHING, ends[1], NOTHING };
  pid_t pid = start(request.flood_path, amount, fds);
  (void) close(ends[1]);
  return pid;
}

enum { READ_SIZE = 65536, PIPE_SIZE = 1 << 20 };

static void read_flood(const int ends[2], uint64_t before) {
  static char buffer[READ_SIZE];
  pid_t pid = start_flood(ends);
  uint64_t bytes = 0;
  ssize_t count;
  while ((count = read(ends[0], buffer, sizeof buffer)) > 0) bytes += (uint64_t) count;
  wait_for(pid, 0);
  finish_bytes(before, bytes);
}

static void run_stream(void) {
  int ends[2];
  uint64_t before = now_ns();
  make_pipe(ends);
  (void) fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE);
  read_flood(ends, before);
}

static void run_socket(void) {
  int ends[2];
  uint64_t before = now_ns();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) fail("socketpair: %d", errno);
  read_flood(ends, before);
}

/* Straight to where it stays; pages are moved, not copied, when it grows. */
static void run_collect(void) {
  int ends[2];
  uint64_t before = now_ns();
  make_pipe(ends);
  (void) fcntl(ends[0], F_SETPIPE_SZ, PIPE_SIZE);
  pid_t pid = start_flood(ends);
  size_t capacity = PIPE_SIZE, length = 0;
  char *data = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (;;) {
    if (length == capacity) {
      data = mremap(data, capacity, capacity * 2, MREMAP_MAYMOVE);
      capacity *= 2;
    }
    if (data == MAP_FAILED) fail("no memory");
    size_t room = capacity - length < PIPE_SIZE ? capacity - length : PIPE_SIZE;
    ssize_t count = read(ends[0], data + length, room);
    if (count <= 0) break;
    length += (size_t) count;
  }
  wait_for(pid, 0);
  finish_bytes(before, length);
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "exit", run_exit },       { "sync", run_exit },
    { "pipes", run_pipes },     { "exec", run_exec },
    { "line", run_line },       { "crowd", run_crowd },
    { "stream", run_stream },   { "socket", run_socket },
    { "collect", run_collect }, { 0 },
  };
  return bench_main(argc, argv, scenarios, live);
}
