/* SPDX-License-Identifier: MIT */
/*
 * A channel over a real socket pair, and bytes that say what happens: what the peer writes and
 * reads, what the program sends, where it listens, and what its listeners do. Whatever it is, each
 * message that was taken is told of once, nothing is delivered after the end, and `disconnect`
 * comes exactly once.
 */
#include "ipc/channel.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_LISTENERS = 4 };

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

static void on_message(cp_channel *channel, cp_message *message, void *user) {
  struct stage *stage = user;
  size_t length;
  (void) channel;
  must(stage->disconnects == 0);
  const char *json = cp_message_json(message, &length);
  act_inside(stage);
  /* What was lent is there until the return. */
  must(strlen(json) == length && !strchr(json, '\n'));
  must(cp_message_value(message) != NULL);
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
  must(channel->writer.queued <= CHANNEL_HIGH_WATER); /* `sent` callbacks send, too */
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

static void send_some(struct stage *stage, size_t length) {
  static char json[70000];
  cp_send_options options = { .sent = on_sent, .user = stage };
  memset(json, '1', sizeof json);
  int result = cp_send_payload(&stage->channel, (cp_bytes){ json, length + 1 }, &options);
  must(result >= 0 || !cp_connected(&stage->channel) || stage->channel.is_deaf ||
       result == UV_ENOBUFS);
  stage->taken += result >= 0;
}

/* What the peer writes are bytes of the input, or one of some well-known lines. */
static void write_some(struct stage *stage) {
  static const char *const lines[] = { "1\n",
                                       "{\"cmd\":\"NODE_HANDLE\"}\n",
                                       "[1,2]\n",
                                       "{\"a\":",
                                       "{\"cmd\":\"NODE_X\"}\n",
                                       "\"\\u0000\"\n",
                                       "nonsense\n",
                                       "\n" };
  uint8_t what = next(stage);
  if (stage->wire < 0) return;
  if (what < 128) {
    const char *line = lines[what % 8];
    for (int i = 0; i <= what / 32; i++) (void) send(stage->wire, line, strlen(line), MSG_NOSIGNAL);
  } else {
    size_t length = what - 128u;
    if (length > stage->size - stage->at) length = stage->size - stage->at;
    (void) send(stage->wire, stage->data + stage->at, length, MSG_NOSIGNAL);
    stage->at += length;
  }
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
  channel_read_now(&stage->channel);
  channel_drop_unheard(&stage->channel);
  release(&stage->owner);
}

static void act(struct stage *stage, uint8_t what) {
  bool was_in_call = stage->in_call;
  stage->in_call = true;
  switch (what % 12) {
    case 0:
      break;
    case 1:
      send_some(stage, what);
      break;
    case 2:
      send_some(stage, (size_t) what * 256);
      break;
    case 3:
      write_some(stage);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1 || size > 4096) return 0;
  uv_loop_t uv;
  int pair[2];
  struct stage stage = { .data = data, .size = size, .at = 1, .has_child = data[0] & 1 };
  stage.owner = (struct channel_owner){ hold, release, changed, closed };
  must(uv_loop_init(&uv) == 0);
  must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
  stage.wire = pair[1];
  struct loop *loop = loop_open(&uv);
  must(loop != NULL);
  /* Only whether there is one is asked. */
  channel_init(&stage.channel, &stage.owner, stage.has_child ? (cp_child *) &stage : NULL);
  channel_open(&stage.channel, loop, pair[0]);
  must(cp_on_disconnect(&stage.channel, on_disconnect, &stage) != 0);
  must(cp_on_channel_error(&stage.channel, on_error, &stage) != 0);
  must(cp_on_channel_drain(&stage.channel, on_drain, &stage) != 0);
  loop_keep_alive(loop, 1);
  play(&stage, &uv);
  loop_keep_alive(loop, -1);
  must(stage.is_closed && stage.disconnects == 1);
  must(stage.holds == 0 && stage.told == stage.taken);
  channel_done(&stage.channel);
  loop_release(loop);
  uv_run(&uv, UV_RUN_DEFAULT);
  must(uv_loop_close(&uv) == 0);
  return 0;
}
