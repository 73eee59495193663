/* SPDX-License-Identifier: MIT */
/*
 * Messages by the library, by its public header: a parent, and as its child this program once
 * more, or Node.
 */
#include "child_process.h"
#include "messages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* What is sent: a text, or a tree. */
static struct {
  char *text;
  cp_value *value;
  cp_handle handle;
} message;

static void make_message(void) {
  bool is_small = request.size == SMALL_SIZE;
  if (is_small || !(request.is_object || request.is_advanced)) {
    message.text = is_small ? strdup(SMALL_MESSAGE) : long_text();
    return;
  }
  message.value = request.is_object ? object_of_many() : buffer_of_many();
  if (!message.value) fail("%s", cp_last_error()->message);
}

/* 0 or CP_FULL. */
static int send_one(cp_channel *channel) {
  const cp_send_options options = { .handle = message.handle };
  int result = message.value ? cp_send_value(channel, message.value, &options)
                             : cp_send(channel, message.text, &options);
  if (result < 0) fail("%s", cp_last_error()->message);
  return result;
}

/* Small ones as they came; what is long as a value, with a look at one of its members. */
static void check_message(cp_message *came) {
  if (request.size == SMALL_SIZE) {
    size_t length;
    const char *text = cp_message_json(came, &length);
    if (length != SMALL_SIZE || memcmp(text, SMALL_MESSAGE, length) != 0) fail("got %s", text);
    return;
  }
  const cp_value *value = cp_message_value(came);
  if (!request.is_object) {
    size_t length = cp_value_as_bytes(value).length;
    if (length != (size_t) request.size - (request.is_advanced ? 0 : 2))
      fail("%zu bytes came", length);
    return;
  }
  const char *key = member_key(member_count() - 1);
  const char *last = cp_value_as_string(cp_value_get(value, key), "nothing");
  if (cp_value_count(value) != (size_t) member_count() || strcmp(last, "some text") != 0)
    fail("an object came that ends in %s", last);
}

/* ---- blocks: one side sends as many as the other will take, which then answers ---- */

static long left_to_send, left_to_come;

static void send_block(cp_channel *channel) {
  while (left_to_send > 0) {
    left_to_send--;
    if (send_one(channel) == CP_FULL) return;
  }
}

static void drained(cp_channel *channel, void *user) {
  (void) user;
  send_block(channel);
}

static void begin_block(cp_channel *channel) {
  left_to_send = block_length();
  send_block(channel);
}

/* Whether this was the last of a block. */
static bool ends_block(cp_message *came) {
  check_message(came);
  if (--left_to_come > 0) return false;
  left_to_come = block_length();
  return true;
}

static void answer(cp_channel *channel) {
  char text[24];
  (void) snprintf(text, sizeof text, "%ld", block_length());
  if (cp_send(channel, text, NULL) < 0) fail("%s", cp_last_error()->message);
}

static void check_answer(cp_message *came) {
  const char *text = cp_message_json(came, NULL);
  if (atol(text) != block_length()) fail("%s were counted", text);
}

/* ---- the child ---- */

static void echo(cp_channel *channel, cp_message *came, void *user) {
  (void) user;
  if (cp_send_payload(channel, cp_message_payload(came), NULL) < 0)
    fail("%s", cp_last_error()->message);
}

static void swallow(cp_channel *channel, cp_message *came, void *user) {
  (void) user;
  if (ends_block(came)) answer(channel);
}

/* A handle is taken, and closed; any message is the answer. */
static void catch_handle(cp_channel *channel, cp_message *came, void *user) {
  (void) user;
  check_message(came);
  int fd = cp_message_take_fd(came);
  if (fd < 0) fail("a message came without its handle");
  (void) close(fd);
  if (cp_send(channel, "1", NULL) < 0) fail("%s", cp_last_error()->message);
}

