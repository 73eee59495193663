/* SPDX-License-Identifier: MIT */
/*
 * A channel whose other end the test holds in its hand, so that it says on the wire what it wants,
 * at the moment that it wants. The same test plays at both sides: against the parent's end of a
 * child (the helper lends us its own end), and against cp_parent(), in a process of its own.
 *
 *     TEST_OF_BOTH(a_line_is_a_message) {
 *       line_say(line, "1\n");
 *       RUN_UNTIL(NULL, line->messages == 1);
 *       CHECK_STR(line_heard(line), "1\n");
 *     }
 *
 * When it returns, the wire is closed, the loop runs to its end, and `disconnect` must have come
 * once, then `close` of the child.
 */
#ifndef TEST_LINE_H
#define TEST_LINE_H

#include "support/watch.h"

struct line {
  cp_channel *channel;
  int wire;         /* the other end, non-blocking; -1 once closed */
  int control;      /* as long as it is open, the child of a parent's line lives */
  cp_child *child;  /* NULL at the child's side */
  struct watch *w;  /* likewise */
  char events[512]; /* "message error disconnect"; what repeats is there once */
  struct bytes heard;
  int messages, disconnects, errors, drains;
  cp_listener message_listener;
  cp_error *error;    /* the last, copied */
  struct bytes wired; /* what line_pull() read */
  bool was_reset;     /* its end was a reset */
};

void line_at_parent(void (*play)(struct line *line));
void line_at_child(void (*play)(struct line *line));

#define TEST_OF_BOTH_KIND(name, kind) \
  static void name(struct line *line); \
  TEST_OF_KIND(at_the_parent_##name, kind) { \
    line_at_parent(name); \
  } \
  TEST_OF_KIND(at_the_child_##name, kind) { \
    line_at_child(name); \
  } \
  static void name(struct line *line)
#define TEST_OF_BOTH(name)      TEST_OF_BOTH_KIND(name, TEST_ANYWHERE)
#define TEST_OF_BOTH_SOAK(name) TEST_OF_BOTH_KIND(name, TEST_ONLY_SOAK)

/* Listens to `message`; the others of the line are there from the start. */
void line_listen(struct line *line);
void line_stop_listening(struct line *line);

/* Writes to the wire, running the loop where it is full; with a text that ends in '\0'. */
void line_write(struct line *line, const char *data, size_t length);
void line_say(struct line *line, const char *words);
/* The same, and fails the test if it does not go without the loop. */
void line_say_now(struct line *line, const char *words);
/* One write with descriptors to nothing attached. */
void line_say_with_descriptors(struct line *line, const char *words, int count);
/* True when all went; false when the channel took it no more. */
bool line_try(struct line *line, const char *data, size_t length);
void line_hang_up(struct line *line);

/* The messages that came, each and a line break. */
const char *line_heard(const struct line *line);
/* Reads what is on the wire; true unless the end was reached. */
bool line_pull(struct line *line);
/* Runs the loop until so many bytes came over the wire. */
void line_pull_bytes(struct line *line, size_t count);
/* Runs the loop until the wire ends. */
void line_pull_to_end(struct line *line);
const char *line_wired(const struct line *line);

/* The error of the channel, which closes it, and its `disconnect`. */
void line_expect_broken(struct line *line, int number, const char *words);

void append(struct bytes *bytes, const char *data, size_t length);

/* Runs the body in a process of its own, which must end without a failure. */
void in_another_program(void (*body)(void *argument), void *argument);
/* A socket pair; both ends CLOEXEC, the second non-blocking. */
void make_pair(int ret_fds[2]);
/* What NODE_CHANNEL_FD is for this program. */
void pretend_parent(const char *fd, const char *mode);
/* The program with the library at either end of a channel. */
const char *ipc_program(void);

#endif
