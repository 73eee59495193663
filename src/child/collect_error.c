/* SPDX-License-Identifier: MIT */
/*
 * The error of a command that was run to its end, in Node's words; but a timeout is ETIMEDOUT
 * and too much output ENOBUFS in all of them, so that nobody takes our signal for another's.
 */
#include "base/error.h"
#include "base/errno_names.h"
#include "child/collect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Where there is no memory to say more. */
static const cp_error no_memory = {
  .number = -ENOMEM,
  .code = "ENOMEM",
  .name = "Error",
  .message = "not enough memory",
};

void collect_error_free(const cp_error *error) {
  if (error != &no_memory) cp_error_free((cp_error *) error);
}

/* Text that is put together; it remembers that it failed. */
struct text {
  struct buffer buffer;
  bool has_failed;
};

static void put(struct text *text, const char *string) {
  if (buffer_append(&text->buffer, string, strlen(string)) < 0) text->has_failed = true;
}

static const char *text_of(const struct text *text) {
  return text->buffer.data ? text->buffer.data : "";
}

/* What was run: the command line, or the program and its arguments. */
static void put_command(struct text *text, const struct collect *collect) {
  const cp_child *child = collect->child;
  if (collect->has_shell) {
    enum { COMMAND = 2 }; /* SHELL -c COMMAND */
    put(text, child->args[COMMAND]);
    return;
  }
  /* execFileSync() names argv[0], which may be another; execFile() the file. */
  put(text, collect->purpose == COLLECT_EXEC ? child->file : child->args[0]);
  for (char **arg = child->args + 1; *arg; arg++) {
    put(text, " ");
    put(text, *arg);
  }
}

static void put_failed(struct text *text, const struct collect *collect, const char *command) {
  const char *err = collect->result.err.data;
  put(text, "Command failed: ");
  put(text, command);
  if (collect->child->code == -ECHILD && !collect->child->signal)
    put(text, "\nHow it ended is not known: another part of this program took its status");
  /* execSync() leaves the line break away when there is nothing behind it; exec() does not. */
  if (collect->purpose == COLLECT_EXEC || *err) put(text, "\n");
  put(text, err);
}

/* "spawnSync FILE CODE", and its beginning as `syscall`. */
static void put_sync(struct text *message, struct text *syscall, const struct collect *collect) {
  put(syscall, collect->child->verb);
  put(syscall, " ");
  put(syscall, collect->child->file);
  put(message, text_of(syscall));
  put(message, " ");
  put(message, errno_name(collect->struck));
}

static void put_too_long(struct text *text, int slot) {
  static const char *const names[] = { "stdin", "stdout", "stderr" };
  char name[24];
  (void) snprintf(name, sizeof name, "stdio[%d]", slot);
  put(text, slot < 3 ? names[slot] : name);
  put(text, " maxBuffer length exceeded");
}

/* `error` has what belongs to the whole command; here it gets what went wrong. */
static void explain(cp_error *error, const struct collect *collect, struct text *message,
                    struct text *syscall) {
  const cp_child *child = collect->child;
  int number = collect->struck                     ? collect->struck
               : child->code < 0 && !child->signal ? child->code
                                                   : 0;
  error->number = number;
  error->code = number ? errno_name(number) : NULL;
  error->name = "Error";
  bool is_sync = collect->purpose != COLLECT_EXEC;
  if (collect->struck && is_sync) {
    put_sync(message, syscall, collect);
    error->syscall = text_of(syscall);
    error->path = child->file;
    error->spawn_args = (const char *const *) child->args + 1;
  } else if (collect->struck == -ENOBUFS) {
    error->name = "RangeError";
    put_too_long(message, collect->struck_slot);
  } else if (collect->struck && collect->struck != -ETIMEDOUT) {
    error->syscall = collect->struck_call ? collect->struck_call : "read";
    put(message, error->syscall);
    put(message, " ");
    put(message, error->code);
  } else {
    put_failed(message, collect, error->command);
  }
  error->message = text_of(message);
}

static bool has_failed(const struct collect *collect) {
  const cp_child *child = collect->child;
  if (child->start_error || collect->struck) return true;
  if (collect->purpose == COLLECT_SPAWN_SYNC) return false;
  return child->code != 0 || child->signal != 0;
}

const cp_error *collect_error(const struct collect *collect) {
  if (!has_failed(collect)) return NULL;
  const cp_child *child = collect->child;
  struct text command = { 0 }, message = { 0 }, syscall = { 0 };
  put_command(&command, collect);
  cp_error error = { 0 };
  if (child->start_error) {
    error = *child->start_error;
  } else if (collect->struck == -ECANCELED) {
    error = *limits_abort_error();
  }
  error.command = text_of(&command);
  error.exit_code = child->code;
  error.signal = child->signal;
  error.killed = child->was_killed;
  if (!error.message) explain(&error, collect, &message, &syscall);
  bool is_complete = !command.has_failed && !message.has_failed && !syscall.has_failed;
  const cp_error *copy = is_complete ? cp_error_copy(&error) : NULL;
  buffer_done(&command.buffer);
  buffer_done(&message.buffer);
  buffer_done(&syscall.buffer);
  return copy ? copy : &no_memory;
}