static void run_child(cp_message_cb serve) {
  cp_channel *parent = cp_parent(NULL);
  if (!parent) fail("%s", cp_last_error()->message);
  make_message();
  left_to_come = block_length();
  (void) cp_on_message(parent, serve, NULL);
  (void) cp_run(NULL);
  _Exit(0);
}

static void run_echo(void) {
  run_child(echo);
}

static void run_swallow(void) {
  run_child(swallow);
}

static void run_catch(void) {
  run_child(catch_handle);
}

/* ---- the parent ---- */

static void trouble(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) user;
  fail("%s", error->message);
}

static void ended(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) user;
  fail("the child has ended with code %d, signal %d", code, signal);
}

/* The child serves in the way of that name. */
static cp_channel *start(const char *serve) {
  char size[32], object[32], advanced[32];
  (void) snprintf(size, sizeof size, "size=%ld", request.size);
  (void) snprintf(object, sizeof object, "object=%d", request.is_object);
  (void) snprintf(advanced, sizeof advanced, "advanced=%d", request.is_advanced);
  const char *program = request.peer ? request.peer : "/proc/self/exe";
  cp_options options = { .serialization = request.is_advanced ? CP_ADVANCED : CP_JSON };
  cp_child *child =
      cp_fork(program, CP_ARGS(serve, "0", request.children, size, object, advanced), &options);
  if (!child) fail("%s", cp_last_error()->message);
  if (cp_start_error(child)) fail("%s", cp_start_error(child)->message);
  make_message();
  (void) cp_on_exit(child, ended, NULL);
  (void) cp_on_channel_error(cp_ipc(child), trouble, NULL);
  return cp_ipc(child);
}

static void pong(cp_channel *channel, cp_message *came, void *user) {
  (void) user;
  check_message(came);
  if (!another()) finish_blocks(1);
  (void) send_one(channel);
}

static void run_ping(void) {
  cp_channel *channel = start("echo");
  (void) cp_on_message(channel, pong, NULL);
  (void) another();
  (void) send_one(channel);
  (void) cp_run(NULL);
}

static int listening_socket(void) {
  const struct sockaddr_in loopback = { .sin_family = AF_INET,
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (const struct sockaddr *) &loopback, sizeof loopback) < 0 ||
      listen(fd, 16) < 0)
    fail("no listening socket: %d", errno);
  return fd;
}

static void caught(cp_channel *channel, cp_message *came, void *user) {
  (void) came, (void) user;
  if (!another()) finish_blocks(1);
  (void) send_one(channel);
}

static void run_pass(void) {
  cp_channel *channel = start("catch");
  message.handle = (cp_handle){ CP_HANDLE_SERVER, listening_socket() };
  (void) cp_on_message(channel, caught, NULL);
  (void) another();
  (void) send_one(channel);
  (void) cp_run(NULL);
}

static void block_swallowed(cp_channel *channel, cp_message *came, void *user) {
  (void) user;
  check_answer(came);
  if (!another()) finish_blocks(block_length());
  begin_block(channel);
}

static void run_send(void) {
  cp_channel *channel = start("swallow");
  (void) cp_on_message(channel, block_swallowed, NULL);
  (void) cp_on_channel_drain(channel, drained, NULL);
  (void) another();
  begin_block(channel);
  (void) cp_run(NULL);
}

static void one_came(cp_channel *channel, cp_message *came, void *user) {
  (void) user;
  if (!ends_block(came)) return;
  if (!another()) finish_blocks(block_length());
  answer(channel); /* asks for the next block */
}

static void run_receive(void) {
  cp_channel *channel = start("source");
  left_to_come = block_length();
  (void) cp_on_message(channel, one_came, NULL);
  (void) another();
  answer(channel);
  (void) cp_run(NULL);
}

int main(int argc, char **argv) {
  static const struct scenario scenarios[] = {
    { "ping", run_ping },       { "send", run_send },
    { "receive", run_receive }, { "pass", run_pass },
    { "echo", run_echo },       { "swallow", run_swallow },
    { "catch", run_catch },     { 0 },
  };
  return bench_main(argc, argv, scenarios, NULL);
}
