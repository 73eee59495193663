/* SPDX-License-Identifier: MIT */
/*
 * `child fork`: connects the channel of a child to the terminal, so that what talks by messages
 * can be talked to from a shell.
 *
 * Our stdin and stdout are the messages, a line each, and nothing else: they can be piped. So the
 * child's own stdin is empty, and what it prints goes to our stderr, directly: nobody has to wait
 * for it.
 *
 * The end of our stdin ends nothing. A channel ends in both directions at once, and the answer to
 * the last line could not come any more; `echo '"x"' | child fork MODULE` shows it. Who needs no
 * answer, or knows how many there are, says so by --disconnect-at-eof or --disconnect-after.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child_process.h"
#include "commands.h"
#include "course.h"
#include "lines.h"
#include "message.h"
#include "notation.h"
#include "options.h"
#include "outlet.h"
#include "output.h"
#include "redirect.h"
#include "report.h"
#include "signals.h"

struct run {
  const struct options *options;
  struct redirect redirect;
  struct outlet out;
  struct lines lines;
  struct signals signals;
  struct course course;
  cp_child *child; /* held: our reader may take longer than it */
  cp_channel *channel;
  cp_listener listener; /* for messages; 0 while our reader is slow */
  uint64_t received;
  bool has_exited;
  bool has_closed;
  bool has_failed;
  struct report report;
};

/* ---- messages to our stdout ---- */

static void end_if_done(struct run *run) {
  if (run->has_closed && !outlet_is_full(&run->out)) {
    signals_close(&run->signals);
  }
}

/* In one write, so that it stays whole beside what others write there. NULL: no memory. */
static bool print_line(struct run *run, const char *text, size_t length) {
  char *line = text ? malloc(length + 1) : NULL;
  if (!line) {
    message("out of memory");
    run->has_failed = true;
    return false;
  }
  memcpy(line, text, length);
  line[length] = '\n';
  bool is_taken = outlet_write(&run->out, line, length + 1);
  free(line);
  return is_taken;
}

/* As JSON, or where that would not be all of it in a notation of ours. */
static bool print_message(struct run *run, cp_message *received) {
  size_t length = 0;
  const char *json = cp_message_json(received, &length);
  if (run->options->start.serialization == CP_JSON ||
      (json && notation_is_json(cp_message_value(received)))) {
    return print_line(run, json, length);
  }
  char *text = notation_of(cp_message_value(received), &length);
  bool is_taken = print_line(run, text, length);
  free(text);
  return is_taken;
}

static void on_message(cp_channel *channel, cp_message *received, void *user) {
  struct run *run = user;
  run->received++;
  if (!print_message(run, received) || run->received == run->options->disconnect_after) {
    cp_disconnect(channel);
  } else if (outlet_is_full(&run->out) && !run->has_exited) {
    /* Messages wait where nobody listens, and then so does the child. */
    cp_channel_off(channel, run->listener);
    run->listener = 0;
  }
}

/* What nobody has listened for when `exit` is over would be dropped: from then on we always do. */
static void listen(struct run *run) {
  if (!run->listener) {
    run->listener = cp_on_message(run->channel, on_message, run);
  }
}

static void on_emptied(void *user) {
  struct run *run = user;
  if (!run->has_closed) {
    listen(run);
  }
  end_if_done(run);
}

/* Nobody sees what the child answers. It is told by its `disconnect`. */
static void on_broke(void *user) {
  struct run *run = user;
  if (!run->has_closed) {
    cp_disconnect(run->channel);
  }
  end_if_done(run);
}

/* ---- lines of our stdin to the channel ---- */

static bool is_blank(const char *text, size_t length) {
  size_t blanks = 0;
  while (blanks < length && strchr(" \t\r", text[blanks]) && text[blanks]) {
    blanks++;
  }
  return blanks == length;
}

/* A line may have a zero byte in it, which is no JSON. */
static int send_text(const struct run *run, const char *text, size_t length) {
  if (run->options->start.serialization == CP_JSON) {
    return cp_send_payload(run->channel, (cp_bytes){ text, length }, NULL);
  }
  cp_value *value = cp_value_parse(text, length);
  int result = value ? cp_send_value(run->channel, value, NULL) : cp_last_error()->number;
  cp_value_free(value);
  return result;
}

static void on_line(const char *text, size_t length, void *user) {
  struct run *run = user;
  if (!text) {
    message("line %" PRIu64 ": too long", run->lines.number);
    return;
  }
  if (is_blank(text, length)) {
    return;
  }
  int result = send_text(run, text, length);
  if (result == CP_FULL) {
    lines_pause(&run->lines);
  } else if (result < 0) {
    message("line %" PRIu64 ": %s", run->lines.number, cp_last_error()->message);
  }
}

static void on_drain(cp_channel *channel, void *user) {
  (void) channel;
  struct run *run = user;
  lines_resume(&run->lines);
}

static void on_end_of_lines(int error, void *user) {
  struct run *run = user;
  if (error < 0) {
    message("stdin: %s", strerror(-error));
    run->has_failed = true;
  }
  if (run->options->disconnects_at_eof) {
    cp_disconnect(run->channel);
  }
}

static void on_disconnect(cp_channel *channel, void *user) {
  (void) channel;
  struct run *run = user;
  lines_stop(&run->lines);
}

/* That messages are lost when the child ends first is for it to answer for; all else is not. */
static void on_channel_error(cp_channel *channel, const cp_error *error, void *user) {
  (void) channel;
  struct run *run = user;
  message("channel: %s", error->message);
  run->has_failed |= error->number != -EPIPE && error->number != -ECONNRESET;
}

