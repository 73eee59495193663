/* SPDX-License-Identifier: MIT */
/*
 * How a child ended, told in three ways: by our exit code, in words, and as JSON.
 */
#include "outcome.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "json.h"
#include "message.h"

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

static void print_error(FILE *out, const cp_error *error) {
  (void) fprintf(out, "{\"number\":%d,\"code\":", error->number);
  json_string(out, error->code);
  (void) fputs(",\"step\":", out);
  json_string(out, error->step);
  (void) fputs(",\"path\":", out);
  json_string(out, error->path);
  (void) fputs(",\"message\":", out);
  json_string(out, error->message);
  (void) fputc('}', out);
}

static void print_number(FILE *out, bool is_known, int number) {
  if (is_known) {
    (void) fprintf(out, "%d", number);
  } else {
    (void) fputs("null", out);
  }
}

void outcome_print_json(const struct outcome *outcome, FILE *out) {
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
    print_error(out, outcome->error);
  } else {
    (void) fputs("null", out);
  }
  (void) fputc('}', out);
}

void outcome_done(struct outcome *outcome) {
  cp_error_free(outcome->error);
  outcome->error = NULL;
}
