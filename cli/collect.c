/* SPDX-License-Identifier: MIT */
/*
 * A command that is run to its end: `child exec`, `child exec-file`, and every command with --sync.
 * Its output is collected by the library and written when it has ended, in one piece each.
 *
 * With a loop, signals are passed on as by `child spawn`, and the end is the same: who sends one
 * to end it all does not wait for others who hold the output. The blocking calls have no loop
 * that a signal could wake, so with --sync signals strike us as they strike any program.
 */
#include "collect.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "message.h"
#include "outcome.h"
#include "output.h"
#include "redirect.h"
#include "report.h"
#include "settle.h"
#include "signals.h"

enum { NS_PER_MS = 1000000 };

struct run {
  const struct options *options;
  cp_options start;
  struct redirect redirect;
  struct signals signals;
  struct settle out;
  struct settle err;
  cp_child *child;
  struct report report;
  int status;
  int signal; /* that ended the child */
};

/* ---- what becomes of the result ---- */

/* False when the output could not be written, other than for a reader that went away. */
static bool write_to(int fd, const char *name, cp_bytes output) {
  if (output_all(fd, output.data, output.length) == 0 || errno == EPIPE || errno == ECONNRESET ||
      (errno == EBADF && fd == STDERR_FILENO)) {
    return true;
  }
  message("%s: %s", name, strerror(errno));
  return false;
}

static int tell(struct run *run, const cp_result *result) {
  struct outcome outcome;
  outcome_of_result(&outcome, result);
  bool is_written;
  if (run->options->json) {
    is_written = report_write(&run->report, "", &outcome);
  } else {
    is_written = write_to(STDOUT_FILENO, "stdout", result->out);
    is_written = write_to(STDERR_FILENO, "stderr", result->err) && is_written;
  }
  outcome_explain(&outcome);
  int status = is_written ? outcome_exit_code(&outcome) : EXIT_OUR_FAILURE;
  run->signal = outcome.signal;
  outcome_done(&outcome);
  return status;
}

/* ---- on the loop ---- */

static void on_done(const cp_error *error, const cp_result *result, void *user) {
  (void) error;
  struct run *run = user;
  signals_release(&run->signals); /* the reader of our stdout may be slow */
  run->status = tell(run, result);
  signals_close(&run->signals);
}

/* A limit has struck and the child was signalled; one that is stopped would not notice. */
static void on_error(cp_child *child, const cp_error *error, void *user) {
  (void) error, (void) user;
  (void) cp_kill(child, SIGCONT);
}

static void on_exit_of_child(cp_child *child, int code, int signal, void *user) {
  (void) code, (void) signal;
  struct run *run = user;
  if (run->signals.asked_to_end) {
    settle_start(&run->out, cp_stdout(child));
    settle_start(&run->err, cp_stderr(child));
  }
}

static void on_late_signal(void *user) {
  struct run *run = user;
  cp_destroy(cp_stdout(run->child));
  cp_destroy(cp_stderr(run->child));
}

static bool attend(struct run *run, cp_child *child) {
  return cp_on_error(child, on_error, run) && cp_on_exit(child, on_exit_of_child, run) &&
         signals_pass_to(&run->signals, child, on_late_signal, run) == 0;
}

static int run_on_loop(struct run *run) {
  if (signals_open(&run->signals) < 0) {
    message("cannot receive signals: %s", strerror(errno));
    return EXIT_OUR_FAILURE;
  }
  const struct options *options = run->options;
  run->child = options->command == COMMAND_EXEC
                   ? cp_exec(options->file, &run->start, on_done, run)
                   : cp_exec_file(options->file, options->args, &run->start, on_done, run);
  if (!run->child) {
    message("%s", cp_last_error()->message);
    return EXIT_OUR_FAILURE;
  }
  redirect_close(&run->redirect); /* the child has them; a reader of a FIFO waits for our end */
  if (!cp_start_error(run->child) && !attend(run, run->child)) {
    message("cannot watch over the child: %s", strerror(errno));
    (void) cp_kill(run->child, SIGKILL); /* rather than leave it to nobody */
    return EXIT_OUR_FAILURE;
  }
  return cp_run(NULL) == 0 ? run->status : EXIT_OUR_FAILURE;
}

/* ---- without one ---- */

static cp_result *run_blocking(const struct run *run) {
  const struct options *options = run->options;
  switch (options->command) {
    case COMMAND_EXEC:
      return cp_exec_sync(options->file, &run->start);
    case COMMAND_EXEC_FILE:
      return cp_exec_file_sync(options->file, options->args, &run->start);
    default:
      return cp_spawn_sync(options->file, options->args, &run->start);
  }
}

static int run_sync(struct run *run) {
  cp_result *result = run_blocking(run);
  if (!result) {
    message("%s", cp_last_error()->message);
    return EXIT_OUR_FAILURE;
  }
  int status = tell(run, result);
  cp_result_free(result);
  return status;
}

/* ---- all of it ---- */

/* Reads and opens what the options name. 0, or an exit code: then a message was printed. */
static int prepare(struct run *run) {
  const struct options *options = run->options;
  run->start = options->start;
  run->start.timeout_ms = (options->timeout_ns + NS_PER_MS - 1) / NS_PER_MS;
  run->start.kill_signal = options->kill_signal;
  int status = redirect_open(&run->redirect, options->redirections);
  run->start.stdio = run->redirect.slots;
  if (status == 0) {
    status = report_open(&run->report, options);
  }
  if (status == 0 && options->input) {
    run->redirect.slots[0] = CP_PIPE;
    status = input_read(options->input, &run->start.input);
  }
  return status;
}

int collect_run(const struct options *options) {
  struct run run = {
    .options = options,
    .redirect = { .opened = { -1, -1, -1 } },
    .signals = { .fd = -1 },
    .report = { .fd = -1 },
  };
  int status = prepare(&run);
  if (status == 0) {
    status = options->sync ? run_sync(&run) : run_on_loop(&run);
  }
  report_close(&run.report);
  redirect_close(&run.redirect);
  input_free(&run.start.input);
  signals_end_as(&run.signals, run.signal, status);
  return status;
}
