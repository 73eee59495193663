/* SPDX-License-Identifier: MIT */
/* The modes of handle_program that are a parent: of children in Node, or in C. */
#include "handle_program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static cp_options start_options(void) {
  const char *mode = getenv("CP_TEST_SERIALIZATION");
  bool is_advanced = mode && !strcmp(mode, "advanced");
  return (cp_options){ .serialization = is_advanced ? CP_ADVANCED : CP_JSON };
}

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  const char *json = cp_message_json(message, NULL);
  (void) user;
  printf("message %s with %s\n", json, type_name(cp_message_handle(message).type));
  if (!strcmp(json, "\"done\"")) cp_disconnect(channel);
  if (!strcmp(json, "\"serve this\"")) serve_one(cp_message_take_fd(message), NULL, NULL);
  if (!strcmp(json, "\"answer this\"")) {
    int fd = cp_message_take_fd(message);
    say_pid(fd, "answered");
    close(fd);
  }
}

static void on_exit_event(cp_child *child, int code, int signal, void *user) {
  (void) child;
  printf("%s %d %d\n", (const char *) user, code, signal);
}

static cp_channel *start(const char *module) {
  cp_options options = start_options();
  bool is_node = strlen(module) > 3 && !strcmp(module + strlen(module) - 3, ".js");
  cp_child *child = cp_fork(module, is_node ? NULL : CP_ARGS("serve"), &options);
  if (!child) die("cp_fork");
  cp_on_message(cp_ipc(child), on_message, NULL);
  cp_on_channel_error(cp_ipc(child), on_error, NULL);
  cp_on_close(child, on_exit_event, "close");
  return cp_ipc(child);
}

static int bound_socket(int type) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *) &address, size) < 0) die("bind");
  if (type == SOCK_STREAM && listen(fd, 64) < 0) die("listen");
  if (getsockname(fd, (struct sockaddr *) &address, &size) < 0) die("getsockname");
  printf("port %d\n", ntohs(address.sin_port));
  return fd;
}

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  printf("%s %s\n", (const char *) user, error ? error->message : "sent");
}

static void give(cp_channel *channel, const char *json, cp_handle_type type, int fd) {
  static char name[] = "handle";
  cp_send_options options = { .handle = { type, fd }, .sent = on_sent, .user = name };
  if (cp_send(channel, json, &options) < 0) die("cp_send");
  if (cp_send(channel, "\"behind\"", NULL) < 0) die("cp_send");
}

/* A listening socket for each of them, and for us. */
static void share(char **modules) {
  int fd = bound_socket(SOCK_STREAM);
  for (; *modules; modules++) give(start(*modules), "\"server\"", CP_HANDLE_SERVER, fd);
  serve_one(fd, NULL, NULL);
}

struct acceptor {
  uv_poll_t poll;
  cp_channel *channel;
  int fd;
};

static void hand_on(uv_poll_t *poll, int status, int events) {
  struct acceptor *acceptor = poll->data;
  (void) events;
  int fd = status < 0 ? -1 : accept4(acceptor->fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) die("accept");
  give(acceptor->channel, "\"socket\"", CP_HANDLE_SOCKET, fd);
  close(fd);
  uv_poll_stop(poll);
  uv_close((uv_handle_t *) poll, NULL);
  close(acceptor->fd);
}

/* The first connection to us goes to the child. */
static void hand_on_connection(char **modules) {
  static struct acceptor acceptor;
  acceptor = (struct acceptor){ .channel = start(*modules), .fd = bound_socket(SOCK_STREAM) };
  acceptor.poll.data = &acceptor;
  if (uv_poll_init(uv_default_loop(), &acceptor.poll, acceptor.fd) < 0) die("uv_poll_init");
  if (uv_poll_start(&acceptor.poll, UV_READABLE, hand_on) < 0) die("uv_poll_start");
}

static void give_datagram_socket(char **modules) {
  int fd = bound_socket(SOCK_DGRAM);
  give(start(*modules), "\"dgram\"", CP_HANDLE_DGRAM, fd);
  close(fd);
}

static void give_native(char **modules) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) die("socketpair");
  if (write(pair[0], "over a pipe\n", 12) != 12) die("write");
  give(start(*modules), "\"native\"", CP_HANDLE_NATIVE, pair[1]);
  close(pair[0]);
  close(pair[1]);
}

/* Sends nothing, and serves or answers what comes. */
static void take(char **modules) {
  (void) start(*modules);
}

/* parent WHAT MODULE...: prints what happens. */
int be_parent(char **arguments) {
  static const struct {
    const char *name;
    void (*run)(char **modules);
  } parts[] = { { "share", share },
                { "connection", hand_on_connection },
                { "datagrams", give_datagram_socket },
                { "native", give_native },
                { "take", take } };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (!strcmp(arguments[0], parts[i].name)) parts[i].run(arguments + 1);
  return cp_run(NULL);
}

/* ---- a raw channel ---- */

static void answer_by_hand(cp_channel *channel, const char *json) {
  if (cp_send_payload(channel, (cp_bytes){ json, strlen(json) }, NULL) < 0) die("cp_send_payload");
}

/* The first handle of Node is asked for again; then it has a layer more. */
static void on_raw_message(cp_channel *channel, cp_message *message, void *user) {
  static bool was_asked_again;
  cp_bytes payload = cp_message_payload(message);
  cp_handle_type type = cp_message_handle(message).type;
  (void) user;
  printf("payload %.*s with %s\n", (int) payload.length, payload.data, type_name(type));
  if (type == CP_HANDLE_NONE) {
    cp_disconnect(channel);
  } else if (!was_asked_again) {
    was_asked_again = true;
    answer_by_hand(channel, "{\"cmd\":\"NODE_HANDLE_NACK\"}");
  } else {
    answer_by_hand(channel, "{\"cmd\":\"NODE_HANDLE_ACK\"}");
  }
}

/* raw-parent MODULE: answers by hand what a child in Node sends. */
int be_raw_parent(char **arguments) {
  cp_options options = { .serialization = CP_RAW_JSON };
  cp_child *child = cp_fork(arguments[0], NULL, &options);
  if (!child) die("cp_fork");
  cp_on_message(cp_ipc(child), on_raw_message, NULL);
  cp_on_channel_error(cp_ipc(child), on_error, NULL);
  cp_on_close(child, on_exit_event, "close");
  return cp_run(NULL);
}
