/* SPDX-License-Identifier: MIT */
/*
 * cp_pipe(): what one stream reads is written to another. The reading stops while the other
 * is full, so that nothing piles up in memory.
 *
 * Several streams may be piped to one; it is ended when the last of them has ended.
 */
#include "child/child.h"
#include "child/stream.h"

#include <errno.h>

static void unlink_source(cp_stream *from) {
  cp_stream *to = from->target;
  if (!to) return;
  for (cp_stream **at = &to->sources; *at; at = &(*at)->next_source) {
    if (*at != from) continue;
    *at = from->next_source;
    break;
  }
  from->target = from->next_source = NULL;
  from->is_blocked = false;
}

void stream_pipe(cp_stream *from, cp_stream *to) {
  from->was_touched = to->was_touched = true;
  bool never_opened = to->child->state == CHILD_FAILED && to->is_open;
  if (!to->can_write && !never_opened) { /* `to` has closed first */
    stream_close(from);
    return;
  }
  from->target = to;
  from->next_source = to->sources;
  to->sources = from;
  stream_flow(from);
}

void stream_pipe_data(cp_stream *from, const char *data, size_t length) {
  int result = stream_write(from->target, data, length);
  if (result == CP_FULL) from->is_blocked = true;
  if (result == -ENOMEM) {
    /* Bytes are missing from here on: neither side may take this for a good end. */
    cp_stream *to = from->target;
    unlink_source(from);
    stream_fail(from, "pipe", result);
    if (to) stream_fail(to, "pipe", result);
  } else if (result < 0) {
    stream_close(from);
  }
}

void stream_pipe_end(cp_stream *from) {
  cp_stream *to = from->target;
  if (!to) return;
  unlink_source(from);
  if (!to->sources) stream_end(to);
}

void stream_pipe_closed(cp_stream *stream) {
  while (stream->sources) {
    cp_stream *from = stream->sources;
    unlink_source(from);
    stream_close(from); /* who writes there gets EPIPE, as in a shell's pipeline */
  }
  stream_pipe_end(stream);
}

void stream_pipe_drained(cp_stream *to) {
  for (cp_stream *from = to->sources, *next; from; from = next) {
    next = from->next_source; /* updating may fail, and unlink it */
    from->is_blocked = false;
    stream_update(from);
  }
}
