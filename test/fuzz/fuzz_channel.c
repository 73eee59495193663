/* SPDX-License-Identifier: MIT */
/*
 * A channel over a real socket pair, and bytes that say what happens: what the peer writes and
 * reads, with descriptors or without, what the program sends, where it listens, and what its
 * listeners do. Whatever it is, each message that was taken is told of once, nothing is delivered
 * after the end, `disconnect` comes exactly once, and no descriptor stays open.
 *
 * The first byte: bit 0 is a parent's channel, bits 1 and 2 are the serialization.
 */
#include "ipc/channel.h"
#include "value/clone.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HALF = 3, MOST_LISTENERS = 4, MOST_DESCRIPTORS = 3, WATCHED_DESCRIPTORS = 1024 };

struct stage {
  const uint8_t *data;
  size_t size, at;

  struct channel_owner owner;
  cp_channel channel;
  int holds;
  bool is_closed; /* the owner was told */
  bool has_child, has_exited;

  int wire;
  cp_listener listeners[MOST_LISTENERS];
  int taken, told, disconnects;
  bool in_call; /* a call is being made: nothing may call back */
  int depth;
};

static void must(bool holds) {
  if (!holds) abort();
}

static int count_descriptors(void) {
  static struct pollfd all[WATCHED_DESCRIPTORS];
  int count = 0;
  for (int i = 0; i < WATCHED_DESCRIPTORS; i++) all[i] = (struct pollfd){ .fd = i };
  must(poll(all, WATCHED_DESCRIPTORS, 0) >= 0);
  for (int i = 0; i < WATCHED_DESCRIPTORS; i++) count += !(all[i].revents & POLLNVAL);
  return count;
}

/* ---- the owner ---- */

static struct stage *stage_of(struct channel_owner *owner) {
  return (struct stage *) ((char *) owner - offsetof(struct stage, owner));
}

static void hold(struct channel_owner *owner) {
  stage_of(owner)->holds++;
}

static void release(struct channel_owner *owner) {
  must(stage_of(owner)->holds-- > 0);
}

static void changed(struct channel_owner *owner) {
  (void) owner;
}

static void closed(struct channel_owner *owner) {
  struct stage *stage = stage_of(owner);
  must(!stage->is_closed && stage->disconnects == 1);
  stage->is_closed = true;
}

/* ---- listeners ---- */

static uint8_t next(struct stage *stage) {
  return stage->at < stage->size ? stage->data[stage->at++] : 0;
}

static void act(struct stage *stage, uint8_t what);

/* A listener does what the next byte says, but not without end. */
static void act_inside(struct stage *stage) {
  must(!stage->in_call && stage->holds > 0);
  must(stage->disconnects == 0 || stage->is_closed == false);
  if (stage->depth > 0) return;
  stage->depth++;
  act(stage, next(stage));
  stage->depth--;
}

/* Lent until the return, or taken. */
static void look_at_handle(struct stage *stage, cp_message *message) {
  cp_handle handle = cp_message_handle(message);
  must((handle.type == CP_HANDLE_NONE) == (handle.fd < 0));
  if (handle.fd < 0) {
    must(cp_message_take_fd(message) < 0);
    return;
  }
  must(handle.fd > 2 && (fcntl(handle.fd, F_GETFD) & FD_CLOEXEC) != 0);
  act_inside(stage);
  must(fcntl(handle.fd, F_GETFD) >= 0);
  if (stage->at % 2) return;
  must(cp_message_take_fd(message) == handle.fd);
  must(cp_message_take_fd(message) < 0 && cp_message_handle(message).type == CP_HANDLE_NONE);
  must(close(handle.fd) == 0);
}

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct stage *stage = user;
  must(stage->disconnects == 0);
  cp_bytes payload = cp_message_payload(message);
  char *copy = malloc(payload.length + 1);
  must(copy != NULL);
  memcpy(copy, payload.data, payload.length + 1);
  size_t length = 0;
  const char *json = cp_message_json(message, &length);
  must(!json || (strlen(json) == length && !strchr(json, '\n')) || channel_is_raw(channel));
  act_inside(stage);
  look_at_handle(stage, message);
  /* What was lent is there until the return. */
  must(cp_message_payload(message).data == payload.data);
  must(memcmp(payload.data, copy, payload.length + 1) == 0);
  must(channel_is_raw(channel) || cp_message_value(message) != NULL ||
       cp_message_handle(message).type != CP_HANDLE_NONE || json == NULL);
  free(copy);
}

static void on_disconnect(cp_channel *channel, void *user) {
  struct stage *stage = user;
  must(!cp_connected(channel) && channel->fd < 0);
  must(++stage->disconnects == 1);
  must(stage->told == stage->taken);
  act_inside(stage);
}

