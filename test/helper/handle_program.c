/* SPDX-License-Identifier: MIT */
/*
 * A program that passes descriptors with the library, at either end of a channel: `handle_program
 * MODE [ARGUMENT...]`. As a child it finds its parent by cp_parent(); handle_parent.c has the modes
 * of a parent. CP_TEST_SERIALIZATION=advanced is for parents; a child goes by what it is told.
 */
#include "handle_program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

void die(const char *what) {
  const cp_error *error = cp_last_error();
  fprintf(stderr, "%s: %s\n", what, error ? error->message : strerror(errno));
  exit(99);
}

const char *type_name(cp_handle_type type) {
  static const char *const names[] = { "none", "server", "socket", "dgram", "native" };
  return names[type];
}

void on_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) user;
  printf("error %s %s\n", error->code, error->message);
}

static cp_channel *parent_or_die(cp_message_cb listener) {
  cp_channel *channel = cp_parent(NULL);
  if (!channel) die("cp_parent");
  cp_on_channel_error(channel, on_error, NULL);
  if (listener) cp_on_message(channel, listener, NULL);
  return channel;
}

/* {"NAME":PID} */
static void tell(cp_channel *channel, const char *name) {
  char json[100];
  snprintf(json, sizeof json, "{\"%s\":%d}", name, (int) getpid());
  if (cp_send(channel, json, NULL) < 0) die("cp_send");
}

static void wait_for(int fd, short events) {
  struct pollfd it = { .fd = fd, .events = events };
  while (poll(&it, 1, -1) < 0 && errno == EINTR) continue;
}

/* Others may have made it non-blocking. */
static size_t read_line(int fd, char *line, size_t size) {
  size_t length = 0;
  while (length + 1 < size && (length == 0 || line[length - 1] != '\n')) {
    wait_for(fd, POLLIN);
    ssize_t count = read(fd, line + length, 1);
    if (count < 0 && errno == EAGAIN) continue;
    if (count <= 0) break;
    length++;
  }
  line[length] = '\0';
  return length;
}

void say_pid(int fd, const char *line) {
  char words[300];
  int length = snprintf(words, sizeof words, "%d %s\n", (int) getpid(), line);
  if (write(fd, words, (size_t) length) != length) die("write");
}

/* ---- a server that serves one client, and leaves the others to others ---- */

static void on_closed(uv_handle_t *handle) {
  free(handle->data);
}

static void on_client(uv_poll_t *poll, int status, int events) {
  struct server *server = poll->data;
  (void) events;
  if (status < 0) die("uv_poll");
  int fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0 && errno == EAGAIN) return; /* another was faster */
  if (fd < 0) die("accept");
  say_pid(fd, "served");
  close(fd);
  uv_poll_stop(poll);
  close(server->fd);
  if (server->served) server->served(server->user);
  uv_close((uv_handle_t *) poll, on_closed);
}

void serve_one(int fd, void (*served)(void *user), void *user) {
  struct server *server = malloc(sizeof *server);
  if (!server || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) die("serve_one");
  *server = (struct server){ .fd = fd, .served = served, .user = user };
  server->poll.data = server;
  if (uv_poll_init(uv_default_loop(), &server->poll, fd) < 0) die("uv_poll_init");
  if (uv_poll_start(&server->poll, UV_READABLE, on_client) < 0) die("uv_poll_start");
}

static void tell_served(void *user) {
  tell(user, "served");
}

static void serve_what_comes(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  int fd = cp_message_take_fd(message);
  if (fd < 0) return;
  serve_one(fd, tell_served, channel);
  tell(channel, "ready");
}

/* serve: a listening socket comes, and serves one client. */
static int serve(char **arguments) {
  (void) arguments;
  parent_or_die(serve_what_comes);
  return cp_run(NULL);
}

/* ---- others ---- */

static void answer_what_comes(cp_channel *channel, cp_message *message, void *user) {
  char line[200];
  (void) user;
  cp_handle_type type = cp_message_handle(message).type;
  int fd = cp_message_take_fd(message);
  if (fd < 0) {
    if (cp_send_payload(channel, cp_message_payload(message), NULL) < 0) die("cp_send_payload");
    return;
  }
  size_t length = read_line(fd, line, sizeof line);
  line[length ? length - 1 : 0] = '\0';
  say_pid(fd, line);
  close(fd);
  tell(channel, type_name(type));
}

/* answer: a connection comes; a line that is there is answered. What has none is sent back. */
static int answer(char **arguments) {
  (void) arguments;
  parent_or_die(answer_what_comes);
  return cp_run(NULL);
}

static int datagrams = -1;

static void on_datagram(uv_poll_t *poll, int status, int events) {
  char data[200], words[300];
  struct sockaddr_storage from;
  socklen_t size = sizeof from;
  (void) events;
  if (status < 0) die("uv_poll");
  ssize_t length = recvfrom(datagrams, data, sizeof data, 0, (struct sockaddr *) &from, &size);
  if (length < 0) die("recvfrom");
  int count = snprintf(words, sizeof words, "%d %.*s", (int) getpid(), (int) length, data);
  if (sendto(datagrams, words, (size_t) count, 0, (struct sockaddr *) &from, size) != count)
    die("sendto");
  uv_poll_stop(poll);
  uv_close((uv_handle_t *) poll, NULL);
  close(datagrams);
}

