/* SPDX-License-Identifier: MIT */
/* cp_parent(): what it takes, what it refuses, and what it keeps alive. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

/* ---- refusals ---- */

static void check_none(int number, const char *part) {
  CHECK(cp_parent(NULL) == NULL);
  CHECK_INT(cp_last_error()->number, number);
  CHECK_HAS(cp_last_error()->message, part);
}

static void check_stale(const char *fd) {
  pretend_parent(fd, "json");
  check_none(UV_EBADF, fd);
  CHECK(getenv("NODE_CHANNEL_FD") == NULL); /* a child of ours must not find it either */
}

TEST(a_program_that_was_not_forked_has_no_parent) {
  pretend_parent(NULL, NULL);
  check_none(UV_ENOENT, "NODE_CHANNEL_FD");
  pretend_parent(NULL, "json");
  check_none(UV_ENOENT, "NODE_CHANNEL_FD");
  pretend_parent(NULL, NULL);
}

TEST(a_number_that_is_none_is_stale) {
  static const char *const numbers[] = {
    "", "x", "3x", "-1", "99999999999999999999", "1e1", "0x3"
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) check_stale(numbers[i]);
}

TEST(a_descriptor_that_is_closed_or_of_another_kind_is_stale) {
  int fds[2];
  check_stale("900");
  CHECK_INT(pipe2(fds, O_CLOEXEC), 0);
  check_stale(text("%d", fds[0]));
  close(fds[0]), close(fds[1]);
  CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
  check_stale(text("%d", fds[0]));
  CHECK(fcntl(fds[0], F_GETFD) >= 0); /* not ours to close */
  close(fds[0]), close(fds[1]);
  fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(fds[0] >= 0);
  check_stale(text("%d", fds[0]));
  close(fds[0]);
  fds[0] = make_anonymous(true);
  check_stale(text("%d", fds[0]));
  close(fds[0]);
}

/* A listening socket of the program that has the number now. */
TEST(a_socket_without_another_end_is_stale) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(fd >= 0);
  check_stale(text("%d", fd));
  CHECK_INT(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
  close(fd);
}

TEST(another_serialization_is_not_supported_and_nothing_is_touched) {
  int pair[2];
  make_pair(pair);
  pretend_parent(text("%d", pair[0]), "messagepack");
  check_none(UV_ENOTSUP, "messagepack");
  CHECK_INT(fcntl(pair[0], F_GETFL) & O_NONBLOCK, 0);
  close(pair[0]), close(pair[1]);
  pretend_parent(NULL, NULL);
}

/* ---- what it takes ---- */

static void take(void *argument) {
  int pair[2];
  (void) argument;
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  pretend_parent(text("%d", pair[0]), "json");
  cp_channel *channel = cp_parent(NULL);
  CHECK(channel != NULL && cp_connected(channel));
  CHECK(getenv("NODE_CHANNEL_FD") == NULL);
  CHECK(getenv("NODE_CHANNEL_SERIALIZATION_MODE") == NULL);
  CHECK_INT(fcntl(pair[0], F_GETFD), FD_CLOEXEC);
  CHECK(fcntl(pair[0], F_GETFL) & O_NONBLOCK);
  CHECK(cp_parent(NULL) == channel);
  CHECK(cp_parent(uv_default_loop()) == channel);
  uv_loop_t other;
  CHECK_INT(uv_loop_init(&other), 0);
  CHECK(cp_parent(&other) == NULL);
  CHECK_INT(cp_last_error()->number, UV_EBUSY);
  CHECK_INT(uv_loop_close(&other), 0);
  close(pair[1]);
  /* Nobody listens, so nothing keeps the loop; it must still be told of the end. */
  uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  CHECK_INT(cp_shutdown(NULL), 0);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!cp_connected(channel));
  CHECK(cp_parent(NULL) == channel);
}

TEST(the_channel_is_taken_from_the_environment_once) {
  in_another_program(take, NULL);
}

static void take_without_mode(void *argument) {
  int pair[2];
  make_pair(pair);
  (void) argument;
  pretend_parent(text("%d", pair[0]), NULL);
  cp_channel *channel = cp_parent(NULL);
  CHECK(channel != NULL);
  cp_disconnect(channel);
  CHECK_INT(cp_run(NULL), 0);
  close(pair[1]);
}

TEST(no_mode_is_json) {
  in_another_program(take_without_mode, NULL);
}

static void take_on_a_loop(void *argument) {
  int pair[2];
  uv_loop_t loop;
  struct line line = { 0 };
  (void) argument;
  make_pair(pair);
  CHECK_INT(uv_loop_init(&loop), 0);
  pretend_parent(text("%d", pair[0]), "json");
  line.channel = cp_parent(&loop);
  CHECK(line.channel != NULL);
  CHECK(cp_parent(NULL) == NULL);
  line_listen(&line);
  CHECK_INT(write(pair[1], "1\n", 2), 2);
  close(pair[1]);
  CHECK_INT(cp_run(&loop), 0);
  CHECK_INT(line.messages, 1);
  CHECK_INT(uv_loop_close(&loop), 0);
}

TEST(the_channel_may_be_on_a_loop_of_the_program) {
  in_another_program(take_on_a_loop, NULL);
}

/* ---- what it keeps alive ---- */

static void nothing(cp_channel *channel, void *user) {
  (void) channel, (void) user;
}

static void no_message(cp_channel *channel, cp_message *message, void *user) {
  (void) channel, (void) message, (void) user;
}

static bool keeps_alive(void) {
  for (int i = 0; i < 20; i++) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  return uv_run(uv_default_loop(), UV_RUN_NOWAIT) != 0;
}

