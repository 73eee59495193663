/* SPDX-License-Identifier: MIT */
/* What is done to a child, and what the model has to know of it. */
#include <signal.h>

#include "actor.h"
#include "run/run.h"

static void note(struct actor *actor, const char *action) {
  model_note(&actor->schedule->model, "[%d %s] ", actor->model.number, action);
}

static void signal_actor(struct actor *actor) {
  static const int signals[] = { 0, SIGTERM, SIGKILL, SIGSTOP, SIGCONT, SIGCONT };
  int signal = signals[draw(actor->schedule, 6)];
  int result;
  note(actor, cp_signal_name(signal) ? cp_signal_name(signal) : "0");
  DURING(actor->schedule, result = cp_kill(actor->child, signal));
  if (actor->model.state == EXITED || actor->model.state == CLOSED || actor->model.state == FAILED)
    if (!actor->model.was_given_up)
      model_expect(&actor->schedule->model, result == UV_ESRCH, "what has ended gets no signal");
  model_expect(&actor->schedule->model, result == 0 || result == UV_ESRCH,
               "a signal is sent or comes too late");
}

static void write_some(struct actor *actor, int slot) {
  static char data[150000];
  struct model_stream *model = &actor->model.streams[slot];
  size_t length = draw(actor->schedule, 3) ? draw(actor->schedule, 100) : sizeof data;
  int result;
  note(actor, "write");
  DURING(actor->schedule, result = cp_write(cp_stdio(actor->child, slot), data, length));
  if (!model->is_there) return;
  model_expect(&actor->schedule->model, result >= 0 || result == UV_EPIPE || !model->is_writer,
               "a write is taken, or the stream is closed");
  if (result == CP_FULL) model->was_full = true;
}

static void do_to_stream(struct actor *actor) {
  int slot = (int) draw(actor->schedule, MODEL_SLOTS);
  cp_stream *stream = cp_stdio(actor->child, slot);
  struct model_stream *model = &actor->model.streams[slot];
  switch (draw(actor->schedule, 7)) {
    case 0:
      note(actor, "pause");
      DURING(actor->schedule, cp_pause(stream));
      model->is_paused = true;
      break;
    case 1:
    case 2:
      note(actor, "resume");
      model->is_paused = false;
      DURING(actor->schedule, cp_resume(stream));
      break;
    case 3:
      note(actor, "end");
      DURING(actor->schedule, (void) cp_end(stream));
      break;
    case 4:
      note(actor, "destroy");
      model->was_destroyed = true;
      DURING(actor->schedule, cp_destroy(stream));
      break;
    default:
      write_some(actor, slot);
  }
}

static void give_up(struct actor *actor) {
  note(actor, "abandon");
  if (actor->model.state == NEW || actor->model.state == RUNNING)
    actor->model.was_given_up = actor->model.start_number == 0;
  for (int slot = 0; slot < MODEL_SLOTS; slot++) actor->model.streams[slot].was_destroyed = true;
  DURING(actor->schedule, cp_abandon(actor->child));
}

static void ignore(cp_child *child, void *user) {
  (void) child, (void) user;
  CHECK(!"a listener that was removed is called");
}

static void hold_or_release(struct actor *actor) {
  if (actor->holds == 0) {
    note(actor, "hold");
    actor->holds++;
    (void) cp_hold(actor->child);
    return;
  }
  note(actor, "release");
  actor->holds--;
  cp_child *child = actor->child;
  if (actor->model.state == CLOSED) actor->child = NULL;
  DURING(actor->schedule, cp_release(child));
}

void release_all(struct actor *actor) {
  while (actor->holds > 0) hold_or_release(actor);
}

static void pipe_to_another(struct actor *actor) {
  struct schedule *schedule = actor->schedule;
  struct actor *other = &schedule->actors[draw(schedule, (uint32_t) schedule->actor_count)];
  if (!other->child || other == actor || actor->model.is_exec || other->model.is_exec) return;
  note(actor, "pipe");
  DURING(schedule, (void) cp_pipe(cp_stdout(actor->child), cp_stdin(other->child)));
  other->model.streams[0].is_piped_to = true;
}

static void abort_actor(struct actor *actor) {
  if (!actor->abort) return;
  note(actor, "abort");
  actor->model.may_err = true;
  DURING(actor->schedule, cp_abort_trigger(actor->abort));
}

static void do_to_child(struct actor *actor) {
  switch (draw(actor->schedule, 12)) {
    case 0:
    case 1:
      signal_actor(actor);
      break;
    case 2:
      if (draw(actor->schedule, 3) == 0) give_up(actor);
      break;
    case 3:
      abort_actor(actor);
      break;
    case 4:
      hold_or_release(actor);
      break;
    case 5:
      note(actor, "unref");
      cp_unref(actor->child);
      break;
    case 6:
      cp_ref(actor->child);
      break;
    case 7:
      cp_off(actor->child, cp_on_spawn(actor->child, ignore, NULL));
      break;
    case 8:
      pipe_to_another(actor);
      break;
    default:
      do_to_stream(actor);
  }
}

void act(struct schedule *schedule) {
  if (schedule->actor_count == 0 || draw(schedule, 5) == 0) {
    start_actor(schedule);
    return;
  }
  struct actor *actor = &schedule->actors[draw(schedule, (uint32_t) schedule->actor_count)];
  if (actor->child) do_to_child(actor);
}