static void on_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  must(error->number < 0 && error->message != NULL);
  act_inside(user);
}

static void on_drain(cp_channel *channel, void *user) {
  must(channel_queued(channel) <= CHANNEL_HIGH_WATER); /* `sent` callbacks send, too */
  act_inside(user);
}

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct stage *stage = user;
  (void) channel;
  must(!error || error->number < 0);
  must(++stage->told <= stage->taken);
  act_inside(stage);
}

/* ---- what may happen ---- */

static void send_some(struct stage *stage, size_t length, cp_handle handle) {
  static char json[70000];
  cp_send_options options = { .handle = handle, .sent = on_sent, .user = stage };
  memset(json, '1', sizeof json);
  cp_bytes payload = { json, length + 1 };
  json[length + 1] = '\0';
  int result = stage->channel.serialization == CP_ADVANCED
                   ? cp_send(&stage->channel, json, &options)
                   : cp_send_payload(&stage->channel, payload, &options);
  must(result >= 0 || !cp_connected(&stage->channel) || stage->channel.is_deaf ||
       result == UV_ENOBUFS);
  stage->taken += result >= 0;
}

static void write_to_wire(struct stage *stage, const char *bytes, size_t length, int descriptors) {
  static const int fds[MOST_DESCRIPTORS] = { 0, 1, 2 };
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof fds)];
  } control;
  size_t size = (size_t) descriptors * sizeof *fds;
  struct iovec part = { (char *) bytes, length };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  if (descriptors > 0) {
    memset(&control, 0, sizeof control);
    control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
                                       .cmsg_type = SCM_RIGHTS,
                                       .cmsg_len = CMSG_LEN(size) };
    memcpy(CMSG_DATA(&control.header), fds, size);
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(size);
  }
  (void) sendmsg(stage->wire, &message, MSG_NOSIGNAL);
}

/* Appends the frame of a payload, in the framing of the channel. */
static void add_frame(const cp_channel *channel, struct buffer *frame, const char *payload,
                      size_t length) {
  char head[FRAMING_HEAD_SIZE];
  if (channel_is_advanced(channel)) {
    must(framing_write_head(head, length + FRAMING_HEAD_SIZE) == 0);
    must(buffer_append(frame, head, sizeof head) == 0);
  }
  must(buffer_append(frame, payload, length) == 0);
  if (!channel_is_advanced(channel)) must(buffer_append(frame, "\n", 1) == 0);
}

/* One of some well-known messages; what is no JSON goes as it is, and one lacks its last byte. */
static void add_known(const cp_channel *channel, struct buffer *frame, uint8_t which) {
  static const char *const texts[] = {
    "1",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":1}",
    "[1,2]",
    "{\"a\":",
    "{\"cmd\":\"NODE_X\"}",
    "\"\\u0000\"",
    "nonsense",
    "",
    "{\"cmd\":\"NODE_HANDLE_ACK\"}",
    "{\"cmd\":\"NODE_HANDLE_NACK\"}",
    "{\"cmd\":\"NODE_SOCKET_GET_COUNT\",\"key\":\"k\"}",
    "{\"cmd\":\"NODE_SOCKET_NOTIFY_CLOSE\",\"key\":\"k\"}",
    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"cmd\":\"NODE_HANDLE\",\"type\":"
    "\"net.Socket\",\"msg\":[]}}",
  };
  const char *text = texts[which % (sizeof texts / sizeof *texts)];
  struct buffer clone = { 0 };
  cp_value *value = cp_value_parse(text, strlen(text));
  if (value && channel_is_advanced(channel)) {
    must(clone_write(value, CLONE_CHANNEL, &clone) == 0);
    add_frame(channel, frame, clone.data, clone.length);
  } else {
    add_frame(channel, frame, text, strlen(text));
  }
  if (text == texts[HALF]) frame->length--;
  buffer_done(&clone);
  cp_value_free(value);
}

/* The peer writes bytes of the input, in a frame or not; or well-known messages. */
static void write_some(struct stage *stage, int descriptors) {
  uint8_t what = next(stage);
  struct buffer bytes = { 0 };
  if (stage->wire < 0) return;
  if (what < 128) {
    for (int i = 0; i <= what / 32; i++) add_known(&stage->channel, &bytes, what % 32);
  } else {
    size_t length = what % 64;
    if (length > stage->size - stage->at) length = stage->size - stage->at;
    const char *data = (const char *) stage->data + stage->at;
    if (what < 192) must(buffer_append(&bytes, data, length) == 0);
    if (what >= 192) add_frame(&stage->channel, &bytes, data, length);
    stage->at += length;
  }
  write_to_wire(stage, bytes.data, bytes.length, descriptors);
  buffer_done(&bytes);
}

