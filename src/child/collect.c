/* SPDX-License-Identifier: MIT */
#include "child/collect.h"

#include "base/error.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

enum { DEFAULT_MAX_BUFFER = 1 << 20, FIRST_READ = 4096, LARGEST_READ = 1 << 20 };

/* ---- output ---- */

static struct collect_slot *slot_of(struct stream_sink *sink) {
  return LIST_ENTRY(sink, struct collect_slot, sink);
}

/* One byte more than allowed is read, since only it tells that there is too much. */
static char *where(struct stream_sink *sink, size_t *ret_size) {
  struct collect_slot *slot = slot_of(sink);
  struct buffer *buffer = &slot->buffer;
  size_t max = slot->collect->max_buffer;
  if (buffer_room(buffer) < FIRST_READ / 2 && buffer_reserve(buffer, FIRST_READ) < 0) return NULL;
  size_t size = buffer_room(buffer);
  if (size > LARGEST_READ) size = LARGEST_READ;
  if (max != CP_UNLIMITED && size > max - buffer->length + 1) size = max - buffer->length + 1;
  *ret_size = size;
  return buffer->data + buffer->length;
}

static void fill_output(struct collect *collect) {
  cp_result *result = &collect->result;
  for (int i = 0; i < collect->slot_count; i++) {
    struct buffer *buffer = &collect->slots[i].buffer;
    if (!buffer->data) continue;
    buffer->data[buffer->length] = '\0';
    collect->output[i] = (cp_bytes){ buffer->data, buffer->length };
  }
  result->out = collect->output[1];
  result->err = collect->output[2];
}

static void close_streams(cp_child *child) {
  for (int i = 0; i < child->stream_count; i++) stream_close(&child->streams[i]);
}

/* The same error as at the end, of what is known so far. */
static void tell_strike(struct collect *collect) {
  if (collect->purpose != COLLECT_EXEC) return;
  fill_output(collect);
  const cp_error *error = collect_error(collect);
  child_emit_error(collect->child, error);
  collect_error_free(error);
}

static void strike(struct collect *collect, int number, int slot) {
  if (collect->struck) return;
  collect->struck = number;
  collect->struck_slot = slot;
  tell_strike(collect);
}

/* The child cannot go on as it was asked to. */
static void strike_and_kill(struct collect *collect, int number, int slot) {
  if (collect->struck) return;
  (void) child_kill_for_limit(collect->child);
  strike(collect, number, slot);
  close_streams(collect->child);
}

static void took(struct stream_sink *sink, size_t length) {
  struct collect_slot *slot = slot_of(sink);
  struct collect *collect = slot->collect;
  slot->buffer.length += length;
  if (slot->buffer.length <= collect->max_buffer) return;
  slot->buffer.length = collect->max_buffer;
  strike_and_kill(collect, -ENOBUFS, (int) (slot - collect->slots));
}

/* ---- input ---- */

static void feed(cp_stream *to, void *user) {
  struct collect *collect = user;
  while (collect->fed < collect->input.length) {
    size_t left = collect->input.length - collect->fed;
    size_t piece = left < STREAM_HIGH_WATER ? left : STREAM_HIGH_WATER;
    int result = stream_write(to, collect->input.data + collect->fed, piece);
    if (result == -ENOMEM) {
      collect->struck_call = "write";
      strike_and_kill(collect, result, 0);
    }
    if (result < 0) return; /* or it is closed: the child did not want all of it */
    collect->fed += piece;
    if (result == CP_FULL) return; /* until `drain` */
  }
  stream_end(to);
}

/* From the loop, since without memory it emits. */
static void on_feed_due(struct loop_task *task) {
  struct collect *collect = LIST_ENTRY(task, struct collect, feed_task);
  cp_child *child = collect->child;
  child_hold(child);
  feed(child->slots[0], collect);
  child_release(child);
}

static void feed_or_end(struct collect *collect, cp_child *child) {
  cp_stream *to = child->slots[0];
  if (!to || child->state != CHILD_RUNNING) return;
  if (collect->input.data) {
    (void) emitter_add(&to->emitter, STREAM_DRAIN, (emitter_call) feed, collect);
    to->was_touched = true;
    collect->feed_task.run = on_feed_due;
    loop_defer(child->loop, &collect->feed_task);
  } else if (collect->purpose != COLLECT_EXEC) {
    stream_end(to);
  }
}

/* ---- the end ---- */

