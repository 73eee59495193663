/* SPDX-License-Identifier: MIT */
/*
 * A stream: what its descriptor is ready for becomes `data`, `end`, `drain`, `error`, `close`.
 *
 * It is read only while somebody wants the data, so that a child that is too quick is held up
 * by a full pipe. The child is held around everything that may emit: a listener may destroy
 * the stream, and `close` of the child frees both.
 */
#include "child/stream.h"

#include "base/errno_names.h"
#include "base/error.h"
#include "base/fd.h"
#include "child/child.h"
#include "child/pipe_size.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* One stream must not keep the others waiting: so many reads, then it is their turn. */
enum {
  READS_AT_ONCE = 16,
  BUSY_PASS = 64 << 10, /* what Linux's pipes hold: read at once, there is more to come */
};

/* ---- emitting ---- */

static void emit(cp_stream *stream, enum stream_event event) {
  struct emission walk;
  emission_begin(&walk, &stream->emitter, event);
  for (struct listener *l; (l = emission_next(&walk));) ((cp_stream_cb) l->call)(stream, l->user);
  emission_end(&walk);
}

static void emit_data(cp_stream *stream, const char *data, size_t length) {
  struct emission walk;
  emission_begin(&walk, &stream->emitter, STREAM_DATA);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_data_cb) l->call)(stream, data, length, l->user);
  emission_end(&walk);
}

static void emit_error(cp_stream *stream) {
  char message[64];
  (void) snprintf(message, sizeof message, "%s %s", stream->failed_call,
                  errno_name(stream->failure));
  const cp_error error = {
    .number = stream->failure,
    .code = errno_name(stream->failure),
    .name = "Error",
    .message = message,
    .syscall = stream->failed_call,
  };
  struct emission walk;
  emission_begin(&walk, &stream->emitter, STREAM_ERROR);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_stream_error_cb) l->call)(stream, &error, l->user);
  emission_end(&walk);
}

static void emit_end(cp_stream *stream) {
  if (!stream->is_reader || stream->has_ended) return;
  stream->has_ended = true;
  emit(stream, STREAM_END);
}

/* The last of a stream: after this its child may be gone. */
static void emit_close(cp_stream *stream) {
  cp_child *child = stream->child;
  child_hold(child);
  if (stream->failure) emit_error(stream);
  stream->is_open = false;
  emit(stream, STREAM_CLOSE);
  child_stream_closed(child);
  child_release(child);
}

static void on_close_due(struct loop_task *task) {
  emit_close(LIST_ENTRY(task, cp_stream, task));
}

void stream_emit_unopened(cp_stream *stream) {
  emit_end(stream);
  stream_pipe_closed(stream);
  emit_close(stream);
}

/* ---- closing ---- */

/* The descriptor is gone. */
static void closed(cp_stream *stream) {
  if (stream->size_step) pipe_size_release(&stream->size_step);
  writer_done(&stream->writer);
  stream->can_read = stream->can_write = false;
  loop_defer(stream->child->loop, &stream->task);
  stream_pipe_closed(stream);
}

void stream_close(cp_stream *stream) {
  if (stream->fd < 0) return;
  loop_unwatch(stream->child->loop, &stream->watch);
  fd_close(&stream->fd);
  closed(stream);
}

void stream_fail(cp_stream *stream, const char *call, int number) {
  if (stream->fd < 0) return;
  stream->failed_call = call;
  stream->failure = number;
  stream_close(stream);
}

/* ---- reading ---- */

static bool wants_data(const cp_stream *stream) {
  return stream->can_read && stream->is_flowing && !stream->is_paused && !stream->is_blocked;
}

static void reached_end(cp_stream *stream) {
  stream->can_read = false;
  emit_end(stream);
  stream_pipe_end(stream);
  if (stream->can_write) {
    stream_end(stream); /* as Node's sockets do: nobody is there to answer */
  } else {
    stream_close(stream);
  }
}

static void deliver(cp_stream *stream, const char *data, size_t length) {
  struct stream_sink *sink = stream->sink;
  emit_data(stream, data, length);
  if (stream->target && stream->fd >= 0) stream_pipe_data(stream, data, length);
  if (sink) sink->took(sink, length);
}

