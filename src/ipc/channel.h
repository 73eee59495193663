/* SPDX-License-Identifier: MIT */
/*
 * An IPC channel: one end of a socket pair, over which messages travel both ways, as Node has
 * it. Both the parent's end (of a child) and the child's (cp_parent()) are this.
 *
 *     channel.c     its life, its readiness, and when it is closed
 *     emit.c        what it tells
 *     receive.c     bytes that come in, and who gets them
 *     command.c     Node's own messages, and what a handle is wrapped in
 *     answer.c      what we answer to them
 *     message.c     what a listener gets
 *     encode.c      what a caller sends, to a frame
 *     send.c        the queue, what was sent and what is lost
 *     passing.c     messages with a handle, and what waits behind them
 *
 * and, without a channel: framing*.c, arrivals.c, unheard.c, sockets.c, outbox.c, sent.c,
 * descriptor.c, byte_queue.c. The public calls are in api/.
 */
#ifndef CP_IPC_CHANNEL_H
#define CP_IPC_CHANNEL_H

#include "child_process.h"
#include "event/emitter.h"
#include "ipc/arrivals.h"
#include "ipc/framing.h"
#include "ipc/outbox.h"
#include "ipc/passing.h"
#include "ipc/sent.h"
#include "ipc/sockets.h"
#include "ipc/unheard.h"
#include "loop/loop.h"

enum channel_event {
  CHANNEL_MESSAGE,
  CHANNEL_DISCONNECT,
  CHANNEL_DRAIN,
  CHANNEL_ERROR,
  CHANNEL_EVENTS
};

enum { CHANNEL_FAILURE_SIZE = 256 };

/** Whose channel it is. */
struct channel_owner {
  void (*hold)(struct channel_owner *owner); /**< keeps the channel from being freed */
  void (*release)(struct channel_owner *owner);
  void (*changed)(struct channel_owner *owner); /**< listeners or the queue: what keeps it alive */
  void (*closed)(struct channel_owner *owner);  /**< `disconnect` was emitted; the last of all */
};

/*
 *     is_connected   messages go both ways; cp_disconnect(), the peer's end, or an error ends it
 *     fd >= 0        until what was queued has left, or cannot leave
 *     is_open        until `disconnect` was emitted, or is being emitted
 */
struct cp_channel {
  struct loop *loop; /* held by the owner */
  struct channel_owner *owner;
  cp_child *child; /* whose it is; NULL: the parent's of this program */
  cp_serialization serialization;
  int fd;
  bool is_connected;
  bool is_deaf; /* the peer reads no more, though he may still send */
  bool is_open;
  bool has_ended;       /* the peer sends no more */
  bool is_dropping;     /* after `exit`: what comes while nobody listens is dropped */
  bool is_delivering;   /* messages are being emitted */
  bool reads_values;    /* the last listener did: to read the next one is to check it, too */
  bool owns_disconnect; /* cp_disconnect() was called: what is received is not looked at */

  struct loop_watch watch;
  struct loop_task deliver_task; /* a listener was added, and messages wait */
  struct loop_task flush_task;   /* messages were queued in this turn */
  struct loop_task close_task;   /* `disconnect` is due */

  struct input input;
  uint64_t received; /* bytes, in all its life */
  size_t max_message;
  struct arrivals arrivals; /* descriptors in the input */
  struct unheard unheard;   /* messages that nobody has heard; not of a raw channel */
  int notice;               /* an `error` that is due, and does not close it; 0: none */
  const char *notice_text;
  struct sockets sockets;
  unsigned answers; /* to commands, that wait to be sent */

  struct outbox outbox;
  struct sent_list sent; /* who is to be told */
  uint64_t untold;       /* the end of the last message of which nobody is */
  struct passing passing;
  size_t max_queued;
  bool is_grown;         /* its socket was full once, and was made larger */
  uint64_t drain_at;     /* `drain` is due when so much is written; 0: it is not */
  uint64_t drain_behind; /* and when so many wait for a handle no more */

  int failure; /* of which `error` will tell before `disconnect`; 0: none */
  char failure_text[CHANNEL_FAILURE_SIZE];

  struct emitter emitter;
  struct listener_list listeners[CHANNEL_EVENTS];
};

enum {
  CHANNEL_MAX_MESSAGE = 128 << 20, /* as long as nobody set another */
  CHANNEL_MAX_QUEUED = 1 << 30,    /* likewise */
  CHANNEL_HIGH_WATER = 131072,     /* Node's: what may wait before cp_send() says CP_FULL */
  CHANNEL_UNHEARD_MAX = 1 << 20,   /* what is read ahead while nobody listens */
  CHANNEL_MAX_ANSWERS = 64,        /* Node never sends a handle before the last is answered */
  CHANNEL_UNHEARD_DESCRIPTORS = 64 /* as CHANNEL_UNHEARD_MAX */
};

