/* SPDX-License-Identifier: MIT */
/*
 * A random schedule: children of many kinds are started, and at any time, also inside of their
 * listeners, something is done to one of them. All comes from the seed but the timing, which is the
 * system's; so a seed plays the same actions again, and mostly the same events.
 */
#include "schedule.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "actor.h"
#include "helper/pattern.h"
#include "run/run.h"

uint32_t draw(struct schedule *schedule, uint32_t below) {
  uint64_t z = (schedule->random += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t) ((z ^ (z >> 31)) >> 32) % below;
}

/* Half of the listeners do something themselves. */
static void act_in_listener(struct schedule *schedule) {
  if (!schedule->is_over && draw(schedule, 6) == 0) act(schedule);
}

/* ---- listeners ---- */

static int slot_of(const struct actor *actor, const cp_stream *stream) {
  int slot = 0;
  while (slot < MODEL_SLOTS && cp_stdio(actor->child, slot) != stream) slot++;
  CHECK(slot < MODEL_SLOTS);
  return slot;
}

static void hear_stream(cp_stream *stream, struct actor *actor, enum model_stream_event event,
                        size_t length) {
  struct schedule *schedule = actor->schedule;
  model_hear_stream(&schedule->model, &actor->model, slot_of(actor, stream), event, length);
  act_in_listener(schedule);
}

static void on_data(cp_stream *stream, const char *data, size_t length, void *user) {
  struct actor *actor = user;
  int slot = slot_of(actor, stream);
  if (slot == 1 && actor->has_output) {
    size_t before = actor->model.streams[1].bytes;
    bool is_right = (unsigned char) data[0] == pattern_byte(before) &&
                    (unsigned char) data[length - 1] == pattern_byte(before + length - 1);
    model_expect(&actor->schedule->model, is_right, "the data is what was written");
  }
  hear_stream(stream, actor, STREAM_DATA, length);
}

static void on_end(cp_stream *stream, void *user) {
  hear_stream(stream, user, STREAM_END, 0);
}

static void on_drain(cp_stream *stream, void *user) {
  hear_stream(stream, user, STREAM_DRAIN, 0);
}

static void on_stream_error(cp_stream *stream, const cp_error *error, void *user) {
  CHECK(error->number < 0 && error->message != NULL);
  hear_stream(stream, user, STREAM_ERROR, 0);
}

static void on_stream_close(cp_stream *stream, void *user) {
  hear_stream(stream, user, STREAM_CLOSE, 0);
}

static void on_spawn(cp_child *child, void *user) {
  struct actor *actor = user;
  CHECK(child == actor->child);
  model_hear(&actor->schedule->model, &actor->model, MODEL_SPAWN, 0, 0);
  act_in_listener(actor->schedule);
}

static void on_error(cp_child *child, const cp_error *error, void *user) {
  struct actor *actor = user;
  CHECK(child == actor->child && error->message != NULL);
  model_hear(&actor->schedule->model, &actor->model, MODEL_ERROR, 0, 0);
  act_in_listener(actor->schedule);
}

static void on_exit_event(cp_child *child, int code, int signal, void *user) {
  struct actor *actor = user;
  model_hear(&actor->schedule->model, &actor->model, MODEL_EXIT, code, signal);
  model_expect(&actor->schedule->model, cp_exited(child), "cp_exited() since `exit`");
  act_in_listener(actor->schedule);
}

static void on_close(cp_child *child, int code, int signal, void *user) {
  struct actor *actor = user;
  CHECK(child == actor->child);
  model_hear(&actor->schedule->model, &actor->model, MODEL_CLOSE, code, signal);
  act_in_listener(actor->schedule);
  if (actor->holds == 0) actor->child = NULL; /* freed when we return */
}

static void on_done(const cp_error *error, const cp_result *result, void *user) {
  struct actor *actor = user;
  CHECK(error == result->error);
  model_hear_done(&actor->schedule->model, &actor->model);
  act_in_listener(actor->schedule);
}

/* ---- starting ---- */

static void listen_to_streams(struct actor *actor) {
  for (int slot = 0; slot < MODEL_SLOTS; slot++) {
    cp_stream *stream = cp_stdio(actor->child, slot);
    struct model_stream *model = &actor->model.streams[slot];
    model->is_there = stream != NULL;
    if (!stream) continue;
    model->is_reader = slot > 0;
    model->is_writer = slot == 0 || slot == 3;
    bool wants_data = model->is_reader && (!actor->model.is_exec || draw(actor->schedule, 2));
    if (wants_data) (void) cp_on_data(stream, on_data, actor);
    if (model->is_reader) (void) cp_on_end(stream, on_end, actor);
    if (model->is_writer) (void) cp_on_drain(stream, on_drain, actor);
    (void) cp_on_stream_error(stream, on_stream_error, actor);
    (void) cp_on_stream_close(stream, on_stream_close, actor);
  }
}

static const char *const *choose_program(struct schedule *schedule, struct actor *actor) {
  static const char *const programs[][4] = {
    { "exit", "7", NULL },       { "echo", "hello", NULL }, { "spew", "300000", NULL },
    { "spew", "70000", NULL },   { "cat", NULL },           { "sleep", NULL },
    { "flood", "100000", NULL }, { "ignore-term", NULL },   { "grandchild", "3", NULL },
    { "kill-self", "9", NULL },  { "head", "5", NULL },     { "echo-fd", "3", NULL },
    { "endless", NULL },         { "close", "0", NULL },
  };
  uint32_t chosen = draw(schedule, sizeof programs / sizeof *programs);
  actor->has_output = strcmp(programs[chosen][0], "spew") == 0;
  model_note(&schedule->model, "%d=%s", actor->model.number, programs[chosen][0]);
  return programs[chosen];
}

