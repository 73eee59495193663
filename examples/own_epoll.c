/* SPDX-License-Identifier: MIT */
/*
 * A program whose loop is not libuv's, but waits in an epoll set of its own. libuv's loop is one
 * descriptor in that set, uv_backend_fd(), which becomes readable when there is something to do;
 * uv_backend_timeout() tells when there is something to do without it. What is in the set beside
 * it here is a timer of the program, by which it ends the child.
 *
 * It is linked with libuv too: pkg-config --cflags --libs child_process libuv.
 */
#include <child_process.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <uv.h>

struct program {
  uv_loop_t loop;
  cp_child *child;
  int set;
  int timer;
};

static void print(cp_stream *out, const char *data, size_t length, void *user) {
  struct program *program = user;
  (void) out;
  fwrite(data, 1, length, stdout);
  struct itimerspec soon = { .it_value = { .tv_nsec = 100000000 } };
  timerfd_settime(program->timer, 0, &soon, NULL);
}

static void explain(cp_child *child, const cp_error *error, void *user) {
  (void) child, (void) user;
  fprintf(stderr, "%s\n", error->message);
}

static void report(cp_child *child, int code, int signal, void *user) {
  struct program *program = user;
  (void) child;
  printf("the child ended: code %d, signal %d\n", code, signal);
  program->child = NULL;
}

static void add(int set, int fd) {
  struct epoll_event event = { .events = EPOLLIN, .data = { .fd = fd } };
  epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

/* Turns libuv's loop, then waits: what a listener has begun to watch is in the set after a turn. */
static void run(struct program *program) {
  while (uv_run(&program->loop, UV_RUN_NOWAIT)) {
    struct epoll_event event;
    int count = epoll_wait(program->set, &event, 1, uv_backend_timeout(&program->loop));
    uint64_t times;
    if (count == 1 && event.data.fd == program->timer &&
        read(program->timer, &times, sizeof times) == sizeof times) {
      printf("our timer: that is enough\n");
      cp_kill(program->child, SIGTERM);
    }
  }
}

int main(void) {
  struct program program = { .set = epoll_create1(EPOLL_CLOEXEC),
                             .timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC) };
  if (program.set < 0 || program.timer < 0 || uv_loop_init(&program.loop) != 0) return 1;
  add(program.set, program.timer);
  add(program.set, uv_backend_fd(&program.loop));

  cp_options options = { .loop = &program.loop };
  program.child = cp_spawn("sh", CP_ARGS("-c", "echo it runs; exec sleep 60"), &options);
  if (!program.child) fprintf(stderr, "%s\n", cp_last_error()->message);
  cp_on_data(cp_stdout(program.child), print, &program);
  cp_on_error(program.child, explain, &program);
  cp_on_close(program.child, report, &program);
  run(&program);
  close(program.timer);
  close(program.set);
  return uv_loop_close(&program.loop) != 0;
}
