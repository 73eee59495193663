/* SPDX-License-Identifier: MIT */
/*
 * A program with the library at either end of a channel: `ipc_program MODE [ARGUMENT...]`. The
 * modes of a child find their parent by cp_parent(); `fork` is a parent. It prints what it hears.
 */
#include <child_process.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

__attribute__((noreturn)) static void die(const char *what) {
  const cp_error *error = cp_last_error();
  fprintf(stderr, "%s: %s\n", what, error ? error->message : "no error");
  exit(99);
}

static char *string_of_length(size_t length) {
  char *json = malloc(length + 3);
  if (!json) die("malloc");
  memset(json, 'x', length + 2);
  json[0] = json[length + 1] = '"';
  json[length + 2] = '\0';
  return json;
}

static void send_big(cp_channel *channel, const char *length) {
  char *json = string_of_length(strtoul(length, NULL, 10));
  if (cp_send(channel, json, NULL) < 0) die("cp_send");
  free(json);
}

static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) user;
  printf("error %s %s\n", error->code, error->message);
}

static void on_disconnect(cp_channel *channel, void *user) {
  (void) user;
  printf("disconnect %d\n", cp_connected(channel));
}

/* Long messages are told by their length. */
static void print_message(cp_channel *channel, cp_message *message, void *user) {
  size_t length;
  const char *json = cp_message_json(message, &length);
  (void) channel, (void) user;
  if (length > 1000)
    printf("message of %zu bytes\n", length);
  else
    printf("message %s\n", json);
}

/* ---- modes of a child ---- */

static cp_channel *parent_or_die(void) {
  cp_channel *channel = cp_parent(NULL);
  if (!channel) die("cp_parent");
  cp_on_channel_error(channel, on_error, NULL);
  return channel;
}

static void send_back(cp_channel *channel, cp_message *message, void *user) {
  (void) user;
  if (cp_send_payload(channel, cp_message_payload(message), NULL) < 0) die("cp_send_payload");
}

/* echo: sends back what it gets, until the parent disconnects. */
static int echo(char **arguments) {
  (void) arguments;
  cp_on_message(parent_or_die(), send_back, NULL);
  return cp_run(NULL);
}

/* listen: prints what it hears, until the parent disconnects. */
static int listen_only(char **arguments) {
  (void) arguments;
  cp_channel *channel = parent_or_die();
  cp_on_message(channel, print_message, NULL);
  cp_on_disconnect(channel, on_disconnect, NULL);
  return cp_run(NULL);
}

/* idle: has a parent and does not listen, so that nothing keeps it. */
static int idle(char **arguments) {
  (void) arguments;
  parent_or_die();
  return cp_run(NULL);
}

/* say JSON...: sends the texts and ends, which it does when they are out. */
static int say(char **arguments) {
  cp_channel *channel = parent_or_die();
  for (; *arguments; arguments++)
    if (cp_send(channel, *arguments, NULL) < 0) die("cp_send");
  return cp_run(NULL);
}

static int big(char **arguments) {
  send_big(parent_or_die(), arguments[0]);
  return cp_run(NULL);
}

/* big-disconnect LENGTH: the same, and disconnects at once. */
static int big_and_disconnect(char **arguments) {
  cp_channel *channel = parent_or_die();
  send_big(channel, arguments[0]);
  cp_disconnect(channel);
  cp_on_disconnect(channel, on_disconnect, NULL);
  return cp_run(NULL);
}

struct numbers {
  long next, count, sent, lost;
};

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct numbers *numbers = user;
  (void) channel;
  if (error)
    numbers->lost++;
  else
    numbers->sent++;
}

static void send_numbers(cp_channel *channel, void *user) {
  struct numbers *numbers = user;
  int result = 0;
  while (result == 0 && numbers->next < numbers->count) {
    char json[64];
    snprintf(json, sizeof json, "{\"number\":%ld}", numbers->next++);
    result = cp_send(channel, json, &(cp_send_options){ .sent = on_sent, .user = numbers });
    if (result < 0) die("cp_send");
  }
}

/* numbers COUNT: sends numbered messages at the speed of the parent, and prints how many left. */
static int count_up(char **arguments) {
  struct numbers numbers = { .count = atol(arguments[0]) };
  cp_channel *channel = parent_or_die();
  cp_on_channel_drain(channel, send_numbers, &numbers);
  send_numbers(channel, &numbers);
  int result = cp_run(NULL);
  printf("sent %ld, lost %ld\n", numbers.sent, numbers.lost);
  return result;
}