static void read_some(struct stage *stage) {
  static char data[65536];
  if (stage->wire >= 0) (void) recv(stage->wire, data, sizeof data, 0);
}

static void change_listener(struct stage *stage, uint8_t which) {
  cp_listener *listener = &stage->listeners[which % MOST_LISTENERS];
  if (*listener) {
    cp_channel_off(&stage->channel, *listener);
    *listener = 0;
  } else {
    *listener = cp_on_message(&stage->channel, on_message, stage);
  }
}

static void end_child(struct stage *stage) {
  if (!stage->has_child || stage->has_exited || stage->depth > 0) return;
  stage->has_exited = true;
  hold(&stage->owner);
  channel_process_ended(&stage->channel);
  channel_drop_unheard(&stage->channel);
  release(&stage->owner);
}

/* Descriptors, both ways, and what is not waited for. */
static void act_further(struct stage *stage, unsigned what) {
  if (what % 4 == 1) write_some(stage, 1 + (int) what / 4 % MOST_DESCRIPTORS);
  if (what % 4 == 2) send_some(stage, what, (cp_handle){ CP_HANDLE_NATIVE, 0 });
  if (what % 4 == 3) (void) cp_channel_flush(&stage->channel);
}

static void act(struct stage *stage, uint8_t what) {
  const cp_handle none = { CP_HANDLE_NONE, -1 };
  bool was_in_call = stage->in_call;
  stage->in_call = true;
  switch (what % 12) {
    case 0:
      act_further(stage, what / 12);
      break;
    case 1:
      send_some(stage, what, none);
      break;
    case 2:
      send_some(stage, (size_t) what * 256, none);
      break;
    case 3:
      write_some(stage, 0);
      break;
    case 4:
      read_some(stage);
      break;
    case 5:
      change_listener(stage, what / 12);
      break;
    case 6:
      cp_disconnect(&stage->channel);
      break;
    case 7:
      channel_close(&stage->channel);
      break;
    case 8:
      (void) cp_channel_set_limits(&stage->channel, next(stage) + 1u, what * 1000u);
      break;
    case 9:
      if (stage->wire >= 0) (void) shutdown(stage->wire, what / 12 % 2 ? SHUT_WR : SHUT_RD);
      break;
    case 10:
      if (stage->wire >= 0) (void) close(stage->wire);
      stage->wire = -1;
      break;
    default:
      stage->in_call = was_in_call;
      end_child(stage);
  }
  stage->in_call = was_in_call;
}

static void play(struct stage *stage, uv_loop_t *uv) {
  while (stage->at < stage->size) {
    act(stage, next(stage));
    if (next(stage) % 2) uv_run(uv, UV_RUN_NOWAIT);
  }
  stage->depth = 1; /* listeners do nothing any more */
  if (stage->wire >= 0) (void) close(stage->wire);
  stage->wire = -1;
  uv_run(uv, UV_RUN_NOWAIT);
  stage->depth = 0;
  end_child(stage);
  stage->depth = 1;
  for (int i = 0; i < 50 && !stage->is_closed; i++) uv_run(uv, UV_RUN_NOWAIT);
}

static void open_stage(struct stage *stage, struct loop *loop) {
  int pair[2];
  must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
  stage->wire = pair[1];
  stage->has_child = stage->data[0] & 1;
  stage->owner = (struct channel_owner){ hold, release, changed, closed };
  /* Only whether there is one is asked. */
  channel_init(&stage->channel, &stage->owner, stage->has_child ? (cp_child *) stage : NULL,
               (cp_serialization) (stage->data[0] >> 1 & 3));
  channel_open(&stage->channel, loop, pair[0]);
  must(cp_on_disconnect(&stage->channel, on_disconnect, stage) != 0);
  must(cp_on_channel_error(&stage->channel, on_error, stage) != 0);
  must(cp_on_channel_drain(&stage->channel, on_drain, stage) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 || size > 4096) return 0;
  uv_loop_t uv;
  struct stage stage = { .data = data, .size = size, .at = 1 };
  must(uv_loop_init(&uv) == 0);
  struct loop *loop = loop_open(&uv);
  must(loop != NULL);
  int descriptors = count_descriptors();
  open_stage(&stage, loop);
  loop_keep_alive(loop, 1);
  play(&stage, &uv);
  loop_keep_alive(loop, -1);
  must(stage.is_closed && stage.disconnects == 1);
  must(stage.holds == 0 && stage.told == stage.taken);
  channel_done(&stage.channel);
  must(count_descriptors() == descriptors);
  loop_release(loop);
  uv_run(&uv, UV_RUN_DEFAULT);
  must(uv_loop_close(&uv) == 0);
  return 0;
}
