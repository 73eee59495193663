/* SPDX-License-Identifier: MIT */
/*
 * The one program that tests start: `helper MODE [ARGUMENT...]`. What it says about itself it
 * reads by system calls and /proc, never from what it believes. A mode that waits ends by itself
 * after five minutes, so that a test that dies leaves nothing for long.
 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pattern.h"

extern char **environ;

static size_t number(char **arguments, int index, size_t otherwise) {
  for (int i = 0; i < index; i++) {
    if (!arguments[i]) return otherwise;
  }
  return arguments[index] ? strtoul(arguments[index], NULL, 10) : otherwise;
}

int write_all(int fd, const void *data, size_t length) {
  const char *next = data;
  while (length > 0) {
    ssize_t sent = write(fd, next, length);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return -1;
    next += sent;
    length -= (size_t) sent;
  }
  return 0;
}

static int copy_to_end(int from, int to) {
  char data[65536];
  for (;;) {
    ssize_t got = read(from, data, sizeof data);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got < 0 ? 1 : 0;
    if (write_all(to, data, (size_t) got) < 0) return 1;
  }
}

__attribute__((noreturn)) static void wait_until_killed(void) {
  for (;;) pause();
}

/* Tells the test that the mode is set up, so that it need not guess by sleeping. */
static int ready_and_wait(int fd) {
  if (write_all(fd, "ready\n", 6) < 0) return 1;
  wait_until_killed();
}

static int echo(char **words) {
  static char line[65536];
  size_t length = 0;
  for (int i = 0; words[i]; i++) {
    length +=
        (size_t) snprintf(line + length, sizeof line - length, "%s%s", i > 0 ? " " : "", words[i]);
    if (length >= sizeof line) return 1;
  }
  line[length++] = '\n';
  return write_all(1, line, length) < 0;
}

static int both(char **words) {
  if (write_all(1, words[0], strlen(words[0])) < 0) return 1;
  return write_all(2, words[1], strlen(words[1])) < 0;
}

static int exit_with(char **arguments) {
  return (int) number(arguments, 0, 0);
}

/* spew COUNT [FD [CHUNK]] */
static int spew(char **arguments) {
  size_t count = number(arguments, 0, 0);
  int fd = (int) number(arguments, 1, 1);
  size_t chunk = number(arguments, 2, 65536);
  unsigned char data[65536];
  for (size_t sent = 0; sent < count;) {
    size_t length = count - sent < chunk ? count - sent : chunk;
    for (size_t i = 0; i < length; i++) data[i] = pattern_byte(sent + i);
    if (write_all(fd, data, length) < 0) return 1;
    sent += length;
  }
  return 0;
}

/* Writes COUNT bytes to standard output and to standard error at the same time. */
static int flood(char **arguments) {
  int status = 0;
  pid_t pid = fork();
  char *to_error[] = { arguments[0], (char[]){ "2" }, NULL };
  if (pid == 0) _exit(spew(to_error));
  int code = spew((char *[]){ arguments[0], NULL });
  waitpid(pid, &status, 0);
  return code ? code : WEXITSTATUS(status);
}

static int endless(char **arguments) {
  char data[4096];
  (void) arguments;
  memset(data, 'y', sizeof data);
  while (write_all(1, data, sizeof data) == 0) continue;
  return 1;
}

static int cat(char **arguments) {
  return copy_to_end((int) number(arguments, 0, 0), (int) number(arguments, 1, 1));
}

/* Reads COUNT bytes of FD, writes them to standard output, and ends. */
static int head(char **arguments) {
  size_t count = number(arguments, 0, 0);
  int fd = (int) number(arguments, 1, 0);
  char byte;
  for (size_t i = 0; i < count; i++) {
    if (read(fd, &byte, 1) != 1 || write_all(1, &byte, 1) < 0) return 1;
  }
  return 0;
}

/* echoes FD to itself, until the other end has ended its writing */
static int echo_fd(char **arguments) {
  int fd = (int) number(arguments, 0, 3);
  return copy_to_end(fd, fd);
}

static int sleep_until_killed(char **arguments) {
  (void) arguments;
  wait_until_killed();
}

static int ready(char **arguments) {
  (void) arguments;
  return ready_and_wait(1);
}