/* twice: asks for the parent two times, and for what was taken away by that. */
static int ask_twice(char **arguments) {
  (void) arguments;
  cp_channel *channel = parent_or_die();
  printf("same %d, fd %d, mode %d\n", cp_parent(NULL) == channel, getenv("NODE_CHANNEL_FD") != NULL,
         getenv("NODE_CHANNEL_SERIALIZATION_MODE") != NULL);
  return cp_run(NULL);
}

static void count_bytes(cp_channel *channel, cp_message *message, void *user) {
  size_t length;
  (void) cp_message_json(message, &length);
  *(size_t *) user = length;
  cp_disconnect(channel);
}

/* pieces LENGTH PIECE: a message of that length from itself, a write and a turn for each piece. */
static int receive_in_pieces(char **arguments) {
  size_t length = strtoul(arguments[0], NULL, 10), piece = strtoul(arguments[1], NULL, 10);
  size_t received = 0;
  int pair[2];
  char number[16];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) return 1;
  snprintf(number, sizeof number, "%d", pair[0]);
  setenv("NODE_CHANNEL_FD", number, 1);
  cp_on_message(parent_or_die(), count_bytes, &received);
  char *json = string_of_length(length - 2);
  for (size_t at = 0; at < length; at += piece) {
    size_t count = length - at < piece ? length - at : piece;
    if (write(pair[1], json + at, count) != (ssize_t) count) return 1;
    uv_run(uv_default_loop(), UV_RUN_ONCE);
  }
  if (write(pair[1], "\n", 1) != 1) return 1;
  int result = cp_run(NULL);
  free(json);
  close(pair[1]);
  printf("received %zu\n", received);
  return result;
}

/* ---- the mode of a parent ---- */

struct script {
  char **next; /* send=JSON, big=LENGTH, wait, disconnect, unref */
  bool is_waiting;
};

static void go_on(cp_channel *channel, struct script *script) {
  for (; *script->next && !script->is_waiting; script->next++) {
    const char *word = *script->next;
    if (!strncmp(word, "send=", 5)) {
      if (cp_send(channel, word + 5, NULL) < 0) die("cp_send");
    } else if (!strncmp(word, "big=", 4)) {
      send_big(channel, word + 4);
    } else if (!strcmp(word, "disconnect")) {
      cp_disconnect(channel);
    } else if (!strcmp(word, "wait")) {
      script->is_waiting = true;
    } else {
      die(word);
    }
  }
}

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct script *script = user;
  print_message(channel, message, NULL);
  script->is_waiting = false;
  go_on(channel, script);
}

static void on_exit_event(cp_child *child, int code, int signal, void *user) {
  (void) child;
  printf("%s %d %d\n", (const char *) user, code, signal);
}

/* fork MODULE [WORD...]: the words say what it does, one after the other. */
static int fork_module(char **arguments) {
  struct script script = { .next = arguments + 1 };
  cp_child *child = cp_fork(arguments[0], NULL, NULL);
  if (!child) die("cp_fork");
  cp_channel *channel = cp_ipc(child);
  cp_on_message(channel, on_message, &script);
  cp_on_disconnect(channel, on_disconnect, NULL);
  cp_on_channel_error(channel, on_error, NULL);
  cp_on_exit(child, on_exit_event, "exit");
  cp_on_close(child, on_exit_event, "close");
  go_on(channel, &script);
  return cp_run(NULL);
}

static const struct mode {
  const char *name;
  int (*run)(char **arguments);
} modes[] = {
  { "echo", echo },        { "listen", listen_only },
  { "idle", idle },        { "say", say },
  { "big", big },          { "big-disconnect", big_and_disconnect },
  { "twice", ask_twice },  { "numbers", count_up },
  { "fork", fork_module }, { "pieces", receive_in_pieces },
};

int main(int argc, char **argv) {
  alarm(300);
  setvbuf(stdout, NULL, _IOLBF, 0);
  for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof *modes; i++)
    if (!strcmp(argv[1], modes[i].name)) return modes[i].run(argv + 2);
  fprintf(stderr, "ipc_program: unknown mode\n");
  return 98;
}
