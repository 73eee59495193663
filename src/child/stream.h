/* SPDX-License-Identifier: MIT */
/*
 * One end of a pipe or a socket pair to the child.
 */
#ifndef CP_CHILD_STREAM_H
#define CP_CHILD_STREAM_H

#include "child_process.h"
#include "event/emitter.h"
#include "loop/io.h"
#include "loop/loop.h"

enum stream_event {
  STREAM_DATA,
  STREAM_END,
  STREAM_DRAIN,
  STREAM_ERROR,
  STREAM_CLOSE,
  STREAM_EVENTS
};

/** Who wants what is read in a place of his own (collect.c). */
struct stream_sink {
  /** Where to read to, and how much; NULL: no memory. */
  char *(*where)(struct stream_sink *sink, size_t *ret_size);
  /** So much stands there now. May close the stream. */
  void (*took)(struct stream_sink *sink, size_t length);
};

/*
 * The two directions end one after the other; then the descriptor is closed, and from the
 * loop `close` is emitted:
 *
 *     can_read   until end of file, of which `end` tells
 *     can_write  until cp_end() has written all, or nobody reads
 *     fd >= 0    until closed
 *     is_open    until `close` was emitted, or is being emitted
 */
struct cp_stream {
  cp_child *child;
  int fd;
  bool is_socket;
  bool is_reader, is_writer; /* what it was made for */
  bool can_read;
  bool can_write;
  bool is_open;

  bool is_paused;          /* by cp_pause() */
  bool is_flowing;         /* is read: from the first listener on, or cp_resume(), or `exit` */
  bool is_blocked;         /* waits for the stream that it is piped to */
  bool is_ending;          /* cp_end() was called */
  bool wants_drain;        /* CP_FULL was returned */
  bool was_touched;        /* too late for cp_stream_take_fd() */
  bool has_ended;          /* `end` was emitted, or is being emitted */
  unsigned char size_step; /* how far its pipe was grown (pipe_size.h) */
  int failure;             /* of which `error` will tell before `close`; 0: none */
  const char *failed_call;

  struct loop_watch watch;
  struct loop_task task; /* `close` is due */
  struct writer writer;
  struct stream_sink *sink; /* NULL: the loop's scratch memory serves */
  cp_stream *target;        /* cp_pipe(): what is read goes there */
  cp_stream *sources;       /* what comes from there; linked by next_source */
  cp_stream *next_source;

  struct emitter emitter;
  struct listener_list listeners[STREAM_EVENTS];
};

/** What waits before cp_write() says CP_FULL. */
enum { STREAM_HIGH_WATER = 65536 };

/** A stream that has no descriptor yet; one that never gets one is closed by its child. */
void stream_init(cp_stream *stream, cp_child *child, bool is_socket, bool can_read, bool can_write);
/** The start went well: it lives, with the descriptor that wiring.c gave it. */
void stream_open(cp_stream *stream);
/** The start failed: it will never have been open. */
void stream_discard(cp_stream *stream);
/** Frees what it has. Its child is going. */
void stream_done(cp_stream *stream);

/** `end` is still to come. */
bool stream_owes_end(const cp_stream *stream);
/** As cp_stream_take_fd(), of one that is open and untouched. */
int stream_take_fd(cp_stream *stream);

/** What comes is read from now on, unless it is paused. */
void stream_flow(cp_stream *stream);
/** Begins to watch for what it needs now. After every change of what it needs. */
void stream_update(cp_stream *stream);
/** Reads what is there now, so that it comes before `exit`. */
void stream_read_now(cp_stream *stream);
/** The process has ended: stdin closes. */
void stream_process_ended(cp_stream *stream);
/** `exit` was emitted: what nobody listens to is dropped. */
void stream_drop_unheard(cp_stream *stream);

/** 0, CP_FULL or a negative code; as cp_write(). */
int stream_write(cp_stream *stream, const char *data, size_t length);
/** As cp_end(). */
void stream_end(cp_stream *stream);
/** Closes the descriptor now, and emits `close` from the loop. Of one that is closed: nothing. */
void stream_close(cp_stream *stream);
/** The same, with an `error` before it: `call` failed with `number`. */
void stream_fail(cp_stream *stream, const char *call, int number);
/** Emits what is left to emit: `end` and `close` of a stream that never opened. */
void stream_emit_unopened(cp_stream *stream);

/** As cp_pipe(), of two that fit. */
void stream_pipe(cp_stream *from, cp_stream *to);
/** stream_pipe.c: `stream` has read something; is at its end; is closed; is empty again. */
void stream_pipe_data(cp_stream *from, const char *data, size_t length);
void stream_pipe_end(cp_stream *from);
void stream_pipe_closed(cp_stream *stream);
void stream_pipe_drained(cp_stream *to);

#endif
