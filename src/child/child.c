/* SPDX-License-Identifier: MIT */
/*
 * The life of a child: its states stand in child.h.
 *
 * `close` comes when all parts are closed: the process is one part, each stream another. The
 * child is held by the loop until it has left it, by cp_hold(), and around each emission;
 * the last of these frees it.
 */
#include "child/child.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "child/start_error.h"
#include "child/wiring.h"

#include <assert.h>
#include <errno.h>

/* ---- emitting ---- */

static void emit_spawn(cp_child *child) {
  struct emission walk;
  emission_begin(&walk, &child->emitter, CHILD_SPAWN);
  for (struct listener *l; (l = emission_next(&walk));) ((cp_child_cb) l->call)(child, l->user);
  emission_end(&walk);
}

void child_emit_error(cp_child *child, const cp_error *error) {
  child_hold(child);
  struct emission walk;
  emission_begin(&walk, &child->emitter, CHILD_ERROR);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_error_cb) l->call)(child, error, l->user);
  emission_end(&walk);
  child_release(child);
}

static void emit_ended(cp_child *child, enum child_event event) {
  struct emission walk;
  emission_begin(&walk, &child->emitter, event);
  for (struct listener *l; (l = emission_next(&walk));)
    ((cp_exit_cb) l->call)(child, child->code, child->signal, l->user);
  emission_end(&walk);
}

/* ---- who holds it ---- */

void child_hold(cp_child *child) {
  child->holds++;
}

static void child_free(cp_child *child) {
  for (int i = 0; i < child->stream_count; i++) stream_done(&child->streams[i]);
  if (child->channel) channel_done(child->channel);
  emitter_done(&child->emitter);
  cp_error_free(child->start_error);
  memory_free(child->args);
  memory_free(child);
}

void child_release(cp_child *child) {
  assert(child->holds > 0);
  if (--child->holds == 0 && child->user_holds == 0) child_free(child);
}

void child_user_hold(cp_child *child) {
  child->user_holds++;
}

void child_user_release(cp_child *child) {
  if (child->user_holds == 0) return;
  if (--child->user_holds == 0 && child->holds == 0) child_free(child);
}

void child_set_ref(cp_child *child, bool is_ref) {
  if (child->state == CHILD_CLOSED) return;
  if (!is_ref && child->channel) child_set_channel_ref(child, false);
  if (child->is_ref == is_ref) return;
  child->is_ref = is_ref;
  loop_keep_alive(child->loop, is_ref ? 1 : -1);
}

void child_set_channel_ref(cp_child *child, bool is_ref) {
  if (child->is_channel_ref == is_ref || (is_ref && !child->channel->is_open)) return;
  child->is_channel_ref = is_ref;
  loop_keep_alive(child->loop, is_ref ? 1 : -1);
}

static void leave_loop(cp_child *child) {
  bool is_over = child->state == CHILD_CLOSED && !child->is_closing;
  if (!is_over || process_is_there(&child->process) || !child->loop) return;
  struct loop *loop = child->loop;
  child->loop = NULL;
  loop_cancel(&child->task); /* its end may be heard before its beginning was told by the task */
  list_remove(&child->member.link);
  loop_release(loop);
  child_release(child);
}

/* ---- the end ---- */

static void part_closed(cp_child *child) {
  assert(child->open_parts > 0);
  if (--child->open_parts > 0) return;
  child_hold(child);
  enum child_state before = child->state;
  child->state = CHILD_CLOSED;
  child->is_closing = true; /* a listener may call cp_shutdown() */
  if (before == CHILD_GIVEN_UP) child->code = -ECANCELED;
  limits_done(child);
  if (child->owner) child->owner->closing(child->owner);
  child->owner = NULL;
  emit_ended(child, CHILD_CLOSE);
  child->is_closing = false;
  if (child->is_ref) loop_keep_alive(child->loop, -1);
  child->is_ref = false;
  leave_loop(child);
  child_release(child);
}

void child_stream_closed(cp_child *child) {
  part_closed(child);
}

/* ---- its channel ---- */

