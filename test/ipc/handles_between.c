/* SPDX-License-Identifier: MIT */
/* Descriptors between programs of the library: sockets that are shared, files, memory, pipes. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"
#include "wire.h"

/* A child, and what it says. */
struct one {
  cp_child *child;
  cp_channel *channel;
  struct watch *w;
  int pid;
  int messages, sent, lost;
  char heard[200]; /* the last */
  int fd;          /* that came last; -1 */
};

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct one *one = user;
  (void) channel;
  one->messages++;
  snprintf(one->heard, sizeof one->heard, "%s", cp_message_json(message, NULL));
  one->fd = cp_message_take_fd(message);
}

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct one *one = user;
  (void) channel;
  if (error) one->lost++;
  if (!error) one->sent++;
}

static void start_one(struct one *one, const char *mode, cp_serialization serialization) {
  cp_options options = { .silent = true, .serialization = serialization };
  one->child = cp_fork(handle_program(), CP_ARGS(mode), &options);
  one->w = watch(one->child);
  one->channel = cp_ipc(one->child);
  one->pid = cp_pid(one->child);
  one->fd = -1;
  CHECK(cp_on_message(one->channel, on_message, one) != 0);
}

static void end_one(struct one *one) {
  cp_disconnect(one->channel);
  RUN_UNTIL(NULL, one->w->has_closed); /* others may live on */
  CHECK_INT(one->w->code, 0);
  CHECK_STR(output_of(one->w, 2), "");
}

static void give(struct one *one, const char *json, cp_handle_type type, int fd) {
  cp_send_options options = { .handle = { type, fd }, .sent = on_sent, .user = one };
  CHECK_INT(cp_send(one->channel, json, &options), 0);
}

/* ---- a listening socket ---- */

static int connect_to(int server) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  CHECK_INT(getsockname(server, (struct sockaddr *) &address, &size), 0);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK_INT(connect(fd, (struct sockaddr *) &address, size), 0);
  CHECK_INT(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
  return fd;
}

/* The pid that the server said. */
static int pid_of_server(int client) {
  char words[100];
  size_t length = 0;
  for (;;) {
    ssize_t count = read(client, words + length, sizeof words - 1 - length);
    if (count == 0) break;
    if (count > 0) length += (size_t) count;
    if (count < 0) CHECK_INT(errno, EAGAIN);
    if (count < 0) uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  words[length] = '\0';
  CHECK_HAS(words, " served\n");
  close(client);
  return atoi(words);
}

static void serve_here(uv_poll_t *poll, int status, int events) {
  int server = *(int *) poll->data;
  (void) events;
  CHECK_INT(status, 0);
  int fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) CHECK_INT(errno, EAGAIN);
  if (fd < 0) return; /* another was faster */
  dprintf(fd, "%d served\n", (int) getpid());
  close(fd);
  uv_poll_stop(poll);
  uv_close((uv_handle_t *) poll, NULL);
}

static void share(cp_serialization serialization) {
  enum { CHILDREN = 4 };
  struct one *ones = test_alloc(CHILDREN * sizeof *ones);
  static uv_poll_t poll;
  int server = listening_socket();
  CHECK_INT(fcntl(server, F_SETFL, O_NONBLOCK), 0);
  for (int i = 0; i < CHILDREN; i++) {
    start_one(&ones[i], "serve", serialization);
    give(&ones[i], "\"server\"", CP_HANDLE_SERVER, server);
  }
  for (int i = 0; i < CHILDREN; i++) RUN_UNTIL(NULL, ones[i].messages == 1 && ones[i].sent == 1);
  poll.data = &server;
  CHECK_INT(uv_poll_init(uv_default_loop(), &poll, server), 0);
  CHECK_INT(uv_poll_start(&poll, UV_READABLE, serve_here), 0);
  /* Each leaves when it has served one: so all do. */
  int served[CHILDREN + 1] = { 0 };
  for (int client = 0; client <= CHILDREN; client++) {
    int pid = pid_of_server(connect_to(server));
    int who = 0;
    while (who < CHILDREN && ones[who].pid != pid) who++;
    if (who == CHILDREN) CHECK_INT(pid, getpid());
    served[who]++;
  }
  for (int i = 0; i <= CHILDREN; i++) CHECK_INT(served[i], 1);
  for (int i = 0; i < CHILDREN; i++) end_one(&ones[i]);
  close(server);
}

TEST(a_parent_and_four_children_serve_on_one_socket) {
  share(CP_JSON);
}

TEST(a_parent_and_four_children_serve_on_one_socket_with_clones) {
  share(CP_ADVANCED);
}

/* ---- other descriptors ---- */

static void write_through_child(struct one *one, cp_handle_type type, int fd) {
  int before = one->messages;
  give(one, "\"from the child\"", type, fd);
  RUN_UNTIL(NULL, one->messages == before + 1);
  CHECK_STR(one->heard, text("{\"written\":%d}", one->pid));
}

