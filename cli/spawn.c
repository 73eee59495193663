/* SPDX-License-Identifier: MIT */
/*
 * `child spawn`: runs one program, carries its output on, and ends as it did.
 *
 * The parts know nothing of each other; what they have to do with one another stands here.
 * Mostly it is the end: the child's `close` waits for everybody who holds its pipes, which may be
 * a server that it left behind. That is right as long as nobody is in a hurry (a shell's $(...)
 * does the same). When the timeout has struck or a signal was passed on, only what the child
 * itself wrote is still carried on; a signal that comes after its end ends the waiting at once.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "child_process.h"
#include "collect.h"
#include "commands.h"
#include "course.h"
#include "forward.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "redirect.h"
#include "report.h"
#include "signals.h"

struct run {
  struct redirect redirect;
  struct forward out;
  struct forward err;
  struct signals signals;
  struct course course;
  struct report report;
};

static void on_exit_of_child(void *user) {
  struct run *run = user;
  if (run->course.outcome.timed_out || run->signals.asked_to_end) {
    forward_end(&run->out);
    forward_end(&run->err);
  }
}

static void on_close(void *user) {
  struct run *run = user;
  signals_close(&run->signals);
}

static void on_late_signal(void *user) {
  struct run *run = user;
  forward_stop(&run->out);
  forward_stop(&run->err);
}

/* What a child that runs needs besides. False, with errno, if we cannot watch over it. */
static bool attend(struct run *run, cp_child *child) {
  return forward_start(&run->out, cp_stdout(child), STDOUT_FILENO, "stdout") &&
         forward_start(&run->err, cp_stderr(child), STDERR_FILENO, "stderr") &&
         signals_pass_to(&run->signals, child, on_late_signal, run) == 0;
}

/* 0 when the outcome is known, or an exit code: then a message was printed. */
static int run_child(struct run *run, const struct options *options) {
  cp_options start = options->start;
  start.stdio = run->redirect.slots;
  if (signals_open(&run->signals) < 0) {
    message("cannot receive signals: %s", strerror(errno));
    return EXIT_OUR_FAILURE;
  }
  cp_child *child = cp_spawn(options->file, options->args, &start);
  if (!child) {
    message("%s", cp_last_error()->message);
    return EXIT_OUR_FAILURE;
  }
  redirect_close(&run->redirect); /* the child has them; a reader of a FIFO waits for our end */
  bool is_followed = course_follow(&run->course, child, options);
  if (!is_followed || (!cp_start_error(child) && !attend(run, child))) {
    message("cannot watch over the child: %s", strerror(errno));
    (void) cp_kill(child, SIGKILL); /* rather than leave it to nobody */
    return EXIT_OUR_FAILURE;
  }
  return cp_run(NULL) == 0 ? 0 : EXIT_OUR_FAILURE;
}

static int run_options(struct run *run, const struct options *options) {
  int status = redirect_open(&run->redirect, options->redirections);
  if (status == 0) {
    status = report_open(&run->report, options);
  }
  if (status == 0) {
    status = run_child(run, options);
  }
  if (status != 0) {
    return status;
  }
  outcome_explain(&run->course.outcome);
  status = outcome_exit_code(&run->course.outcome);
  /* On stdout it gets a line of its own, also where the child did not end its last one. */
  const char *before = run->report.fd < 0 && !run->out.ends_in_line ? "\n" : "";
  if (!report_write(&run->report, before, &run->course.outcome)) {
    return EXIT_OUR_FAILURE;
  }
  return run->out.outlet.has_failed || run->err.outlet.has_failed ? EXIT_OUR_FAILURE : status;
}

void spawn_help(FILE *out) {
  (void) fputs("Usage: child spawn [OPTION]... [--] PROGRAM [ARGUMENT]...\n"
               "       child spawn --shell[=SHELL] [OPTION]... [--] COMMAND-LINE\n"
               "Run PROGRAM, stream its output, and exit as it does.\n\n",
               out);
  options_help(COMMAND_SPAWN, out);
  (void) fputs("\nExit code: that of PROGRAM; 128 + N if signal N killed it; 124 if it timed out;\n"
               "125 if child itself failed; 126 if PROGRAM cannot be run; 127 if it is not found.\n"
               "SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 and SIGUSR2 are passed on to PROGRAM.\n",
               out);
}

int spawn_run(int argc, char **argv) {
  struct options options;
  struct run run = {
    .redirect = { .opened = { -1, -1, -1 } },
    .signals = { .fd = -1 },
    .course = { .deadline = { .fd = -1 },
                .exited = on_exit_of_child,
                .closed = on_close,
                .user = &run },
    .out = { .ends_in_line = true },
    .report = { .fd = -1 },
  };
  int status = options_read(&options, COMMAND_SPAWN, argc, argv);
  if (status == 0 && options.wants_help) {
    spawn_help(stdout);
  } else if (status == 0 && options.sync) {
    status = collect_run(&options);
  } else if (status == 0) {
    status = run_options(&run, &options);
  }
  report_close(&run.report);
  redirect_close(&run.redirect);
  outcome_done(&run.course.outcome);
  options_done(&options);
  signals_end_as(&run.signals, run.course.outcome.signal, status);
  return status;
}