static cp_child *child_of_channel(struct channel_owner *owner) {
  return LIST_ENTRY(owner, cp_child, channel_owner);
}

static void hold_for_channel(struct channel_owner *owner) {
  child_hold(child_of_channel(owner));
}

static void release_for_channel(struct channel_owner *owner) {
  child_release(child_of_channel(owner));
}

static void channel_changed(struct channel_owner *owner) {
  (void) owner; /* the child keeps the loop alive anyway, until `close` */
}

static void channel_closed(struct channel_owner *owner) {
  cp_child *child = child_of_channel(owner);
  child_set_channel_ref(child, false);
  part_closed(child);
}

static const struct channel_owner owner_of_channel = {
  .hold = hold_for_channel,
  .release = release_for_channel,
  .changed = channel_changed,
  .closed = channel_closed,
};

/* ---- what is told from the loop ---- */

void child_tell_spawn(cp_child *child) {
  if (!child->is_spawn_due) return;
  child->is_spawn_due = false;
  emit_spawn(child);
}

static void tell_failure(cp_child *child) {
  child->is_error_due = false;
  child_emit_error(child, child->start_error);
  for (int i = 0; i < child->stream_count; i++) stream_emit_unopened(&child->streams[i]);
  if (child->channel) channel_emit_unopened(child->channel);
  part_closed(child);
}

/* What a call promised for after it: that it runs, that it does not, or that it is given up. */
static void on_task(struct loop_task *task) {
  cp_child *child = LIST_ENTRY(task, cp_child, task);
  child_hold(child);
  enum child_state state = child->state;
  child_tell_spawn(child);
  if (state == CHILD_FAILED) {
    tell_failure(child);
  } else if (state == CHILD_GIVEN_UP) {
    part_closed(child);
  }
  child_release(child);
}

static void on_process_ended(struct process *process, const struct process_end *end) {
  cp_child *child = LIST_ENTRY(process, cp_child, process);
  if (child->state != CHILD_RUNNING) { /* given up: it was only to be reaped */
    leave_loop(child);
    return;
  }
  child_hold(child);
  child_tell_spawn(child);
  /* What it wrote comes before `exit`, as far as it is there. */
  for (int i = 0; i < child->stream_count; i++) stream_read_now(&child->streams[i]);
  if (child->channel) channel_process_ended(child->channel);
  if (child->state == CHILD_RUNNING) {
    /* A grandchild may keep the output open: whoever waits for that still has his limits. */
    if (!child->owner) limits_done(child);
    for (int i = 0; i < child->stream_count; i++) stream_process_ended(&child->streams[i]);
    child->code = end->code;
    child->signal = end->signal;
    child->usage = end->usage;
    child->state = CHILD_EXITED;
    child->has_exited = true;
    emit_ended(child, CHILD_EXIT);
    for (int i = 0; i < child->stream_count; i++) stream_drop_unheard(&child->streams[i]);
    if (child->channel) channel_drop_unheard(child->channel);
    part_closed(child);
  }
  child_release(child);
}

int child_kill(cp_child *child, int signal) {
  int result = process_kill(&child->process, signal);
  if (result >= 0 && signal != 0) child->was_killed = true;
  return result;
}

void child_abandon(cp_child *child) {
  if (child->state == CHILD_CLOSED || child->state == CHILD_GIVEN_UP) return;
  for (int i = 0; i < child->stream_count; i++) stream_close(&child->streams[i]);
  if (child->channel) channel_close(child->channel);
  if (child->state != CHILD_RUNNING) return; /* `close` is on its way */
  limits_done(child);
  child->state = CHILD_GIVEN_UP;
  loop_defer(child->loop, &child->task);
}

void child_forget(cp_child *child) {
  child_abandon(child);
  process_forget(&child->process);
  leave_loop(child);
}

/* ---- the beginning ---- */

static void init_stream(cp_child *child, int index, int slot, cp_stream *stream) {
  bool is_socket = slot == CP_SOCKET;
  stream_init(stream, child, is_socket, is_socket || index > 0, is_socket || index == 0);
  child->slots[index] = stream;
}

