/* SPDX-License-Identifier: MIT */
/*
 * Shares a listening socket with a child that runs in Node: to the child it is a net.Server. Who
 * connects is served by one or the other; here the parent only asks.
 *
 *     share_server [MODULE]
 */
#include <arpa/inet.h>
#include <child_process.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in address = { .sin_family = AF_INET };

static int listen_on_loopback(void) {
  socklen_t size = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int result = bind(fd, (struct sockaddr *) &address, size);
  if (result == 0) result = listen(fd, 16);
  if (result == 0) result = getsockname(fd, (struct sockaddr *) &address, &size);
  return result == 0 ? fd : -1;
}

/* The child has the socket. */
static void ask(cp_channel *channel, cp_message *message, void *user) {
  char words[100];
  (void) channel, (void) message, (void) user;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, (struct sockaddr *) &address, sizeof address) < 0) perror("connect");
  ssize_t length = read(fd, words, sizeof words);
  printf("client was told: %.*s", length > 0 ? (int) length : 0, words);
  close(fd);
}

static void report(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) signal, (void) user;
  printf("child exited with code %d\n", code);
}

int main(int argc, char **argv) {
  int fd = listen_on_loopback();
  cp_child *child = cp_fork(argc > 1 ? argv[1] : "serve.js", NULL, NULL);
  cp_send_options with_socket = { .handle = { CP_HANDLE_SERVER, fd } };
  if (cp_send(cp_ipc(child), "\"a server\"", &with_socket) < 0)
    fprintf(stderr, "%s\n", cp_last_error()->message);
  cp_on_message(cp_ipc(child), ask, NULL);
  cp_on_close(child, report, NULL);
  int result = cp_run(NULL);
  close(fd);
  return result;
}
