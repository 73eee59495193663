/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"

/* ---- what is heard ---- */

static void note(struct wire *wire, const char *event) {
  size_t length = strlen(wire->events), size = strlen(event);
  if (length >= size && !strcmp(wire->events + length - size, event)) return;
  snprintf(wire->events + length, sizeof wire->events - length, "%s%s", length ? " " : "", event);
}

static bool is_raw(const struct wire *wire) {
  return wire->serialization == CP_RAW_JSON || wire->serialization == CP_RAW_ADVANCED;
}

static bool is_advanced(const struct wire *wire) {
  return wire->serialization == CP_ADVANCED || wire->serialization == CP_RAW_ADVANCED;
}

static char *copy(const char *text) {
  return text ? strcpy(test_alloc(strlen(text) + 1), text) : NULL;
}

/* What is lent is open until the return, and what is taken is ours and close-on-exec. */
static void keep_descriptor(struct wire *wire, cp_message *message, struct heard *heard) {
  cp_handle handle = cp_message_handle(message);
  heard->type = handle.type;
  heard->fd = -1;
  if (handle.type == CP_HANDLE_NONE) {
    CHECK_INT(handle.fd, -1);
    CHECK_INT(cp_message_take_fd(message), -1);
    return;
  }
  CHECK(handle.fd > 2);
  CHECK((fcntl(handle.fd, F_GETFD) & FD_CLOEXEC) != 0);
  if (wire->leaves) return;
  heard->fd = cp_message_take_fd(message);
  CHECK_INT(heard->fd, handle.fd);
  CHECK_INT(cp_message_take_fd(message), -1);
}

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct wire *wire = user;
  static struct heard unkept;
  CHECK(channel == wire->channel);
  CHECK_INT(wire->disconnects, 0);
  struct heard *heard = wire->messages < WIRE_MOST_HEARD ? &wire->heard[wire->messages] : &unkept;
  cp_bytes payload = cp_message_payload(message);
  if (heard != &unkept) {
    append(&heard->payload, payload.data, payload.length);
    heard->json = copy(cp_message_json(message, NULL));
    heard->has_value = cp_message_value(message) != NULL;
  }
  keep_descriptor(wire, message, heard);
  if (heard == &unkept && heard->fd >= 0) close(heard->fd);
  wire->messages++;
  note(wire, "message");
}

static void on_disconnect(cp_channel *channel, void *user) {
  struct wire *wire = user;
  CHECK(!cp_connected(channel));
  wire->disconnects++;
  note(wire, "disconnect");
}

static void on_drain(cp_channel *channel, void *user) {
  struct wire *wire = user;
  (void) channel;
  wire->drains++;
  note(wire, "drain");
}

static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  struct wire *wire = user;
  (void) channel;
  wire->errors++;
  cp_error_free(wire->error);
  wire->error = cp_error_copy(error);
  note(wire, "error");
}

void wire_listen(struct wire *wire) {
  wire->message_listener = cp_on_message(wire->channel, on_message, wire);
  CHECK(wire->message_listener != 0);
}

void wire_stop_listening(struct wire *wire) {
  cp_channel_off(wire->channel, wire->message_listener);
}

void wire_wait_for_messages(struct wire *wire, int count) {
  RUN_UNTIL(NULL, wire->messages >= count);
  CHECK_INT(wire->messages, count);
}

void wire_expect_heard(struct wire *wire, int index, const char *words, cp_handle_type type) {
  const struct heard *heard = &wire->heard[index];
  struct bytes payload = wire_payload(wire, words);
  CHECK(index < wire->messages);
  if (is_raw(wire) || type == CP_HANDLE_NONE)
    CHECK_MEM(heard->payload.data, heard->payload.length, payload.data, payload.length);
  if (!is_raw(wire)) CHECK_STR(heard->json, words);
  CHECK_INT(heard->type, type);
}

void wire_close_taken(struct wire *wire) {
  for (int i = 0; i < WIRE_MOST_HEARD && i < wire->messages; i++) {
    if (wire->heard[i].fd >= 0) CHECK_INT(close(wire->heard[i].fd), 0);
    wire->heard[i].fd = -1;
  }
}

void wire_expect_broken(struct wire *wire, int number, const char *words) {
  RUN_UNTIL(NULL, wire->disconnects == 1);
  CHECK_INT(wire->errors, 1);
  CHECK_INT(wire->error->number, number);
  CHECK_HAS(wire->error->message, words);
  CHECK(!cp_connected(wire->channel));
}

/* ---- what the peer says ---- */

struct bytes wire_payload(const struct wire *wire, const char *words) {
  struct bytes bytes = { 0 };
  if (wire->serialization == CP_ADVANCED) return clone_of(words);
  append(&bytes, words, strlen(words));
  return bytes;
}

