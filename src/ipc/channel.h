/* SPDX-License-Identifier: MIT */
/*
 * An IPC channel: one end of a socket pair, over which messages travel both ways, as Node has
 * it. Both the parent's end (of a child) and the child's (cp_parent()) are this.
 *
 *     channel.c       its life, receiving, and the events
 *     send.c          the queue, what was sent and what is lost
 *     framing_json.c  bytes to frames: a JSON text a line
 *     message.c       what a listener gets
 *
 * The public calls are in api/.
 */
#ifndef CP_IPC_CHANNEL_H
#define CP_IPC_CHANNEL_H

#include "base/buffer.h"
#include "child_process.h"
#include "event/emitter.h"
#include "loop/io.h"
#include "loop/loop.h"

enum channel_event {
  CHANNEL_MESSAGE,
  CHANNEL_DISCONNECT,
  CHANNEL_DRAIN,
  CHANNEL_ERROR,
  CHANNEL_EVENTS
};

/** Whose channel it is. */
struct channel_owner {
  void (*hold)(struct channel_owner *owner); /**< keeps the channel from being freed */
  void (*release)(struct channel_owner *owner);
  void (*changed)(struct channel_owner *owner); /**< listeners or the queue: what keeps it alive */
  void (*closed)(struct channel_owner *owner);  /**< `disconnect` was emitted; the last of all */
};

struct sent_list; /* send.c */

/*
 *     is_connected   messages go both ways; cp_disconnect(), the peer's end, or an error ends it
 *     fd >= 0        until what was queued has left, or cannot leave
 *     is_open        until `disconnect` was emitted, or is being emitted
 */
struct cp_channel {
  struct loop *loop; /* held by the owner */
  struct channel_owner *owner;
  cp_child *child; /* whose it is; NULL: the parent's of this program */
  int fd;
  bool is_connected;
  bool is_deaf; /* the peer reads no more, though he may still send */
  bool is_open;
  bool has_ended;       /* the peer sends no more */
  bool is_dropping;     /* after `exit`: what comes while nobody listens is dropped */
  bool is_delivering;   /* messages are being emitted */
  bool owns_disconnect; /* cp_disconnect() was called: what is received is not looked at */

  struct loop_watch watch;
  struct loop_task deliver_task; /* a listener was added, and messages wait */
  struct loop_task flush_task;   /* messages were queued in this turn */
  struct loop_task close_task;   /* `disconnect` is due */

  struct buffer input; /* bytes that came in, from the first that was not delivered */
  size_t input_start;  /* up to here they were delivered */
  size_t input_seen;   /* up to here there is no line break */
  size_t max_message;

  struct writer writer;
  struct sent_list *sent;
  uint64_t bytes_queued;  /* in all its life */
  uint64_t bytes_written; /* likewise */
  size_t max_queued;
  uint64_t drain_at; /* `drain` is due when so much is written; 0: it is not */
  unsigned answers;  /* to handles, that wait to be sent */

  int failure; /* of which `error` will tell before `disconnect`; 0: none */
  const char *failure_text;

  struct emitter emitter;
  struct listener_list listeners[CHANNEL_EVENTS];
};

enum {
  CHANNEL_MAX_MESSAGE = 128 << 20, /* as long as nobody set another */
  CHANNEL_MAX_QUEUED = 1 << 30,    /* likewise */
  CHANNEL_HIGH_WATER = 131072,     /* Node's: what may wait before cp_send() says CP_FULL */
  CHANNEL_UNHEARD_MAX = 1 << 20,   /* what is read ahead while nobody listens */
  CHANNEL_MAX_ANSWERS = 64,        /* Node never sends a handle before the last is answered */
};

void channel_init(cp_channel *channel, struct channel_owner *owner, cp_child *child);
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
/** Delivers what is there now, so that it comes before `exit`. */
void channel_read_now(cp_channel *channel);
/** The peer's process has ended, and `exit` was emitted: what nobody listened for is dropped. */
void channel_drop_unheard(cp_channel *channel);

/** As cp_disconnect(). */
void channel_disconnect(cp_channel *channel);
/** Closes it now; what is queued is lost. */
void channel_close(cp_channel *channel);
/** The same, with an `error` first: why. */
void channel_fail(cp_channel *channel, int number, const char *text);
void channel_emit_error(cp_channel *channel, int number, const char *text);

/* ---- send.c ---- */

/** Queues a frame that is complete. 0, CP_FULL or a negative code, explained. */
int channel_send(cp_channel *channel, const char *frame, size_t length, cp_sent_cb sent,
                 void *user);
/** Writes what goes. 0, -EAGAIN or a negative code. Calls back for what has left. */
int channel_flush(cp_channel *channel);
/** All that is queued is lost: calls back, or emits `error`. */
void channel_lose_queue(cp_channel *channel, int number);
void channel_send_done(cp_channel *channel);

/* ---- framing_json.c ---- */

struct frame {
  char *text; /* '\0'-terminated */
  size_t length;
};

/**
 * The next frame in the input, or 0 if it is not complete; -EMSGSIZE where it is longer than
 * allowed. 1: `ret_frame` is valid until the input changes.
 */
int framing_next(cp_channel *channel, struct frame *ret_frame);

/* ---- message.c ---- */

struct cp_message {
  char *text;
  size_t length;
  cp_value *value; /* made when first asked for */
};

/** Whether the frame is JSON, and whether it is one of Node's own commands. */
enum message_kind {
  MESSAGE_BROKEN,
  MESSAGE_TOO_LARGE, /* for the memory that there is */
  MESSAGE_OF_USER,
  MESSAGE_INTERNAL,
  MESSAGE_HANDLE
};
enum message_kind message_kind(const struct frame *frame);
void message_done(cp_message *message);

#endif
