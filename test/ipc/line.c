/* SPDX-License-Identifier: MIT */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"

void append(struct bytes *bytes, const char *data, size_t length) {
  if (bytes->length + length + 1 > bytes->capacity) {
    bytes->capacity = (bytes->length + length + 1) * 2;
    bytes->data =
        bytes->data ? test_grow(bytes->data, bytes->capacity) : test_alloc(bytes->capacity);
  }
  memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
  bytes->data[bytes->length] = '\0';
}

/* ---- what is heard ---- */

static void note(struct line *line, const char *event) {
  size_t length = strlen(line->events), size = strlen(event);
  if (length >= size && !strcmp(line->events + length - size, event)) return;
  snprintf(line->events + length, sizeof line->events - length, "%s%s", length ? " " : "", event);
}

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct line *line = user;
  size_t length;
  const char *json = cp_message_json(message, &length);
  CHECK(channel == line->channel);
  CHECK_INT(line->disconnects, 0);
  CHECK_INT(strlen(json), length);
  if (cp_message_handle(message).type == CP_HANDLE_NONE)
    CHECK_INT(cp_message_payload(message).length, length);
  CHECK(cp_message_value(message) != NULL);
  append(&line->heard, json, length);
  append(&line->heard, "\n", 1);
  line->messages++;
  note(line, "message");
}

static void on_disconnect(cp_channel *channel, void *user) {
  struct line *line = user;
  CHECK(!cp_connected(channel));
  CHECK_INT(cp_send(channel, "1", NULL), UV_EPIPE);
  line->disconnects++;
  note(line, "disconnect");
}

static void on_drain(cp_channel *channel, void *user) {
  struct line *line = user;
  (void) channel;
  line->drains++;
  note(line, "drain");
}

static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  struct line *line = user;
  (void) channel;
  line->errors++;
  cp_error_free(line->error);
  line->error = cp_error_copy(error);
  note(line, "error");
}

void line_listen(struct line *line) {
  line->message_listener = cp_on_message(line->channel, on_message, line);
  CHECK(line->message_listener != 0);
}

void line_stop_listening(struct line *line) {
  cp_channel_off(line->channel, line->message_listener);
}

static void hear(struct line *line) {
  CHECK(cp_connected(line->channel));
  CHECK(cp_on_disconnect(line->channel, on_disconnect, line) != 0);
  CHECK(cp_on_channel_drain(line->channel, on_drain, line) != 0);
  CHECK(cp_on_channel_error(line->channel, on_error, line) != 0);
}

const char *line_heard(const struct line *line) {
  return line->heard.data ? line->heard.data : "";
}

/* ---- the wire ---- */

bool line_try(struct line *line, const char *data, size_t length) {
  while (length > 0) {
    ssize_t count = send(line->wire, data, length, MSG_NOSIGNAL);
    if (count >= 0) {
      data += count;
      length -= (size_t) count;
    } else if (errno != EAGAIN) {
      return false;
    }
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    if (line->disconnects) return length == 0;
  }
  return true;
}

void line_write(struct line *line, const char *data, size_t length) {
  bool went = line_try(line, data, length);
  CHECK(went);
}

void line_say(struct line *line, const char *words) {
  line_write(line, words, strlen(words));
}

void line_say_now(struct line *line, const char *words) {
  CHECK_INT(send(line->wire, words, strlen(words), MSG_NOSIGNAL), strlen(words));
}

void line_say_with_descriptors(struct line *line, const char *words, int count) {
  enum { MOST = 250 };
  int fds[MOST];
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof fds)];
  } control;
  CHECK(count <= MOST);
  memset(&control, 0, sizeof control);
  for (int i = 0; i < count; i++) fds[i] = 0; /* /dev/null, as it is for each test */
  size_t size = (size_t) count * sizeof *fds;
  struct iovec part = { (char *) words, strlen(words) };
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = CMSG_SPACE(size)
  };
  control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                     .cmsg_type = SCM_RIGHTS,
                                     .cmsg_len = CMSG_LEN(size) };
  memcpy(CMSG_DATA(&control.header), fds, size);
  for (;;) {
    ssize_t sent = sendmsg(line->wire, &message, MSG_NOSIGNAL);
    if (sent >= 0 || (errno != EAGAIN && errno != ETOOMANYREFS)) {
      CHECK_INT(sent, part.iov_len);
      return;
    }
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
}

void line_hang_up(struct line *line) {
  close(line->wire);
  line->wire = -1;
}