static int close_fd(char **arguments) {
  close((int) number(arguments, 0, 0));
  return ready_and_wait(number(arguments, 0, 0) == 1 ? 2 : 1);
}

static int ignore_term(char **arguments) {
  (void) arguments;
  signal(SIGTERM, SIG_IGN);
  return ready_and_wait(1);
}

static int exit_on_term_code;

static void exit_now(int signal_number) {
  (void) signal_number;
  _exit(exit_on_term_code);
}

static int exit_on_term(char **arguments) {
  exit_on_term_code = (int) number(arguments, 0, 0);
  signal(SIGTERM, exit_now);
  return ready_and_wait(1);
}

static int kill_self(char **arguments) {
  kill(getpid(), (int) number(arguments, 0, SIGKILL));
  return 1;
}

/*
 * grandchild CODE: exits with CODE, leaving behind a process that keeps every other descriptor
 * until standard input ends, and then says "late" on standard output.
 */
static int grandchild(char **arguments) {
  pid_t pid = fork();
  if (pid < 0) return 99;
  if (pid > 0) return (int) number(arguments, 0, 0);
  char byte;
  while (read(0, &byte, 1) > 0) continue;
  _exit(write_all(1, "late", 4) < 0);
}

/* As above, but it holds only FD, and until a line comes through it. */
static int holder(char **arguments) {
  int fd = (int) number(arguments, 0, 3);
  pid_t pid = fork();
  if (pid < 0) return 99;
  if (pid > 0) return 0;
  char byte;
  close(0);
  close(1);
  close(2);
  while (read(fd, &byte, 1) > 0 && byte != '\n') continue;
  _exit(0);
}

/* Burns MS milliseconds of processor time. */
static int burn(char **arguments) {
  clock_t end = clock() + (clock_t) (number(arguments, 0, 1) * (CLOCKS_PER_SEC / 1000));
  while (clock() < end) continue;
  return 0;
}

/* Touches MEGABYTES of memory. */
static int fill(char **arguments) {
  size_t size = number(arguments, 0, 1) << 20;
  char *memory = malloc(size);
  if (!memory) return 1;
  memset(memory, 1, size);
  int code = memory[size - 1] - 1;
  free(memory);
  return code;
}

static int value_of(char **arguments) {
  const char *value = getenv(arguments[0]);
  return value ? echo((char *[]){ (char *) value, NULL }) : 1;
}

static int environment(char **arguments) {
  (void) arguments;
  for (char **entry = environ; *entry; entry++) puts(*entry);
  return 0;
}

static const struct mode {
  const char *name;
  int (*run)(char **arguments);
} modes[] = {
  { "echo", echo },
  { "both", both },
  { "exit", exit_with },
  { "spew", spew },
  { "flood", flood },
  { "endless", endless },
  { "cat", cat },
  { "head", head },
  { "echo-fd", echo_fd },
  { "sleep", sleep_until_killed },
  { "ready", ready },
  { "close", close_fd },
  { "ignore-term", ignore_term },
  { "exit-on-term", exit_on_term },
  { "kill-self", kill_self },
  { "grandchild", grandchild },
  { "holder", holder },
  { "burn", burn },
  { "fill", fill },
  { "env", value_of },
  { "environ", environment },
  { "fds", report_descriptors },
  { "expect", expect_descriptors },
  { "kinds", report_kinds },
  { "signals", report_signals },
  { "ids", report_ids },
  { "cwd", report_cwd },
  { "ipc-lend", lend_channel },
  { "ipc-say", say },
  { "ipc-numbers", say_numbers },
  { "ipc-endless", say_endlessly },
  { "ipc-count", count_channel },
  { "ipc-talk", talk_first },
  { "ipc-leave", leave_channel },
};

int main(int argc, char **argv) {
  alarm(300);
  /* argv[0] is what some tests look at, so this mode is found in any place. */
  if (argc > 1 && strcmp(argv[1], "args") == 0) {
    for (int i = 0; i < argc; i++) puts(argv[i]);
    return 0;
  }
  for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++) {
    if (strcmp(argv[1], modes[i].name) == 0) return modes[i].run(argv + 2);
  }
  fprintf(stderr, "helper: unknown mode\n");
  return 98;
}