static char *where_to_read(cp_stream *stream, size_t *ret_size) {
  if (stream->sink) return stream->sink->where(stream->sink, ret_size);
  *ret_size = LOOP_SCRATCH_SIZE;
  return loop_scratch(stream->child->loop);
}

/* `until_empty`: a short read is not taken for the last one, since the end is behind it. */
/* Each turn of it costs a system call less then. stream_update() follows, and watches it anew. */
static void become_busy(cp_stream *stream) {
  if (stream->watch.is_busy) return;
  loop_unwatch(stream->child->loop, &stream->watch);
  stream->watch.is_busy = true;
}

static void read_pass(cp_stream *stream, bool until_empty) {
  size_t total = 0;
  for (int i = 0; i < READS_AT_ONCE && wants_data(stream); i++) {
    size_t size = 0;
    char *into = where_to_read(stream, &size);
    ssize_t count = into ? io_read(stream->fd, into, size) : -ENOMEM;
    if (count == -EAGAIN) break;
    /* The other end is gone, with bytes of ours that it did not read: an end all the same. */
    if (count == -ECONNRESET && stream->is_socket) count = 0;
    if (count < 0) {
      stream_fail(stream, "read", (int) count);
      return;
    }
    if (count == 0) {
      reached_end(stream);
      return;
    }
    total += (size_t) count;
    deliver(stream, into, (size_t) count);
    if ((size_t) count < size && !until_empty) break;
  }
  if (stream->fd < 0 || total < BUSY_PASS) return;
  if (!stream->is_socket) pipe_size_adapt(stream->fd, &stream->size_step, total);
  become_busy(stream);
}

void stream_read_now(cp_stream *stream) {
  if (!stream->watch.is_active || !wants_data(stream)) return;
  read_pass(stream, true);
  stream_update(stream);
}

void stream_flow(cp_stream *stream) {
  stream->is_flowing = stream->was_touched = true;
  stream_update(stream);
}

void stream_drop_unheard(cp_stream *stream) {
  if (!stream->can_read || stream->is_paused || stream->is_flowing) return;
  stream->is_flowing = stream->was_touched = true;
  read_pass(stream, true); /* mostly it is at its end already: no need to watch it */
  stream_update(stream);
}

/* ---- writing ---- */

static void finish_writing(cp_stream *stream) {
  if (!stream->is_socket || !stream->can_read) {
    stream_close(stream);
    return;
  }
  stream->can_write = false;
  if (shutdown(stream->fd, SHUT_WR) < 0 && errno != ENOTCONN)
    stream_fail(stream, "shutdown", -errno);
}

static void write_pass(cp_stream *stream, uint32_t events) {
  if (stream->writer.queued == 0) {
    /* Nobody reads the pipe any more: the child closed its stdin. */
    if ((events & EPOLLERR) && !stream->is_socket) stream_close(stream);
    return;
  }
  int result = writer_flush(&stream->writer, stream->fd, stream->is_socket);
  if (result == -EAGAIN) return;
  if (result < 0) {
    stream_fail(stream, "write", result);
  } else if (stream->is_ending) {
    finish_writing(stream);
  } else if (stream->wants_drain) {
    stream->wants_drain = false;
    stream_pipe_drained(stream);
    emit(stream, STREAM_DRAIN);
  }
}

/* What goes at once, without a copy. Bytes written; or a negative code, the stream failed. */
static ssize_t write_now(cp_stream *stream, const char *data, size_t length) {
  if (stream->writer.queued > 0) return 0;
  const struct iovec part = { (char *) data, length };
  ssize_t written = io_write(stream->fd, stream->is_socket, &part, 1);
  if (written == -EAGAIN) return 0;
  if (written < 0) stream_fail(stream, "write", (int) written);
  return written;
}