static void on_struck(struct child_owner *owner, int number) {
  struct collect *collect = LIST_ENTRY(owner, struct collect, owner);
  cp_child *child = collect->child;
  child_hold(child);
  /* Node's way where the signal is refused: nobody is there to try another. */
  if (collect->purpose != COLLECT_EXEC && !child->was_killed) (void) child_kill(child, SIGKILL);
  strike(collect, number, -1);
  /* What is there already belongs to the result; then nobody waits for more. */
  for (int i = 0; i < child->stream_count; i++) stream_read_now(&child->streams[i]);
  close_streams(child);
  child_release(child);
}

/* That the child did not want what was written is no trouble, and neither is the end of a stdin
 * that was to be ended anyway. All else means that output or input is not whole. */
static bool is_trouble(const struct collect *collect, int slot, int failure) {
  if (failure == 0 || failure == -EPIPE || failure == -ECONNRESET) return false;
  return slot > 0 || collect->input.data || collect->purpose == COLLECT_EXEC;
}

static void note_stream_failures(struct collect *collect) {
  for (int i = 0; i < collect->slot_count && !collect->struck; i++) {
    const cp_stream *stream = collect->child->slots[i];
    if (!stream || !is_trouble(collect, i, stream->failure)) continue;
    collect->struck = stream->failure;
    collect->struck_slot = i;
    collect->struck_call = stream->failed_call;
  }
}

static void on_closing(struct child_owner *owner) {
  struct collect *collect = LIST_ENTRY(owner, struct collect, owner);
  cp_child *child = collect->child;
  cp_result *result = &collect->result;
  result->pid = (int) child->process.pid;
  result->code = child->code;
  result->signal = child->signal;
  result->usage = child->usage;
  note_stream_failures(collect);
  fill_output(collect);
  result->error = collect_error(collect);
  collect->child = NULL;
  loop_cancel(&collect->feed_task);
  if (collect->purpose != COLLECT_EXEC) return; /* the blocking call has it from here */
  if (collect->done) collect->done(result->error, result, collect->user);
  collect_free(collect);
}

/* ---- beginning and end of its life ---- */

static int copy_input(struct collect *collect) {
  char *copy = memory_new(collect->input.length + 1);
  if (!copy) return -ENOMEM;
  memcpy(copy, collect->input.data, collect->input.length);
  collect->input.data = copy;
  collect->owns_input = true;
  return 0;
}

struct collect *collect_new(enum collect_purpose purpose, int slot_count,
                            const cp_options *options) {
  size_t each = sizeof(struct collect_slot) + sizeof(cp_bytes);
  struct collect *collect = memory_new(sizeof *collect + (size_t) slot_count * each);
  if (!collect) goto no_memory;
  collect->purpose = purpose;
  collect->owner = (struct child_owner){ .struck = on_struck, .closing = on_closing };
  collect->has_shell = options->shell != NULL;
  collect->max_buffer = options->max_buffer ? options->max_buffer : DEFAULT_MAX_BUFFER;
  collect->slot_count = slot_count;
  collect->slots = (struct collect_slot *) (collect + 1);
  collect->output = (cp_bytes *) (collect->slots + slot_count);
  for (int i = 0; i < slot_count; i++) {
    collect->slots[i].sink = (struct stream_sink){ .where = where, .took = took };
    collect->slots[i].collect = collect;
    collect->output[i].data = "";
  }
  collect->result.output = collect->output;
  collect->result.output_count = (size_t) slot_count;
  collect->input = options->input;
  if (purpose != COLLECT_EXEC || !collect->input.data) return collect;
  if (copy_input(collect) >= 0) return collect;
no_memory:
  collect_free(collect);
  (void) error_no_memory();
  return NULL;
}

void collect_attach(struct collect *collect, cp_child *child) {
  collect->child = child;
  child->owner = &collect->owner;
  for (int i = 1; i < collect->slot_count; i++) {
    cp_stream *stream = child->slots[i];
    if (!stream || !stream->is_reader) continue;
    stream->sink = &collect->slots[i].sink;
    /* The blocking calls write to slot 0 only: who reads from another is told so at once. */
    if (collect->purpose != COLLECT_EXEC) stream_end(stream);
    stream_flow(stream);
  }
  feed_or_end(collect, child);
}

void collect_free(struct collect *collect) {
  if (!collect) return;
  for (int i = 0; i < collect->slot_count; i++) buffer_done(&collect->slots[i].buffer);
  collect_error_free(collect->result.error);
  if (collect->owns_input) memory_free((char *) collect->input.data);
  memory_free(collect);
}
