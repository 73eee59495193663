/* SPDX-License-Identifier: MIT */
/*
 * libc's posix_spawn, with what it needs for the same wiring.
 */
#include "common.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static pid_t start(char *path, int out) {
  char *args[] = { path, NULL };
  posix_spawn_file_actions_t actions;
  pid_t pid;
  int result = posix_spawn_file_actions_init(&actions);
  if (!result) result = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (!result && out < 0)
    result = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0);
  if (!result && out >= 0) result = posix_spawn_file_actions_adddup2(&actions, out, 1);
  if (!result && out < 0) result = posix_spawn_file_actions_adddup2(&actions, 1, 2);
  if (!result && out >= 0)
    result = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_RDWR, 0);
  if (!result) result = posix_spawn(&pid, path, &actions, NULL, args, environ);
  if (result) fail("posix_spawn: %d", result);
  (void) posix_spawn_file_actions_destroy(&actions);
  return pid;
}

static void wait_for(pid_t pid, int expected) {
  int status;
  if (waitpid(pid, &status, 0) != pid) fail("waitpid: %d", errno);
  check_exit(WIFEXITED(status) ? WEXITSTATUS(status) : -1,
             WIFSIGNALED(status) ? WTERMSIG(status) : 0, expected);
}

static void run_exit(void) {
  while (another()) wait_for(start(request.exit_path, -1), EXIT_CODE);
}

static void run_line(void) {
  while (another()) {
    int out[2];
    char buffer[4096];
    size_t length = 0;
    if (pipe2(out, O_CLOEXEC) < 0) fail("pipe2: %d", errno);
    pid_t pid = start(request.line_path, out[1]);
    (void) close(out[1]);
    for (ssize_t count; (count = read(out[0], buffer + length, sizeof buffer - length)) > 0;)
      length += (size_t) count;
    (void) close(out[0]);
    wait_for(pid, 0);
    check_line(buffer, length);
  }
}

static void live(bool pipes) {
  if (pipes) fail("no pipes here");
  (void) start(request.wait_path, -1);
}

static void run_crowd(void) {
  pid_t *pids = malloc((size_t) request.amount * sizeof *pids);
  if (!pids) fail("no memory");
  uint64_t before = now_ns();
  for (long i = 0; i < request.amount; i++) pids[i] = start(request.exit_path, -1);
  for (long i = 0; i < request.amount; i++) wait_for(pids[i], EXIT_CODE);
  finish_with("us", (double) (now_ns() - before) / 1e3 / (double) request.amount,
              (uint64_t) request.amount);
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "exit", run_exit }, { "sync", run_exit }, { "line", run_line }, { "crowd", run_crowd }, { 0 },
  };
  return bench_main(argc, argv, scenarios, live);
}