bool line_pull(struct line *line) {
  static char data[1 << 16];
  ssize_t count;
  while ((count = recv(line->wire, data, sizeof data, 0)) > 0)
    append(&line->wired, data, (size_t) count);
  if (count < 0 && errno == EAGAIN) return true;
  CHECK(count == 0 || errno == ECONNRESET);
  line->was_reset = count < 0;
  return false;
}

void line_pull_bytes(struct line *line, size_t count) {
  while (line->wired.length < count) {
    bool is_open = line_pull(line);
    CHECK(is_open || line->wired.length >= count);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
}

void line_pull_to_end(struct line *line) {
  while (line_pull(line)) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
}

const char *line_wired(const struct line *line) {
  return line->wired.data ? line->wired.data : "";
}

void line_expect_broken(struct line *line, int number, const char *words) {
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(line->errors, 1);
  CHECK_INT(line->error->number, number);
  CHECK_HAS(line->error->message, words);
  CHECK(!cp_connected(line->channel));
}

/* ---- both sides ---- */

void make_pair(int ret_fds[2]) {
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_fds), 0);
  CHECK_INT(fcntl(ret_fds[1], F_SETFL, O_NONBLOCK), 0);
}

static int receive_descriptor(int from) {
  char byte;
  int fd = -1;
  struct iovec part = { &byte, 1 };
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof fd)];
  } control;
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
  };
  CHECK_INT(recvmsg(from, &message, MSG_CMSG_CLOEXEC), 1);
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  CHECK(header != NULL && header->cmsg_type == SCM_RIGHTS);
  memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return fd;
}

static void end_line(struct line *line) {
  if (line->wire >= 0) line_hang_up(line);
  if (line->control >= 0) close(line->control);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(line->disconnects, 1);
  cp_error_free(line->error);
}

void line_at_parent(void (*play)(struct line *line)) {
  struct line *line = test_alloc(sizeof *line);
  int control[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control), 0);
  cp_options options = { .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC, control[0]) };
  line->child = cp_spawn(test_helper(), CP_ARGS("ipc-lend", "4"), &options);
  line->w = watch(line->child);
  line->channel = cp_ipc(line->child);
  close(control[0]);
  line->control = control[1];
  CHECK(cp_channel_child(line->channel) == line->child);
  line->wire = receive_descriptor(line->control);
  char byte;
  CHECK_INT(read(line->control, &byte, 1), 1); /* it has closed its own */
  CHECK_INT(fcntl(line->wire, F_SETFL, O_NONBLOCK), 0);
  hear(line);
  int pid = cp_pid(line->child);
  play(line);
  end_line(line);
  CHECK(line->w->has_closed);
  /* One that was given up may be ours to reap. */
  if (line->w->code == UV_ECANCELED) (void) waitpid(pid, NULL, 0);
}

void pretend_parent(const char *fd, const char *mode) {
  if (fd)
    setenv("NODE_CHANNEL_FD", fd, 1);
  else
    unsetenv("NODE_CHANNEL_FD");
  if (mode)
    setenv("NODE_CHANNEL_SERIALIZATION_MODE", mode, 1);
  else
    unsetenv("NODE_CHANNEL_SERIALIZATION_MODE");
  test_heap_slack(4096); /* libc keeps what was once in the environment */
}

static void play_at_child(void *argument) {
  struct line *line = test_alloc(sizeof *line);
  int pair[2];
  make_pair(pair);
  pretend_parent(text("%d", pair[0]), "json");
  line->channel = cp_parent(NULL);
  CHECK(line->channel != NULL);
  CHECK(cp_channel_child(line->channel) == NULL);
  line->wire = pair[1];
  line->control = -1;
  hear(line);
  void (*play)(struct line * line) = *(void (**)(struct line * line)) argument;
  play(line);
  end_line(line);
}

void line_at_child(void (*play)(struct line *line)) {
  in_another_program(play_at_child, &play);
}

void in_another_program(void (*body)(void *argument), void *argument) {
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    int before = count_descriptors();
    body(argument);
    CHECK_INT(uv_loop_close(uv_default_loop()), 0);
    CHECK_INT(count_descriptors(), before);
    _exit(0);
  }
  int status;
  CHECK_INT(waitpid(pid, &status, 0), pid);
  if (status)
    check_failed(__FILE__, __LINE__, "it failed there, with status 0x%x", (unsigned) status);
}

const char *ipc_program(void) {
  const char *slash = strrchr(test_runner(), '/');
  return text("%.*s/ipc_program", (int) (slash - test_runner()), test_runner());
}
