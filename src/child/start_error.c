/* SPDX-License-Identifier: MIT */
/*
 * The error of a start. Node says "spawn ls ENOENT" for a missing program and a missing folder
 * alike; we say the same for the program, and add the step and what it was given for
 * everything else: "spawn ls ENOENT: chdir '/nope'".
 */
#include "child/start_error.h"

#include "base/error.h"
#include "base/errno_names.h"
#include "base/memory.h"
#include "child/child.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_SIZE = 16 };

/* What the step was given; `number` has room for a number. NULL: nothing of ours. */
static const char *given(const struct plan *plan, const struct process_failure *failure,
                         char *number) {
  switch (failure->step) {
    case STEP_EXEC:
      return plan->file;
    case STEP_CHDIR:
      return plan->cwd;
    case STEP_SETGID:
      (void) snprintf(number, NUMBER_SIZE, "%u", plan->gid);
      return number;
    case STEP_SETUID:
      (void) snprintf(number, NUMBER_SIZE, "%u", plan->uid);
      return number;
    case STEP_STDIO:
      if (failure->slot < 0) return NULL;
      if (plan->slots[failure->slot] == CP_IGNORE) return "/dev/null";
      if (plan->slots[failure->slot] < 0) return NULL;
      (void) snprintf(number, NUMBER_SIZE, "%d", plan->slots[failure->slot]);
      return number;
    default:
      return NULL;
  }
}

/* "VERB FILE", and room for the message behind it. */
struct text {
  char *syscall;
  char *message;
};

static bool make_text(struct text *text, const cp_child *child, const char *path,
                      const struct process_failure *failure) {
  const char *verb = child->verb;
  const char *file = child->file;
  const char *code = errno_name(failure->number);
  const char *step = process_step_name(failure->step);
  size_t syscall_size = strlen(verb) + strlen(file) + sizeof " ";
  size_t message_size =
      syscall_size + strlen(code) + strlen(step) + sizeof "  :   ''" + (path ? strlen(path) : 0);
  text->syscall = memory_new(syscall_size + message_size);
  if (!text->syscall) return false;
  text->message = text->syscall + syscall_size;
  (void) snprintf(text->syscall, syscall_size, "%s %s", verb, file);
  if (failure->step == STEP_EXEC) {
    (void) snprintf(text->message, message_size, "%s %s %s", verb, file, code);
  } else if (path) {
    (void) snprintf(text->message, message_size, "%s %s %s: %s '%s'", verb, file, code, step, path);
  } else {
    (void) snprintf(text->message, message_size, "%s %s %s: %s", verb, file, code, step);
  }
  return true;
}

cp_error *start_error_new(const cp_child *child, const struct plan *plan,
                          const struct process_failure *failure) {
  if (failure->step == STEP_ABORT && failure->number == -ECANCELED)
    return cp_error_copy(limits_abort_error());
  char number[NUMBER_SIZE];
  const char *path = given(plan, failure, number);
  struct text text;
  if (!make_text(&text, child, path, failure)) {
    (void) error_no_memory();
    return NULL;
  }
  const cp_error error = {
    .number = failure->number,
    .code = errno_name(failure->number),
    .name = "Error",
    .message = text.message,
    .syscall = text.syscall,
    .step = process_step_name(failure->step),
    .path = path,
    .spawn_args = (const char *const *) child->args + 1,
  };
  cp_error *copy = cp_error_copy(&error);
  memory_free(text.syscall);
  return copy;
}