int stream_write(cp_stream *stream, const char *data, size_t length) {
  stream->was_touched = true;
  if (!stream->can_write || stream->is_ending) return -EPIPE;
  if (length == 0) return 0;
  ssize_t written = write_now(stream, data, length);
  if (written < 0) return 0; /* the event tells */
  int result = writer_add(&stream->writer, data + written, length - (size_t) written);
  if (result < 0) {
    /* Half of it may have left: what came after would be taken for the other half. */
    if (written > 0) stream_fail(stream, "write", result);
    return result;
  }
  if (stream->writer.queued > STREAM_HIGH_WATER) stream->wants_drain = true;
  stream_update(stream);
  return stream->wants_drain ? CP_FULL : 0;
}

void stream_end(cp_stream *stream) {
  stream->was_touched = true;
  if (!stream->can_write || stream->is_ending) return;
  stream->is_ending = true;
  if (stream->writer.queued == 0) finish_writing(stream);
}

void stream_process_ended(cp_stream *stream) {
  if (stream->is_socket || !stream->can_write) return;
  if (stream->writer.queued > 0) {
    stream_fail(stream, "write", -EPIPE);
  } else {
    stream_close(stream);
  }
}

bool stream_owes_end(const cp_stream *stream) {
  if (stream->has_ended || !stream->is_open) return false;
  bool never_opened = stream->child->state == CHILD_FAILED; /* emits all the same */
  return stream->can_read || (never_opened && stream->is_reader);
}

int stream_take_fd(cp_stream *stream) {
  int mode = stream->is_socket ? O_RDWR : stream->is_writer ? O_WRONLY : O_RDONLY;
  loop_unwatch(stream->child->loop, &stream->watch);
  int result = fd_set_blocking(stream->fd, mode);
  if (result < 0) return error_system(result, "fcntl");
  int fd = stream->fd;
  stream->fd = -1;
  closed(stream);
  return fd;
}

/* ---- readiness ---- */

void stream_update(cp_stream *stream) {
  if (stream->fd < 0) return;
  uint32_t events = 0;
  if (wants_data(stream)) events |= EPOLLIN;
  if (stream->writer.queued > 0) events |= EPOLLOUT;
  /* EPOLLERR comes unasked: that nobody reads our pipe is worth hearing at any time. */
  bool hears_of_reader = stream->can_write && !stream->is_socket;
  if (!events && !hears_of_reader) {
    /* A hang-up comes unasked as well, again and again. */
    loop_unwatch(stream->child->loop, &stream->watch);
    return;
  }
  int result = loop_watch(stream->child->loop, &stream->watch, events);
  if (result < 0 && stream->watch.is_busy) { /* no memory for more of the host: as others then */
    stream->watch.is_busy = false;
    result = loop_watch(stream->child->loop, &stream->watch, events);
  }
  if (result < 0) stream_fail(stream, "epoll_ctl", result);
}

static void on_ready(struct loop_watch *watch, uint32_t events) {
  cp_stream *stream = LIST_ENTRY(watch, cp_stream, watch);
  cp_child *child = stream->child;
  child_hold(child);
  child_tell_spawn(child);
  if (wants_data(stream) && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
    read_pass(stream, (events & EPOLLHUP) != 0);
  if (stream->can_write && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) write_pass(stream, events);
  stream_update(stream);
  child_release(child);
}

/* ---- beginning and end of its life ---- */

void stream_init(cp_stream *stream, cp_child *child, bool is_socket, bool can_read,
                 bool can_write) {
  *stream = (cp_stream){
    .child = child,
    .fd = -1,
    .is_socket = is_socket,
    .is_reader = can_read,
    .is_writer = can_write,
    .can_read = can_read,
    .can_write = can_write,
    .is_open = true,
    .watch = { .ready = on_ready },
    .task = { .run = on_close_due },
  };
  emitter_init(&stream->emitter, stream->listeners, STREAM_EVENTS);
}

void stream_open(cp_stream *stream) {
  stream->watch.fd = stream->fd;
  stream_update(stream);
}

void stream_discard(cp_stream *stream) {
  fd_close(&stream->fd);
  stream->can_read = stream->can_write = false;
}

void stream_done(cp_stream *stream) {
  assert(!stream->target && !stream->sources);
  emitter_done(&stream->emitter);
}