/* ---- the child ---- */

static void on_exit_of_child(void *user) {
  struct run *run = user;
  run->has_exited = true;
  lines_stop(&run->lines);
  if (run->listener) {
    /* What it has sent was printed. Others that it left behind may hold its end of the channel. */
    cp_disconnect(run->channel);
  } else {
    listen(run);
  }
}

static void on_close(void *user) {
  struct run *run = user;
  run->has_closed = true;
  lines_stop(&run->lines);
  end_if_done(run);
}

static void on_late_signal(void *user) {
  struct run *run = user;
  outlet_drop(&run->out);
  cp_abandon(run->child);
  end_if_done(run);
}

static bool reads_lines(const struct options *options) {
  const char *word = options->redirections[0];
  return !word || strcmp(word, "inherit") != 0;
}

/* What a child that runs needs besides. False, with errno, if we cannot watch over it. */
static bool attend(struct run *run) {
  cp_channel *channel = run->channel;
  const struct options *options = run->options;
  const struct line_reader reader = { on_line, on_end_of_lines, run };
  outlet_tell(&run->out, on_emptied, on_broke, run);
  listen(run);
  return run->listener && cp_on_channel_drain(channel, on_drain, run) &&
         cp_on_disconnect(channel, on_disconnect, run) &&
         cp_on_channel_error(channel, on_channel_error, run) &&
         signals_pass_to(&run->signals, run->child, on_late_signal, run) == 0 &&
         (!reads_lines(options) || lines_start(&run->lines, STDIN_FILENO, reader) == 0);
}

static void send_first(const struct run *run) {
  for (const char **json = run->options->sends; *json; json++) {
    if (cp_send(run->channel, *json, NULL) < 0) {
      message("--send '%s': %s", *json, cp_last_error()->message);
    }
  }
}

/* 0 when the outcome is known, or an exit code: then a message was printed. */
static int run_child(struct run *run) {
  cp_options start = run->options->start;
  start.stdio = run->redirect.slots;
  if (signals_open(&run->signals) < 0) {
    message("cannot receive signals: %s", strerror(errno));
    return EXIT_OUR_FAILURE;
  }
  run->child = cp_hold(cp_fork(run->options->file, run->options->args, &start));
  if (!run->child) {
    message("%s", cp_last_error()->message);
    return EXIT_OUR_FAILURE;
  }
  run->channel = cp_ipc(run->child);
  redirect_close(&run->redirect); /* the child has them; a reader of a FIFO waits for our end */
  bool is_followed = course_follow(&run->course, run->child, run->options);
  bool is_started = !cp_start_error(run->child);
  if (!is_followed || (is_started && !attend(run))) {
    message("cannot watch over the child: %s", strerror(errno));
    (void) cp_kill(run->child, SIGKILL); /* rather than leave it to nobody */
    return EXIT_OUR_FAILURE;
  }
  if (is_started) {
    send_first(run);
  }
  return cp_run(NULL) == 0 ? 0 : EXIT_OUR_FAILURE;
}

/* ---- all of it ---- */

static int run_options(struct run *run) {
  const struct options *options = run->options;
  int status = redirect_open_beside_channel(&run->redirect, options->redirections);
  if (status == 0) {
    status = report_open(&run->report, options);
  }
  if (status == 0) {
    status = run_child(run);
  }
  if (status != 0) {
    return status;
  }
  outcome_explain(&run->course.outcome);
  status = outcome_exit_code(&run->course.outcome);
  if (!report_write(&run->report, "", &run->course.outcome)) {
    return EXIT_OUR_FAILURE;
  }
  return run->has_failed || run->out.has_failed ? EXIT_OUR_FAILURE : status;
}

void fork_help(FILE *out) {
  (void) fputs("Usage: child fork [OPTION]... [--] MODULE [ARGUMENT]...\n"
               "Run MODULE with a channel: each line of JSON on stdin is sent to it, and each\n"
               "message that it sends is printed as a line on stdout.\n\n",
               out);
  options_help(COMMAND_FORK, out);
  (void) fputs(
      "\nMODULE runs with node if it ends in .js, .cjs, .mjs, .ts, .cts or .mts, else as a\n"
      "program of its own. What it prints itself goes to stderr. child ends when it does;\n"
      "the end of stdin ends nothing, since the answer to the last line is still to come.\n"
      "\nExit code: that of MODULE; 128 + N if signal N killed it; 124 if it timed out;\n"
      "125 if child itself failed; 126 if it cannot be run; 127 if it is not found.\n"
      "SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 and SIGUSR2 are passed on to MODULE.\n",
      out);
}

int fork_run(int argc, char **argv) {
  struct options options;
  struct run run = {
    .options = &options,
    .redirect = { .opened = { -1, -1, -1 } },
    .signals = { .fd = -1 },
    .course = { .deadline = { .fd = -1 },
                .exited = on_exit_of_child,
                .closed = on_close,
                .user = &run },
    .report = { .fd = -1 },
  };
  outlet_init(&run.out, STDOUT_FILENO, "stdout");
  int status = options_read(&options, COMMAND_FORK, argc, argv);
  if (status == 0 && options.wants_help) {
    fork_help(stdout);
  } else if (status == 0) {
    status = run_options(&run);
  }
  report_close(&run.report);
  cp_release(run.child);
  free(run.lines.data);
  redirect_close(&run.redirect);
  outcome_done(&run.course.outcome);
  options_done(&options);
  signals_end_as(&run.signals, run.course.outcome.signal, status);
  return status;
}