static void leave_when_asked(struct loop_member *member) {
  child_forget(LIST_ENTRY(member, cp_child, member));
}

/* One block: the child, then its slots, its streams, and its channel. */
static cp_child *child_new(struct plan *plan, struct loop *loop, const char *verb) {
  int streams = wiring_count_streams(plan);
  size_t slots_size = (size_t) plan->slot_count * sizeof(cp_stream *);
  size_t channel_size = plan->ipc_slot >= 0 ? sizeof(cp_channel) : 0;
  cp_child *child =
      memory_new(sizeof *child + slots_size + (size_t) streams * sizeof(cp_stream) + channel_size);
  if (!child) return NULL;
  child->loop = loop;
  child->holds = 1;
  child->process = (struct process){ .pidfd = -1, .ended = on_process_ended };
  child->task.run = on_task;
  child->verb = verb;
  child->file = plan->file;
  child->args = plan->args;
  plan->owned_args = NULL;
  child->slot_count = plan->slot_count;
  child->slots = (cp_stream **) (child + 1);
  child->streams = (cp_stream *) (child->slots + child->slot_count);
  emitter_init(&child->emitter, child->listeners, CHILD_EVENTS);
  for (int i = 0; i < plan->slot_count; i++)
    if (wiring_is_stream(plan->slots[i]))
      init_stream(child, i, plan->slots[i], &child->streams[child->stream_count++]);
  child->open_parts = 1 + child->stream_count;
  child->member.leave = leave_when_asked;
  if (channel_size) {
    child->channel = (cp_channel *) (child->streams + streams);
    child->channel_owner = owner_of_channel;
    channel_init(child->channel, &child->channel_owner, child, plan->serialization);
    child->open_parts++;
  }
  return child;
}

static int start(cp_child *child, const struct plan *plan, const cp_options *options,
                 struct process_failure *ret_failure) {
  int result = limits_init(child, options);
  if (result < 0) {
    *ret_failure = (struct process_failure){ .step = STEP_ABORT, .number = result, .slot = -1 };
    return result;
  }
  struct wiring wiring;
  result = wiring_init(&wiring, plan, child, ret_failure);
  if (result >= 0)
    result = process_start(&child->process, child->loop, plan, wiring.sources, ret_failure);
  wiring_done(&wiring);
  return result;
}

static void run(cp_child *child, const cp_options *options) {
  child->state = CHILD_RUNNING;
  child->is_spawn_due = true;
  limits_start(child, options);
  /* `spawn` comes before what a stream may have to tell, even that it cannot be watched. */
  loop_defer(child->loop, &child->task);
  for (int i = 0; i < child->stream_count; i++) stream_open(&child->streams[i]);
  if (child->channel) channel_open(child->channel, child->loop, child->channel->fd);
}

/* 0, or -ENOMEM where not even the error could be made. */
static int fail(cp_child *child, const struct plan *plan, const struct process_failure *failure) {
  limits_done(child);
  for (int i = 0; i < child->stream_count; i++) stream_discard(&child->streams[i]);
  if (child->channel) fd_close(&child->channel->fd);
  child->state = CHILD_FAILED;
  child->is_error_due = true;
  child->code = failure->number;
  child->start_error = start_error_new(child, plan, failure);
  if (!child->start_error) return -ENOMEM;
  loop_defer(child->loop, &child->task);
  return 0;
}

cp_child *child_start(struct plan *plan, struct loop *loop, const cp_options *options,
                      const char *verb) {
  cp_child *child = child_new(plan, loop, verb);
  if (!child) {
    (void) error_no_memory();
    loop_release(loop);
    return NULL;
  }
  struct process_failure failure = { 0 };
  if (start(child, plan, options, &failure) >= 0) {
    run(child, options);
  } else if (fail(child, plan, &failure) < 0) {
    loop_release(loop);
    child_release(child);
    return NULL;
  }
  loop_join(loop, &child->member);
  child->is_ref = true;
  loop_keep_alive(loop, 1);
  return child;
}
