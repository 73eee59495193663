/* SPDX-License-Identifier: MIT */
/* The descriptor behind a stream, lent or handed over. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

static void no_data(cp_stream *stream, const char *data, size_t length, void *user) {
  (void) stream, (void) data, (void) length, (void) user;
}

TEST(stream_fd_is_lent) {
  struct stat status;
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  CHECK_INT(fstat(cp_stream_fd(cp_stdin(w->child)), &status), 0);
  CHECK(S_ISFIFO(status.st_mode));
  CHECK_INT(fstat(cp_stream_fd(cp_stdout(w->child)), &status), 0);
  CHECK(S_ISFIFO(status.st_mode));
  cp_end(cp_stdin(w->child));
  watch_run(w);
}

TEST(a_taken_descriptor_is_blocking_and_close_on_exec) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("echo", "taken"), NULL));
  int fd = cp_stream_take_fd(cp_stdout(w->child));
  CHECK(fd > 2);
  CHECK(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
  CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  CHECK_INT(cp_stream_fd(cp_stdout(w->child)), -1);
  char line[16];
  CHECK_INT(read(fd, line, sizeof line), 6);
  CHECK_MEM(line, 6, "taken\n", 6);
  CHECK_INT(read(fd, line, sizeof line), 0);
  close(fd);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(close_does_not_wait_for_a_taken_descriptor) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("grandchild", "0"), NULL));
  int in = cp_stream_take_fd(cp_stdin(w->child));
  int out = cp_stream_take_fd(cp_stdout(w->child));
  int err = cp_stream_take_fd(cp_stderr(w->child));
  CHECK(in > 2 && out > 2 && err > 2);
  watch_run(w);
  CHECK_STR(w->events, "spawn exit close");
  CHECK_INT(close(in), 0);
  char line[16];
  CHECK_INT(read(out, line, sizeof line), 4);
  CHECK_MEM(line, 4, "late", 4);
  close(out), close(err);
}

TEST(a_taken_stdin_is_written_by_the_taker) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("cat"), NULL));
  watch_stream(w, 1);
  int fd = cp_stream_take_fd(cp_stdin(w->child));
  CHECK_INT(write(fd, "by hand", 7), 7);
  CHECK_INT(close(fd), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "by hand");
}

TEST(a_socket_can_be_taken) {
  struct watch *w = watch_child_only(
      cp_spawn(test_helper(), CP_ARGS("echo-fd", "3"),
               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_SOCKET) }));
  int fd = cp_stream_take_fd(cp_stdio(w->child, 3));
  char line[16];
  CHECK_INT(write(fd, "hello", 5), 5);
  CHECK_INT(read(fd, line, sizeof line), 5);
  CHECK_MEM(line, 5, "hello", 5);
  close(fd);
  watch_run(w);
  CHECK_INT(w->code, 0);
}

TEST(a_stream_in_use_cannot_be_taken) {
  cp_child *child =
      cp_spawn(test_helper(), CP_ARGS("cat"),
               &(cp_options){ .stdio = CP_STDIO(CP_PIPE, CP_PIPE, CP_PIPE, CP_SOCKET, CP_SOCKET) });
  CHECK(cp_on_data(cp_stdout(child), no_data, NULL) != 0);
  CHECK_INT(cp_stream_take_fd(cp_stdout(child)), UV_EBUSY);
  CHECK_INT(cp_last_error()->number, UV_EBUSY);
  cp_pause(cp_stderr(child));
  CHECK_INT(cp_stream_take_fd(cp_stderr(child)), UV_EBUSY);
  cp_resume(cp_stderr(child));
  CHECK_INT(cp_stream_take_fd(cp_stderr(child)), UV_EBUSY);
  CHECK_INT(cp_write(cp_stdin(child), "x", 1), 0);
  CHECK_INT(cp_stream_take_fd(cp_stdin(child)), UV_EBUSY);
  CHECK_INT(cp_pipe(cp_stdio(child, 3), cp_stdio(child, 4)), 0);
  CHECK_INT(cp_stream_take_fd(cp_stdio(child, 3)), UV_EBUSY);
  CHECK_INT(cp_stream_take_fd(cp_stdio(child, 4)), UV_EBUSY);
  CHECK_INT(cp_end(cp_stdin(child)), 0);
  CHECK_INT(cp_run(NULL), 0);
}

TEST(a_descriptor_can_be_taken_once) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("exit", "0"), NULL));
  int fd = cp_stream_take_fd(cp_stdout(w->child));
  CHECK(fd > 2);
  CHECK(cp_stream_take_fd(cp_stdout(w->child)) < 0);
  CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
  close(fd);
  watch_run(w);
}

TEST(a_stream_that_was_taken_takes_no_data_listener) {
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("exit", "0"), NULL));
  int fd = cp_stream_take_fd(cp_stdout(w->child));
  CHECK_INT(cp_on_data(cp_stdout(w->child), no_data, NULL), 0);
  close(fd);
  watch_run(w);
}

static void take_late(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  *(int *) user = cp_stream_take_fd(cp_stdout(child));
}

TEST(an_untouched_stream_can_be_taken_after_exit) {
  int fd = -1;
  char data[100];
  struct watch *w = watch_child_only(cp_spawn(test_helper(), CP_ARGS("echo", "kept"), NULL));
  cp_on_exit(w->child, take_late, &fd);
  watch_run(w);
  CHECK(fd > 2);
  CHECK_INT(read(fd, data, sizeof data), 5);
  CHECK_MEM(data, 5, "kept\n", 5);
  close(fd);
}