static cp_channel *take_parent(int *ret_wire) {
  int pair[2];
  make_pair(pair);
  pretend_parent(text("%d", pair[0]), "json");
  cp_channel *channel = cp_parent(NULL);
  CHECK(channel != NULL);
  *ret_wire = pair[1];
  return channel;
}

static void give_back(cp_channel *channel, int wire) {
  close(wire);
  cp_disconnect(channel);
  CHECK_INT(cp_run(NULL), 0);
  CHECK(!keeps_alive());
}

static void listen_and_leave(void *argument) {
  int wire;
  cp_channel *channel = take_parent(&wire);
  (void) argument;
  CHECK(!keeps_alive());
  cp_listener message = cp_on_message(channel, no_message, NULL);
  CHECK(keeps_alive());
  cp_listener disconnect = cp_on_disconnect(channel, nothing, NULL);
  cp_channel_off(channel, message);
  CHECK(keeps_alive());
  cp_channel_off(channel, disconnect);
  CHECK(!keeps_alive());
  CHECK(cp_on_channel_drain(channel, nothing, NULL) != 0);
  CHECK(!keeps_alive());
  give_back(channel, wire);
}

TEST(listeners_of_message_and_disconnect_keep_the_loop_alive) {
  in_another_program(listen_and_leave, NULL);
}

static void decide(void *argument) {
  int wire;
  cp_channel *channel = take_parent(&wire);
  (void) argument;
  cp_channel_ref(channel);
  CHECK(keeps_alive());
  cp_channel_unref(channel);
  CHECK(!keeps_alive());
  CHECK(cp_on_message(channel, no_message, NULL) != 0);
  CHECK(!keeps_alive());
  cp_channel_ref(channel);
  CHECK(keeps_alive());
  give_back(channel, wire);
}

TEST(ref_and_unref_win_over_listeners) {
  in_another_program(decide, NULL);
}

static void write_much(void *argument) {
  int wire;
  char data[65536];
  cp_channel *channel = take_parent(&wire);
  (void) argument;
  CHECK_INT(cp_send(channel, string_of('1', 1 << 20), NULL), CP_FULL);
  CHECK(keeps_alive());
  size_t length = 0;
  while (keeps_alive()) {
    ssize_t count;
    while ((count = read(wire, data, sizeof data)) > 0) length += (size_t) count;
  }
  while (length < (1 << 20) + 1) {
    ssize_t count = read(wire, data, sizeof data);
    CHECK(count > 0);
    length += (size_t) count;
  }
  give_back(channel, wire);
}

TEST(what_waits_to_be_written_keeps_the_loop_alive) {
  in_another_program(write_much, NULL);
}

/* ---- a program of its own ---- */

static struct watch *ran_program(const char *const *args, struct line *line) {
  struct watch *w = watch(cp_fork(ipc_program(), args, &(cp_options){ .silent = true }));
  line->channel = cp_ipc(w->child);
  line_listen(line);
  watch_run(w);
  return w;
}

TEST(a_child_that_does_not_listen_ends_by_itself) {
  struct line line = { 0 };
  CHECK_INT(ran_program(CP_ARGS("idle"), &line)->code, 0);
}

TEST(a_child_asks_for_its_parent_twice) {
  struct line line = { 0 };
  CHECK_STR(output_of(ran_program(CP_ARGS("twice"), &line), 1), "same 1, fd 0, mode 0\n");
}

TEST(a_child_that_sends_much_and_ends_loses_nothing) {
  struct line line = { 0 };
  struct watch *w = ran_program(CP_ARGS("big", "8388608"), &line);
  CHECK_INT(w->code, 0);
  CHECK_INT(line.messages, 1);
  CHECK_INT(line.heard.length, 8388608 + 3);
}

TEST(a_child_that_sends_much_and_disconnects_loses_nothing) {
  struct line line = { 0 };
  struct watch *w = ran_program(CP_ARGS("big-disconnect", "8388608"), &line);
  CHECK_STR(output_of(w, 1), "disconnect 0\n");
  CHECK_INT(line.heard.length, 8388608 + 3);
}

TEST(a_child_that_listens_ends_when_its_parent_disconnects) {
  struct watch *w =
      watch(cp_fork(ipc_program(), CP_ARGS("listen"), &(cp_options){ .silent = true }));
  CHECK_INT(cp_send(cp_ipc(w->child), "[1]", NULL), 0);
  cp_disconnect(cp_ipc(w->child));
  watch_run(w);
  CHECK_STR(output_of(w, 1), "message [1]\ndisconnect 0\n");
  CHECK_INT(w->code, 0);
}

/* The parent is a copy of the test, which is killed; its child tells of it over a pipe of ours. */
TEST(a_parent_that_is_killed_is_a_disconnect_for_its_child) {
  int out[2];
  char words[64] = "";
  size_t length = 0;
  CHECK_INT(pipe2(out, O_CLOEXEC), 0);
  pid_t pid = fork();
  if (pid == 0) {
    cp_options options = { .stdio = CP_STDIO(CP_IGNORE, out[1], CP_IGNORE, CP_IPC) };
    cp_child *child = cp_spawn(ipc_program(), CP_ARGS("listen"), &options);
    (void) cp_send(cp_ipc(child), "1", NULL);
    run_idle(NULL);
    (void) raise(SIGKILL);
  }
  close(out[1]);
  for (ssize_t count; (count = read(out[0], words + length, sizeof words - 1 - length)) > 0;)
    length += (size_t) count;
  CHECK_STR(words, "message 1\ndisconnect 0\n");
  close(out[0]);
  CHECK_INT(waitpid(pid, NULL, 0), pid);
}
