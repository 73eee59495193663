/* SPDX-License-Identifier: MIT */
/*
 * The public calls on a stream: arguments checked, then the stream's own. Rule 5 of the
 * header: NULL does nothing.
 */
#include "base/error.h"
#include "base/fd.h"
#include "child/child.h"

#include <errno.h>
#include <fcntl.h>

/* ---- listeners: 0 for an event that cannot come any more ---- */

static cp_listener add(cp_stream *stream, enum stream_event event, emitter_call call, void *user) {
  cp_listener id = emitter_add(&stream->emitter, event, call, user);
  if (id) stream->was_touched = true;
  return id;
}

cp_listener cp_on_data(cp_stream *stream, cp_data_cb listener, void *user) {
  if (!stream || !stream->can_read) return 0;
  cp_listener id = add(stream, STREAM_DATA, (emitter_call) listener, user);
  if (id) stream_flow(stream);
  return id;
}

cp_listener cp_on_end(cp_stream *stream, cp_stream_cb listener, void *user) {
  if (!stream || !stream_owes_end(stream)) return 0;
  return add(stream, STREAM_END, (emitter_call) listener, user);
}

cp_listener cp_on_drain(cp_stream *stream, cp_stream_cb listener, void *user) {
  if (!stream || !stream->can_write || stream->is_ending) return 0;
  return add(stream, STREAM_DRAIN, (emitter_call) listener, user);
}

cp_listener cp_on_stream_error(cp_stream *stream, cp_stream_error_cb listener, void *user) {
  if (!stream || !stream->is_open || (stream->fd < 0 && !stream->failure)) return 0;
  return add(stream, STREAM_ERROR, (emitter_call) listener, user);
}

cp_listener cp_on_stream_close(cp_stream *stream, cp_stream_cb listener, void *user) {
  if (!stream || !stream->is_open) return 0;
  return add(stream, STREAM_CLOSE, (emitter_call) listener, user);
}

void cp_stream_off(cp_stream *stream, cp_listener listener) {
  if (!stream) return;
  emitter_remove(&stream->emitter, listener);
}

/* ---- writing ---- */

int cp_write(cp_stream *stream, const void *data, size_t length) {
  if (!stream) return -EINVAL;
  if (!stream->is_writer)
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "the stream is for reading only");
  if (!data && length > 0)
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "'data' is NULL");
  bool was_ended = stream->is_ending;
  int result = stream_write(stream, data, length);
  if (result >= 0) return result;
  if (result == -ENOMEM) return error_no_memory();
  return error_argument(result, was_ended ? "ERR_STREAM_WRITE_AFTER_END" : "ERR_STREAM_DESTROYED",
                        was_ended ? "write after end" : "the stream is closed");
}

int cp_end(cp_stream *stream) {
  if (!stream) return -EINVAL;
  if (!stream->is_writer)
    return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "the stream is for reading only");
  stream_end(stream);
  return 0;
}

/* ---- reading ---- */

void cp_pause(cp_stream *stream) {
  if (!stream || !stream->can_read) return;
  stream->was_touched = stream->is_paused = true;
  stream_update(stream);
}

/* Without listeners it flows as well, into nothing, as Node's streams do. */
void cp_resume(cp_stream *stream) {
  if (!stream || !stream->can_read) return;
  stream->was_touched = true;
  stream->is_paused = false;
  stream_flow(stream);
}

static const char *why_not_pipe(const cp_stream *from, const cp_stream *to) {
  if (!from->is_reader) return "'from' is for writing only";
  if (!to->is_writer) return "'to' is for reading only";
  if (from == to) return "'from' and 'to' are the same stream";
  if (from->target) return "'from' is piped already";
  if (!stream_owes_end(from)) return "'from' is at its end already";
  /* One that is closed is on no loop any more; then `from` is destroyed. */
  if (to->is_open && from->child->loop != to->child->loop)
    return "'from' and 'to' are on different loops";
  if (to->is_open && to->is_ending) return "'to' was ended already";
  return NULL;
}

int cp_pipe(cp_stream *from, cp_stream *to) {
  if (!from || !to) return -EINVAL;
  const char *why_not = why_not_pipe(from, to);
  if (why_not) return error_argument(-EINVAL, "ERR_INVALID_ARG_VALUE", "cp_pipe: %s", why_not);
  stream_pipe(from, to);
  return 0;
}

void cp_destroy(cp_stream *stream) {
  if (stream) stream_close(stream);
}

/* ---- what it is ---- */

cp_child *cp_stream_child(const cp_stream *stream) {
  return stream ? stream->child : NULL;
}

int cp_stream_fd(const cp_stream *stream) {
  return stream ? stream->fd : -1;
}

int cp_stream_take_fd(cp_stream *stream) {
  if (!stream) return -1;
  if (stream->fd < 0) return error_argument(-EBADF, "ERR_STREAM_DESTROYED", "the stream is closed");
  if (stream->was_touched)
    return error_argument(-EBUSY, "ERR_STREAM_IN_USE", "the stream was used already");
  return stream_take_fd(stream);
}
