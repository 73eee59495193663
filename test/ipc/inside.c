/* SPDX-License-Identifier: MIT */
/* What listeners may do inside of each event: any call of the header, on their own channel. */
#include <signal.h>
#include <string.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

enum event { IN_MESSAGE, IN_SENT, IN_DISCONNECT, IN_ERROR, IN_DRAIN, EVENTS };
enum deed { DISCONNECT, ABANDON, SHUTDOWN, HOLD, SEND, LISTEN, LIMIT, KILL, UNREF, DEEDS };

struct act {
  struct line *line;
  enum event event;
  enum deed deed;
  int times, sent;
};

static void no_message(cp_channel *channel, cp_message *message, void *user) {
  (void) channel, (void) message, (void) user;
}

static void count_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) error;
  ((struct act *) user)->sent++;
}

static void act(struct act *it, enum event event) {
  cp_channel *channel = it->line->channel;
  if (event != it->event) return;
  it->times++;
  switch (it->deed) {
    case DISCONNECT:
      cp_disconnect(channel);
      break;
    case ABANDON:
      cp_abandon(cp_channel_child(channel));
      break;
    case SHUTDOWN:
      (void) cp_shutdown(NULL);
      break;
    case HOLD:
      cp_release(cp_hold(cp_channel_child(channel)));
      break;
    case SEND:
      if (it->times == 1)
        (void) cp_send(channel, "\"again\"", &(cp_send_options){ .sent = count_sent, .user = it });
      break;
    case LISTEN:
      (void) cp_on_message(channel, no_message, NULL);
      break;
    case LIMIT:
      (void) cp_channel_set_limits(channel, 1, 1);
      break;
    case KILL:
      (void) cp_kill(cp_channel_child(channel), SIGKILL);
      break;
    default:
      cp_channel_unref(channel), cp_channel_ref(channel);
  }
}

static void in_message(cp_channel *channel, cp_message *message, void *user) {
  (void) channel;
  act(user, IN_MESSAGE);
  /* What it borrowed lives until it returns. */
  size_t length;
  const char *json = cp_message_json(message, &length);
  CHECK_INT(strlen(json), length);
  CHECK(cp_message_value(message) != NULL);
}

static void in_sent(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel, (void) error;
  act(user, IN_SENT);
}

static void in_disconnect(cp_channel *channel, void *user) {
  (void) channel;
  act(user, IN_DISCONNECT);
}

static void in_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  act(user, IN_ERROR);
  CHECK(error->message != NULL && error->number < 0);
}

static void in_drain(cp_channel *channel, void *user) {
  (void) channel;
  act(user, IN_DRAIN);
}

/* A little of everything, with one deed in one of the events. */
static enum event the_event;
static enum deed the_deed;

static void play(struct line *line) {
  struct act *it = test_alloc(sizeof *it);
  *it = (struct act){ .line = line, .event = the_event, .deed = the_deed };
  CHECK(cp_on_message(line->channel, in_message, it) != 0);
  CHECK(cp_on_disconnect(line->channel, in_disconnect, it) != 0);
  CHECK(cp_on_channel_error(line->channel, in_error, it) != 0);
  CHECK(cp_on_channel_drain(line->channel, in_drain, it) != 0);
  const cp_send_options options = { .sent = in_sent, .user = it };
  CHECK(cp_send(line->channel, "1", &options) >= 0);
  CHECK(cp_send(line->channel, string_of('1', 300000), &options) >= 0);
  CHECK(cp_send(line->channel, "2", &options) >= 0);
  (void) line_try(line, "1\n2\n[3]\n", 8);
  for (int i = 0; i < 50 && !line->disconnects; i++) {
    (void) line_pull(line);
    uv_run(uv_default_loop(), UV_RUN_NOWAIT);
  }
  /* Given up is not ended: the line is closed below, and so it ends. */
  if (!line->disconnects) (void) line_try(line, "4\nnonsense\n5\n", 13);
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK(it->times >= 1);
  if (it->deed == SEND && it->event != IN_DISCONNECT && it->event != IN_ERROR)
    CHECK_INT(it->sent, 1);
}

static void play_at_parent(void *argument) {
  (void) argument;
  line_at_parent(play);
}

/* Where a deed ends the channel before the event can come, there is nothing to be seen. */
static void play_all(enum event event, void (*at)(void *argument)) {
  for (enum deed deed = 0; deed < DEEDS; deed++) {
    the_event = event;
    the_deed = deed;
    at(NULL);
  }
}

static void play_at_child(void *argument) {
  (void) argument;
  line_at_child(play);
}

/* Children that were given up are ended by the closing of the line, and are ours to reap. */
#define INSIDE(name, event) \
  TEST(at_the_parent_any_call_may_be_made_inside_of_##name) { \
    play_all(event, play_at_parent); \
  } \
  TEST(at_the_child_any_call_may_be_made_inside_of_##name) { \
    play_all(event, play_at_child); \
  }

INSIDE(message, IN_MESSAGE)
INSIDE(sent, IN_SENT)
INSIDE(disconnect, IN_DISCONNECT)
INSIDE(error, IN_ERROR)
INSIDE(drain, IN_DRAIN)

/* ---- the program's own order ---- */

static void disconnect_and_count(cp_channel *channel, cp_message *message, void *user) {
  (void) message;
  ++*(int *) user;
  cp_disconnect(channel);
}

TEST_OF_BOTH(no_second_message_comes_after_a_disconnect_inside_of_the_first) {
  int count = 0;
  CHECK(cp_on_message(line->channel, disconnect_and_count, &count) != 0);
  line_say_now(line, "1\n2\n3\n");
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(count, 1);
}

static void run_within(cp_channel *channel, cp_message *message, void *user) {
  (void) channel, (void) message;
  *(int *) user = cp_run(NULL);
}

TEST_OF_BOTH(the_loop_cannot_be_run_inside_of_a_message) {
  int result = 0;
  CHECK(cp_on_message(line->channel, run_within, &result) != 0);
  line_say_now(line, "1\n");
  RUN_UNTIL(NULL, result != 0);
  CHECK_INT(result, UV_EBUSY);
}

static void add_another(cp_channel *channel, cp_message *message, void *user) {
  (void) message;
  if (++*(int *) user == 1) CHECK(cp_on_message(channel, disconnect_and_count, user) != 0);
}

TEST_OF_BOTH(a_listener_that_is_added_inside_of_a_message_hears_the_next) {
  int count = 0;
  CHECK(cp_on_message(line->channel, add_another, &count) != 0);
  line_say_now(line, "1\n2\n3\n");
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(count, 3);
}