static inline bool channel_is_raw(const cp_channel *channel) {
  return channel->serialization >= CP_RAW_JSON;
}

static inline bool channel_is_advanced(const cp_channel *channel) {
  return channel->serialization == CP_ADVANCED || channel->serialization == CP_RAW_ADVANCED;
}

static inline bool channel_is_heard(const cp_channel *channel) {
  return emitter_has(&channel->emitter, CHANNEL_MESSAGE);
}

void channel_init(cp_channel *channel, struct channel_owner *owner, cp_child *child,
                  cp_serialization serialization);
/** It is there: messages come and go. Takes `fd`, a non-blocking socket. */
void channel_open(cp_channel *channel, struct loop *loop, int fd);
/** It never was: emits `disconnect`, now. */
void channel_emit_unopened(cp_channel *channel);
/** Frees what it has. Its owner is going. */
void channel_done(cp_channel *channel);

/** Watches for what it needs now. After every change of what it needs. */
void channel_update(cp_channel *channel);
/** A `message` listener was added: what waits is delivered from the loop. */
void channel_listen(cp_channel *channel);
/** Its process has ended. Delivers what is there, so that it comes before `exit`. */
void channel_process_ended(cp_channel *channel);
/** The peer's process has ended, and `exit` was emitted: what nobody listened for is dropped. */
void channel_drop_unheard(cp_channel *channel);

/** As cp_disconnect(). */
void channel_disconnect(cp_channel *channel);
/** Closes it now; what is queued is lost. */
void channel_close(cp_channel *channel);
/** The same, with an `error` first: why. */
__attribute__((format(printf, 3, 4))) void channel_fail(cp_channel *channel, int number,
                                                        const char *format, ...);

/* ---- emit.c ---- */

void channel_emit(cp_channel *channel, enum channel_event event);
void channel_emit_message(cp_channel *channel, cp_message *message);
void channel_emit_error(cp_channel *channel, int number, const char *text);

/* ---- receive.c ---- */

/** Whether more is to be read, as things are. */
bool channel_wants_input(const cp_channel *channel);
/** Reads and delivers what is there. */
void channel_read(cp_channel *channel);
/** Delivers what was read. Nothing is delivered inside of delivering. */
void channel_deliver(cp_channel *channel);
/** Messages, or parts of one, that were not delivered. */
bool channel_has_input(const cp_channel *channel);
/** Drops what was read; not under the feet of a listener: then channel_deliver() does it. */
void channel_forget_input(cp_channel *channel);

/* ---- send.c ---- */

/** A frame that is being made: in its place in the queue, or aside, where it will have to wait. */
struct draft {
  cp_channel *channel;
  struct buffer *out; /* where it is to be appended to */
  size_t start;       /* of it in there */
  struct buffer own;
  bool is_wrapped, waits;
};

/** Nothing may be sent until it is sent or dropped. `is_wrapped`: the peer is to answer to it. */
void draft_begin(struct draft *draft, cp_channel *channel, bool is_wrapped);
void draft_drop(struct draft *draft);
/** As cp_send(). Takes `fd` (-1: none) if that went well, and the draft anyway. */
int draft_send(struct draft *draft, int fd, cp_sent_cb sent, void *user);

/** A frame that is complete. */
struct outgoing {
  const char *frame;
  size_t length;
  int fd; /* -1: none */
  cp_sent_cb sent;
  void *user;
};

/** Queues a copy, past the limits and past what waits. 0 or a negative code; takes `fd` with 0. */
int channel_queue(cp_channel *channel, const struct outgoing *message);
/** Bytes that wait to be sent. */
size_t channel_queued(const cp_channel *channel);
/** One that waited for a handle does no more, and is in the queue, or lost. */
void channel_has_moved(cp_channel *channel);
/** Writes what goes. 0, -EAGAIN or a negative code. Calls back for what has left. */
int channel_flush(cp_channel *channel);
/** What was queued when a sender was told that it is enough has left. */
bool channel_is_drained(const cp_channel *channel);
/** As cp_channel_flush(). */
int channel_flush_now(cp_channel *channel);
/** One message alone is lost: calls back, or emits `error`. */
void channel_tell_lost(cp_channel *channel, int number, cp_sent_cb sent, void *user);
/** All that is queued is lost: likewise. */
void channel_lose_queue(cp_channel *channel, int number);
void channel_send_done(cp_channel *channel);

#endif