static void take_datagrams(cp_channel *channel, cp_message *message, void *user) {
  static uv_poll_t poll;
  (void) user;
  cp_handle_type type = cp_message_handle(message).type;
  datagrams = cp_message_take_fd(message);
  if (datagrams < 0) die("no descriptor");
  if (uv_poll_init(uv_default_loop(), &poll, datagrams) < 0) die("uv_poll_init");
  if (uv_poll_start(&poll, UV_READABLE, on_datagram) < 0) die("uv_poll_start");
  tell(channel, type_name(type));
}

/* answer-datagrams: a datagram socket comes; the first datagram there is answered. */
static int answer_datagrams(char **arguments) {
  (void) arguments;
  parent_or_die(take_datagrams);
  return cp_run(NULL);
}

static void send_value_back(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  if (cp_send_value(channel, cp_message_value(message), NULL) < 0) die("cp_send_value");
}

/* echo: sends back what it gets, without what came along. */
static int echo(char **arguments) {
  (void) arguments;
  parent_or_die(send_value_back);
  return cp_run(NULL);
}

static void send_payload_back(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  if (cp_send_payload(channel, cp_message_payload(message), NULL) < 0) die("cp_send_payload");
}

/* echo-payload: the same, byte for byte. */
static int echo_payload(char **arguments) {
  (void) arguments;
  parent_or_die(send_payload_back);
  return cp_run(NULL);
}

static void send_all_back(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  cp_send_options options = { .handle = cp_message_handle(message) };
  if (cp_send_value(channel, cp_message_value(message), &options) < 0) die("cp_send_value");
}

/* return: sends back what it gets, and what came along. */
static int give_back(char **arguments) {
  (void) arguments;
  parent_or_die(send_all_back);
  return cp_run(NULL);
}

static int kept[100];
static int kept_count;

static void keep_or_close(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  int fd = cp_message_take_fd(message);
  if (fd >= 0) {
    kept[kept_count++] = fd;
    tell(channel, "kept");
    return;
  }
  while (kept_count > 0) close(kept[--kept_count]);
  tell(channel, "closed");
}

/* keep: keeps what comes open, until a message comes without. */
static int keep(char **arguments) {
  (void) arguments;
  parent_or_die(keep_or_close);
  return cp_run(NULL);
}

static void on_disconnect(cp_channel *channel, void *user) {
  (void) channel, (void) user;
  printf("disconnect\n");
}

/* deaf: does not listen to messages. */
static int deaf(char **arguments) {
  (void) arguments;
  cp_on_disconnect(parent_or_die(NULL), on_disconnect, NULL);
  return cp_run(NULL);
}

static void set_descriptor_limit(rlim_t count) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = count;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
}

static void make_room(int number) {
  (void) number;
  set_descriptor_limit(256);
}

static void print_what_comes(cp_channel *channel, cp_message *message, void *user) {
  (void) channel, (void) user;
  printf("%s with %s\n", cp_message_json(message, NULL),
         type_name(cp_message_handle(message).type));
}

/* full: no descriptor can come, until SIGUSR1. Prints what does come. */
static int full(char **arguments) {
  int fd;
  (void) arguments;
  signal(SIGUSR1, make_room);
  cp_channel *channel = parent_or_die(print_what_comes);
  uv_run(uv_default_loop(), UV_RUN_NOWAIT); /* what the loop needs, it has */
  set_descriptor_limit(200);
  while ((fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0) continue;
  tell(channel, "full");
  return cp_run(NULL);
}

static void write_what_is_asked(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  int fd = cp_message_take_fd(message);
  const char *words = cp_value_as_string(cp_message_value(message), "");
  if (fd < 0 || write(fd, words, strlen(words)) != (ssize_t) strlen(words)) die("write");
  close(fd);
  tell(channel, "written");
}

/* write: writes the string of each message to the descriptor that came with it. */
static int write_to(char **arguments) {
  (void) arguments;
  parent_or_die(write_what_is_asked);
  return cp_run(NULL);
}

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  printf("%s %s\n", (const char *) user, error ? error->message : "sent");
}

/* give COUNT: sends its parent so many descriptors, each of a pipe with a number in it; nothing
 * but that keeps it alive. */
static int give(char **arguments) {
  cp_channel *channel = parent_or_die(NULL);
  static char name[] = "pipe";
  int count = atoi(arguments[0]);
  for (int i = 0; i < count; i++) {
    int pair[2];
    char json[20];
    if (pipe2(pair, O_CLOEXEC) < 0) die("pipe2");
    snprintf(json, sizeof json, "%d", i);
    if (write(pair[1], json, strlen(json)) < 0) die("write");
    cp_send_options options = { .handle = { CP_HANDLE_NATIVE, pair[0] },
                                .sent = on_sent,
                                .user = name };
    if (cp_send(channel, json, &options) < 0) die("cp_send");
    close(pair[0]);
    close(pair[1]);
    if (i % 2 && cp_send(channel, json, NULL) < 0) die("cp_send");
  }
  return cp_run(NULL);
}

static const struct mode {
  const char *name;
  int (*run)(char **arguments);
} modes[] = {
  { "serve", serve },
  { "answer", answer },
  { "answer-datagrams", answer_datagrams },
  { "return", give_back },
  { "echo", echo },
  { "echo-payload", echo_payload },
  { "keep", keep },
  { "deaf", deaf },
  { "full", full },
  { "write", write_to },
  { "give", give },
  { "parent", be_parent },
  { "values", exchange_values },
  { "raw-parent", be_raw_parent },
};

int main(int argc, char **argv) {
  alarm(300);
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++)
    if (!strcmp(argv[1], modes[i].name)) return modes[i].run(argv + 2);
  fprintf(stderr, "handle_program: unknown mode\n");
  return 98;
}