static const int *choose_stdio(struct schedule *schedule) {
  static const int lists[][5] = {
    { CP_PIPE, CP_PIPE, CP_PIPE, CP_STDIO_END },
    { CP_PIPE, CP_PIPE, CP_PIPE, CP_SOCKET, CP_STDIO_END },
    { CP_IGNORE, CP_PIPE, CP_STDOUT, CP_STDIO_END },
    { CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_STDIO_END },
  };
  uint32_t chosen = draw(schedule, 6);
  model_note(&schedule->model, "/%u ", chosen);
  return chosen < 4 ? lists[chosen] : NULL;
}

void start_actor(struct schedule *schedule) {
  if (schedule->actor_count == MOST_CHILDREN) return;
  struct actor *actor = &schedule->actors[schedule->actor_count];
  actor->schedule = schedule;
  actor->model.number = schedule->actor_count++;
  const char *const *args = choose_program(schedule, actor);
  cp_options options = { .loop = &schedule->loop, .stdio = choose_stdio(schedule) };
  const char *file = draw(schedule, 10) ? test_helper() : "/no/such/program";
  if (draw(schedule, 5) == 0) options.timeout_ms = 1 + draw(schedule, 4);
  if (draw(schedule, 4) == 0) options.kill_signal = SIGKILL;
  if (draw(schedule, 4) == 0) options.abort = actor->abort = cp_abort_new();
  actor->model.is_exec = draw(schedule, 4) == 0;
  if (actor->model.is_exec && draw(schedule, 2)) options.max_buffer = 1000;
  if (actor->model.is_exec)
    DURING(schedule, actor->child = cp_exec_file(file, args, &options, on_done, actor));
  else
    DURING(schedule, actor->child = cp_spawn(file, args, &options));
  CHECK(actor->child != NULL);
  const cp_error *error = cp_start_error(actor->child);
  model_begin(&actor->model, actor->model.number, error ? error->number : 0);
  actor->model.may_err = actor->model.is_exec; /* its limits */
  actor->pid = cp_pid(actor->child);
  (void) cp_on_spawn(actor->child, on_spawn, actor);
  (void) cp_on_error(actor->child, on_error, actor);
  (void) cp_on_exit(actor->child, on_exit_event, actor);
  CHECK(cp_on_close(actor->child, on_close, actor) != 0);
  listen_to_streams(actor);
}

/* ---- the whole ---- */

static void on_alarm(uv_timer_t *timer) {
  (void) timer;
}

static void step(struct schedule *schedule) {
  for (uint32_t i = draw(schedule, 3); i > 0; i--) act(schedule);
  (void) uv_run(&schedule->loop, draw(schedule, 3) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
}

/* Nothing may hold anything up any more. */
static void let_end(struct actor *actor) {
  if (!actor->child) return;
  for (int slot = 0; slot < MODEL_SLOTS; slot++) {
    actor->model.streams[slot].is_paused = false;
    DURING(actor->schedule, cp_resume(cp_stdio(actor->child, slot)));
    DURING(actor->schedule, (void) cp_end(cp_stdio(actor->child, slot)));
  }
  cp_ref(actor->child);
  DURING(actor->schedule, (void) cp_kill(actor->child, SIGKILL));
  release_all(actor);
}

/* Children that were given up and not reaped are ours to end. */
static void end_what_was_given_up(const struct actor *actor) {
  siginfo_t info;
  if (!actor->model.was_given_up || actor->pid <= 0) return;
  if (waitid(P_PID, (id_t) actor->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0) return;
  CHECK_INT(kill(actor->pid, SIGKILL), 0);
  CHECK_INT(waitpid(actor->pid, NULL, 0), actor->pid);
}

static struct schedule played;

const char *schedule_story(void) {
  return model_story(&played.model);
}

void schedule_play(uint64_t seed) {
  struct schedule *schedule = &played;
  memset(schedule, 0, sizeof *schedule);
  schedule->model.seed = schedule->random = seed;
  CHECK_INT(uv_loop_init(&schedule->loop), 0);
  CHECK_INT(uv_timer_init(&schedule->loop, &schedule->alarm), 0);
  CHECK_INT(uv_timer_start(&schedule->alarm, on_alarm, 1, 1), 0);
  uint32_t steps = 4 + draw(schedule, MOST_STEPS);
  for (uint32_t i = 0; i < steps; i++) step(schedule);
  schedule->is_over = true;
  model_note(&schedule->model, "[over] ");
  uv_close((uv_handle_t *) &schedule->alarm, NULL);
  for (int i = 0; i < schedule->actor_count; i++) let_end(&schedule->actors[i]);
  CHECK_INT(cp_run(&schedule->loop), 0);
  for (int i = 0; i < schedule->actor_count; i++) {
    struct actor *actor = &schedule->actors[i];
    model_expect(&schedule->model, actor->model.state == CLOSED, "every child closes");
    cp_abort_free(actor->abort);
  }
  CHECK_INT(cp_shutdown(&schedule->loop), 0);
  CHECK_INT(cp_run(&schedule->loop), 0);
  model_expect(&schedule->model, uv_loop_close(&schedule->loop) == 0, "the loop closes");
  for (int i = 0; i < schedule->actor_count; i++) end_what_was_given_up(&schedule->actors[i]);
}