struct bytes wire_frame_of(const struct wire *wire, const void *data, size_t length) {
  struct bytes frame = { 0 };
  uint32_t size = htonl((uint32_t) length);
  if (is_advanced(wire)) append(&frame, (const char *) &size, sizeof size);
  append(&frame, data, length);
  if (!is_advanced(wire)) append(&frame, "\n", 1);
  return frame;
}

struct bytes wire_frame(const struct wire *wire, const char *words) {
  struct bytes payload = wire_payload(wire, words);
  return wire_frame_of(wire, payload.data, payload.length);
}

static ssize_t write_with(int fd, const void *data, size_t length, const int *fds, int count) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(WIRE_MOST_DESCRIPTORS * sizeof(int))];
  } control;
  size_t size = (size_t) count * sizeof *fds;
  struct iovec part = { (void *) data, length };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  if (count > 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(size);
    control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                       .cmsg_type = SCM_RIGHTS,
                                       .cmsg_len = CMSG_LEN(size) };
    memcpy(CMSG_DATA(&control.header), fds, size);
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL);
}

bool wire_try(struct wire *wire, const void *data, size_t length, const int *fds, int count) {
  const char *next = data;
  CHECK(count < WIRE_MOST_DESCRIPTORS);
  while (length > 0) {
    ssize_t written = write_with(wire->fd, next, length, fds, count);
    if (written >= 0) {
      next += written;
      length -= (size_t) written;
      count = 0;
    } else if (errno != EAGAIN && errno != ETOOMANYREFS) {
      return false;
    }
    if (length > 0) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
    if (wire->disconnects) return length == 0;
  }
  return true;
}

void wire_write(struct wire *wire, const void *data, size_t length) {
  bool went = wire_try(wire, data, length, NULL, 0);
  CHECK(went);
}

void wire_say(struct wire *wire, const char *words) {
  struct bytes frame = wire_frame(wire, words);
  wire_write(wire, frame.data, frame.length);
}

void wire_say_with(struct wire *wire, const char *words, int fd) {
  struct bytes frame = wire_frame(wire, words);
  bool went = wire_try(wire, frame.data, frame.length, &fd, 1);
  CHECK(went);
}

void wire_hang_up(struct wire *wire) {
  close(wire->fd);
  wire->fd = -1;
}

/* ---- what the channel writes ---- */

struct told {
  struct wire *wire;
  const char *name;
};

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct told *told = user;
  struct wire *wire = told->wire;
  size_t length = strlen(wire->told);
  CHECK(channel == wire->channel);
  CHECK_INT(wire->disconnects, 0);
  CHECK(told->name != NULL); /* only once */
  snprintf(wire->told + length, sizeof wire->told - length, "%s%s%s", length ? " " : "", told->name,
           error ? "!" : "");
  told->name = NULL;
  wire->sent += !error;
  wire->lost += error != NULL;
  if (!error) return;
  CHECK(error->number < 0 && error->message != NULL);
  wire->lost_number = error->number;
}

int wire_send(struct wire *wire, const char *words, const char *name, cp_handle handle) {
  struct told *told = test_alloc(sizeof *told);
  *told = (struct told){ wire, name };
  cp_send_options options = { .handle = handle, .sent = name ? on_sent : NULL, .user = told };
  cp_bytes payload = { words, strlen(words) };
  if (is_raw(wire)) return cp_send_payload(wire->channel, payload, &options);
  return cp_send(wire->channel, words, &options);
}

static void keep_wired(struct wire *wire, struct msghdr *message, size_t begin, size_t end) {
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      CHECK(wire->with_count < WIRE_MOST_DESCRIPTORS);
      struct wired_descriptor *it = &wire->with[wire->with_count++];
      memcpy(&it->fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      it->begin = begin;
      it->end = end;
    }
  }
}

bool wire_pull(struct wire *wire) {
  static char data[1 << 16];
  for (;;) {
    union {
      struct cmsghdr header;
      char room[CMSG_SPACE(253 * sizeof(int))];
    } control;
    struct iovec part = { data, sizeof data };
    struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };
    ssize_t count = recvmsg(wire->fd, &message, MSG_CMSG_CLOEXEC);
    if (count < 0 && errno == EAGAIN) return true;
    CHECK(count >= 0 || errno == ECONNRESET);
    if (count <= 0) return false;
    wire->is_truncated |= (message.msg_flags & MSG_CTRUNC) != 0;
    size_t begin = wire->wired.length;
    append(&wire->wired, data, (size_t) count);
    keep_wired(wire, &message, begin, wire->wired.length);
  }
}

