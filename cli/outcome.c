/* SPDX-License-Identifier: MIT */
/*
 * How a child ended, told in three ways: by our exit code, in words, and as JSON.
 */
#include "outcome.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "message.h"
#include "output.h"

void outcome_take_error(struct outcome *outcome, const cp_error *error) {
  cp_error_free(outcome->error);
  outcome->error = cp_error_copy(error);
}

void outcome_take_usage(struct outcome *outcome, const cp_child *child) {
  const cp_usage *usage = cp_usage_of(child);
  if (usage) {
    outcome->usage = *usage;
    outcome->has_usage = true;
  }
}

void outcome_take_end(struct outcome *outcome, const cp_child *child, int code, int signal) {
  outcome->has_ended = cp_exited(child);
  outcome->code = code;
  outcome->signal = signal;
}

/* A program that is not there is 127, one that is there and does not run 126, as in a shell. */
static int error_exit_code(const cp_error *error) {
  if (!error->step || strcmp(error->step, "exec") != 0) {
    return EXIT_OUR_FAILURE;
  }
  return error->number == -ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
}

int outcome_exit_code(const struct outcome *outcome) {
  if (outcome->error && outcome->pid == 0) {
    return error_exit_code(outcome->error);
  }
  if (outcome->timed_out) {
    return EXIT_TIMED_OUT;
  }
  if (outcome->has_overflowed) {
    return EXIT_TOO_MUCH_OUTPUT;
  }
  if (outcome->is_collected && outcome->error && outcome->error->number < 0) {
    return EXIT_OUR_FAILURE; /* its output could not be read */
  }
  if (!outcome->has_ended) {
    return EXIT_OUR_FAILURE;
  }
  if (outcome->signal > 0) {
    return EXIT_SIGNAL_BASE + outcome->signal;
  }
  return outcome->code >= 0 ? outcome->code : EXIT_OUR_FAILURE;
}

/* The step and what it was given: who reads only "No such file" looks for the wrong thing. */
static void explain_step(const cp_error *error) {
  const char *reason = strerror(-error->number);
  if (error->path) {
    message("%s '%s': %s", error->step, error->path, reason);
  } else {
    message("%s: %s", error->step, reason);
  }
}

void outcome_explain(const struct outcome *outcome) {
  const cp_error *error = outcome->error;
  if (error && error->step && error->number < 0) {
    explain_step(error);
  } else if (outcome->has_overflowed) {
    message("the output is longer than --max-buffer");
  } else if (outcome->is_collected && (outcome->timed_out || (error && error->number == 0))) {
    return; /* the exit code says it; that a command failed is no trouble of ours */
  } else if (error) {
    message("%s", error->message);
  } else if (outcome->has_ended && outcome->signal == 0 && outcome->code < 0) {
    message("how the child ended is not known: %s", strerror(-outcome->code));
  }
}

static void print_signal(FILE *out, int signal) {
  const char *name = signal > 0 ? cp_signal_name(signal) : NULL;
  char number[16];
  (void) snprintf(number, sizeof number, "%d", signal); /* a real-time signal has no name */
  json_string(out, name || signal <= 0 ? name : number);
}

static void print_usage(FILE *out, const cp_usage *usage) {
  (void) fprintf(out,
                 "{\"user_us\":%" PRIu64 ",\"system_us\":%" PRIu64 ",\"max_rss_bytes\":%" PRIu64
                 ",\"elapsed_us\":%" PRIu64 "}",
                 usage->user_us, usage->system_us, usage->max_rss_bytes, usage->elapsed_us);
}

static void print_error(FILE *out, const cp_error *error, bool of_command) {
  (void) fprintf(out, "{\"number\":%d,\"code\":", error->number);
  json_string(out, error->code);
  (void) fputs(",\"step\":", out);
  json_string(out, error->step);
  (void) fputs(",\"path\":", out);
  json_string(out, error->path);
  (void) fputs(",\"message\":", out);
  json_string(out, error->message);
  if (of_command) {
    (void) fputs(",\"command\":", out);
    json_string(out, error->command);
    (void) fprintf(out, ",\"killed\":%s", error->killed ? "true" : "false");
  }
  (void) fputc('}', out);
}

/* Text as a string; what is no UTF-8 under another name, so that nothing is lost. */
static void print_output(FILE *out, const char *name, cp_bytes output) {
  bool is_text = json_is_utf8(output.data, output.length);
  (void) fprintf(out, ",\"%s%s\":", name, is_text ? "" : "_base64");
  if (is_text) {
    json_text(out, output.data, output.length);
  } else {
    json_base64(out, output.data, output.length);
  }
}

static void print_number(FILE *out, bool is_known, int number) {
  if (is_known) {
    (void) fprintf(out, "%d", number);
  } else {
    (void) fputs("null", out);
  }
}

static void print_json(const struct outcome *outcome, FILE *out) {
  bool has_code = outcome->has_ended && outcome->signal == 0 && outcome->code >= 0;
  (void) fputs("{\"pid\":", out);
  print_number(out, outcome->pid > 0, outcome->pid);
  (void) fputs(",\"code\":", out);
  print_number(out, has_code, outcome->code);
  (void) fputs(",\"signal\":", out);
  print_signal(out, outcome->has_ended ? outcome->signal : 0);
  (void) fprintf(out, ",\"timed_out\":%s,\"usage\":", outcome->timed_out ? "true" : "false");
  if (outcome->has_usage) {
    print_usage(out, &outcome->usage);
  } else {
    (void) fputs("null", out);
  }
  (void) fputs(",\"error\":", out);
  if (outcome->error) {
    print_error(out, outcome->error, outcome->is_collected);
  } else {
    (void) fputs("null", out);
  }
  if (outcome->is_collected) {
    print_output(out, "out", outcome->out);
    print_output(out, "err", outcome->err);
  }
  (void) fputc('}', out);
}

int outcome_write_json(const struct outcome *outcome, const char *before, int fd) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  if (!out) {
    return -1;
  }
  (void) fputs(before, out);
  print_json(outcome, out);
  (void) fputc('\n', out);
  int result = fclose(out) == 0 ? output_all(fd, text, length) : -1;
  free(text);
  return result;
}

void outcome_of_result(struct outcome *outcome, const cp_result *result) {
  const cp_error *error = result->error;
  int number = error && result->pid > 0 ? error->number : 0;
  *outcome = (struct outcome){
    .pid = result->pid,
    .has_ended = result->pid > 0,
    .code = result->code,
    .signal = result->signal,
    .timed_out = number == -ETIMEDOUT,
    .is_collected = true,
    .has_overflowed = number == -ENOBUFS,
    .out = result->out,
    .err = result->err,
    .has_usage = result->pid > 0,
    .usage = result->usage,
    .error = cp_error_copy(error),
  };
}

void outcome_done(struct outcome *outcome) {
  cp_error_free(outcome->error);
  outcome->error = NULL;
}