static void any_descriptor(cp_serialization serialization) {
  struct one one = { 0 };
  int pipe_ends[2], sockets[2];
  char words[30] = "";
  start_one(&one, "write", serialization);

  const char *path = make_file("file", "", 0600);
  int file = open(path, O_RDWR | O_CLOEXEC);
  write_through_child(&one, CP_HANDLE_NATIVE, file);
  CHECK_STR(contents_of(file), "from the child");
  close(file);

  int memory = make_anonymous(true);
  write_through_child(&one, CP_HANDLE_NATIVE, memory);
  CHECK_STR(contents_of(memory), "from the child");
  close(memory);

  CHECK_INT(pipe2(pipe_ends, O_CLOEXEC), 0);
  write_through_child(&one, CP_HANDLE_NATIVE, pipe_ends[1]);
  close(pipe_ends[1]);
  CHECK_INT(read(pipe_ends[0], words, sizeof words), 14);
  CHECK_STR(words, "from the child");
  RUN_UNTIL(NULL, one.sent == 3);
  CHECK_INT(read(pipe_ends[0], words, 1), 0); /* nobody has kept a copy */
  close(pipe_ends[0]);

  write_through_child(&one, CP_HANDLE_SOCKET, connected_socket(sockets));
  close(sockets[0]);
  CHECK_INT(read(sockets[1], words, sizeof words), 14);
  close(sockets[1]);
  end_one(&one);
}

TEST(a_file_memory_a_pipe_and_a_socket_go_to_a_child) {
  any_descriptor(CP_JSON);
}

TEST(a_file_memory_a_pipe_and_a_socket_go_to_a_child_with_clones) {
  any_descriptor(CP_ADVANCED);
}

/* What came, in its order: the number that is in each pipe. */
struct order {
  char heard[200];
};

static void read_pipe(cp_channel *channel, cp_message *message, void *user) {
  struct order *order = user;
  char words[10] = "-";
  size_t length = strlen(order->heard);
  (void) channel;
  int fd = cp_message_take_fd(message);
  if (fd >= 0) CHECK_INT(read(fd, words, sizeof words - 1), 1);
  if (fd >= 0) close(fd);
  snprintf(order->heard + length, sizeof order->heard - length, "%s%s ",
           cp_message_json(message, NULL), words);
}

/* A child that only sends lives until all of it is acknowledged. */
TEST(descriptors_of_a_child_come_in_their_order) {
  struct order order = { "" };
  cp_options options = { .silent = true };
  struct watch *w = watch(cp_fork(handle_program(), CP_ARGS("give", "6"), &options));
  CHECK(cp_on_message(cp_ipc(w->child), read_pipe, &order) != 0);
  watch_run(w);
  CHECK_INT(w->code, 0);
  CHECK_STR(order.heard, "00 11 1- 22 33 3- 44 55 5- ");
  CHECK_STR(output_of(w, 1), "pipe sent\npipe sent\npipe sent\npipe sent\npipe sent\npipe sent\n");
}

/* ---- ends ---- */

TEST(a_child_that_is_killed_with_a_handle_on_its_way_closes_once) {
  for (int i = 0; i < 2; i++) {
    struct one one = { 0 };
    start_one(&one, "deaf", i ? CP_ADVANCED : CP_JSON);
    CHECK_INT(cp_kill(one.child, SIGSTOP), 0);
    int fd = make_anonymous(true);
    int before = count_descriptors();
    for (int j = 0; j < 5; j++) give(&one, "\"handle\"", CP_HANDLE_NATIVE, fd);
    CHECK(count_descriptors() > before);
    run_idle(NULL);
    CHECK_INT(cp_kill(one.child, SIGKILL), 0);
    watch_run(one.w);
    CHECK_INT(one.w->signal, SIGKILL);
    CHECK_INT(one.lost, 5);
    CHECK_INT(one.sent, 0);
    close(fd);
  }
}

TEST(a_child_that_does_not_listen_acknowledges_handles) {
  struct one one = { 0 };
  start_one(&one, "deaf", CP_JSON);
  for (int i = 0; i < 5; i++) give(&one, "\"handle\"", CP_HANDLE_NATIVE, 0);
  RUN_UNTIL(NULL, one.sent == 5);
  end_one(&one);
  CHECK_STR(output_of(one.w, 1), "disconnect\n");
}

TEST(a_handle_that_a_child_has_no_room_for_is_given_up) {
  struct one one = { 0 };
  start_one(&one, "full", CP_JSON);
  RUN_UNTIL(NULL, one.messages == 1);
  give(&one, "\"handle\"", CP_HANDLE_NATIVE, 0);
  CHECK_INT(cp_send(one.channel, "\"behind\"", NULL), 0);
  RUN_UNTIL(NULL, one.lost == 1);
  RUN_UNTIL(NULL, strstr(output_of(one.w, 1), "behind") != NULL);
  CHECK_INT(cp_kill(one.child, SIGUSR1), 0);
  give(&one, "\"handle\"", CP_HANDLE_NATIVE, 0);
  RUN_UNTIL(NULL, one.sent == 1);
  cp_disconnect(one.channel);
  watch_run(one.w);
  CHECK_HAS(output_of(one.w, 1), "\"behind\" with none\n");
  CHECK_HAS(output_of(one.w, 1), "\"handle\" with native\n");
}