void wire_pull_bytes(struct wire *wire, size_t count) {
  while (wire->wired.length < count) {
    bool is_open = wire_pull(wire);
    CHECK(is_open || wire->wired.length >= count);
    if (wire->wired.length < count) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
}

void wire_expect_wired(struct wire *wire, const char *words, int descriptors) {
  struct bytes frame = wire_frame(wire, words);
  size_t begin = wire->wired_checked, end = begin + frame.length;
  wire_pull_bytes(wire, end);
  CHECK_MEM(wire->wired.data + begin, frame.length, frame.data, frame.length);
  int count = 0;
  for (int i = 0; i < wire->with_count; i++) {
    const struct wired_descriptor *it = &wire->with[i];
    count += it->fd >= 0 && it->begin <= begin && it->end > begin && it->end <= end;
  }
  CHECK_INT(count, descriptors);
  wire->wired_checked = end;
}

void wire_expect_nothing_wired(struct wire *wire) {
  run_idle(NULL);
  bool is_open = wire_pull(wire);
  CHECK(is_open);
  CHECK_INT(wire->wired.length, wire->wired_checked);
}

int wire_take_wired(struct wire *wire) {
  CHECK(wire->with_count > 0);
  struct wired_descriptor *it = &wire->with[wire->with_count - 1];
  int fd = it->fd;
  CHECK(fd >= 0);
  it->fd = -1;
  return fd;
}

void wire_close_wired(struct wire *wire) {
  for (int i = 0; i < wire->with_count; i++)
    if (wire->with[i].fd >= 0) CHECK_INT(close(wire->with[i].fd), 0);
  wire->with_count = 0;
}

/* ---- descriptors to send ---- */

int listening_socket(void) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(fd >= 0);
  CHECK_INT(bind(fd, (const struct sockaddr *) &address, sizeof address), 0);
  CHECK_INT(listen(fd, 10), 0);
  return fd;
}

int connected_socket(int ret_pair[2]) {
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_pair), 0);
  return ret_pair[0];
}

int datagram_socket(int family) {
  int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  CHECK(fd >= 0);
  return fd;
}

const char *handle_program(void) {
  const char *slash = strrchr(test_runner(), '/');
  return text("%.*s/handle_program", (int) (slash - test_runner()), test_runner());
}

/* ---- both sides ---- */

static void hear(struct wire *wire) {
  CHECK(cp_connected(wire->channel));
  CHECK(cp_on_disconnect(wire->channel, on_disconnect, wire) != 0);
  CHECK(cp_on_channel_drain(wire->channel, on_drain, wire) != 0);
  CHECK(cp_on_channel_error(wire->channel, on_error, wire) != 0);
  wire->descriptors = count_descriptors();
}

static void end_wire(struct wire *wire) {
  if (wire->fd >= 0) wire_hang_up(wire);
  if (wire->control >= 0) close(wire->control);
  CHECK_INT(cp_run(NULL), 0);
  CHECK_INT(wire->disconnects, 1);
  wire_close_taken(wire);
  wire_close_wired(wire);
  cp_error_free(wire->error);
}

/* The helper's end of the channel, and that it has closed its own. */
static void borrow_end(struct wire *wire) {
  struct wire *over = test_alloc(sizeof *over);
  over->fd = wire->control;
  CHECK_INT(recv(over->fd, (char[1]){ 0 }, 1, MSG_PEEK), 1);
  CHECK_INT(fcntl(over->fd, F_SETFL, O_NONBLOCK), 0);
  (void) wire_pull(over);
  CHECK_INT(fcntl(over->fd, F_SETFL, 0), 0);
  if (over->wired.length < 2) CHECK_INT(read(over->fd, (char[1]){ 0 }, 1), 1);
  wire->fd = wire_take_wired(over);
  CHECK_INT(fcntl(wire->fd, F_SETFL, O_NONBLOCK), 0);
}

void wire_at_parent(cp_serialization serialization, void (*play)(struct wire *wire)) {
  struct wire *wire = test_alloc(sizeof *wire);
  int control[2];
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control), 0);
  cp_options options = { .serialization = serialization,
                         .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IPC, control[0]) };
  wire->serialization = serialization;
  wire->child = cp_spawn(test_helper(), CP_ARGS("ipc-lend", "4"), &options);
  wire->w = watch(wire->child);
  wire->channel = cp_ipc(wire->child);
  close(control[0]);
  wire->control = control[1];
  borrow_end(wire);
  hear(wire);
  int pid = cp_pid(wire->child);
  play(wire);
  end_wire(wire);
  CHECK(wire->w->has_closed);
  /* One that was given up may be ours to reap. */
  if (wire->w->code == UV_ECANCELED) (void) waitpid(pid, NULL, 0);
}

struct scene {
  cp_serialization serialization;
  void (*play)(struct wire *wire);
};

static void play_at_child(void *argument) {
  const struct scene *scene = argument;
  struct wire *wire = test_alloc(sizeof *wire);
  int pair[2];
  make_pair(pair);
  wire->serialization = scene->serialization;
  pretend_parent(text("%d", pair[0]), is_advanced(wire) ? "advanced" : "json");
  wire->channel = cp_parent(NULL);
  CHECK(wire->channel != NULL);
  wire->fd = pair[1];
  wire->control = -1;
  hear(wire);
  scene->play(wire);
  end_wire(wire);
}

void wire_at_child(cp_serialization serialization, void (*play)(struct wire *wire)) {
  in_another_program(play_at_child, &(struct scene){ serialization, play });
}
