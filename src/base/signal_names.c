/* SPDX-License-Identifier: MIT */
/*
 * Signals by name, as Node's os.constants.signals lists them for Linux.
 */
#include "base/error.h"

#include <errno.h>
#include <signal.h>
#include <strings.h>

static const struct {
  int number;
  const char *name;
} names[] = {
  { SIGHUP, "SIGHUP" },       { SIGINT, "SIGINT" },       { SIGQUIT, "SIGQUIT" },
  { SIGILL, "SIGILL" },       { SIGTRAP, "SIGTRAP" },     { SIGABRT, "SIGABRT" },
  { SIGBUS, "SIGBUS" },       { SIGFPE, "SIGFPE" },       { SIGKILL, "SIGKILL" },
  { SIGUSR1, "SIGUSR1" },     { SIGSEGV, "SIGSEGV" },     { SIGUSR2, "SIGUSR2" },
  { SIGPIPE, "SIGPIPE" },     { SIGALRM, "SIGALRM" },     { SIGTERM, "SIGTERM" },
  { SIGSTKFLT, "SIGSTKFLT" }, { SIGCHLD, "SIGCHLD" },     { SIGCONT, "SIGCONT" },
  { SIGSTOP, "SIGSTOP" },     { SIGTSTP, "SIGTSTP" },     { SIGTTIN, "SIGTTIN" },
  { SIGTTOU, "SIGTTOU" },     { SIGURG, "SIGURG" },       { SIGXCPU, "SIGXCPU" },
  { SIGXFSZ, "SIGXFSZ" },     { SIGVTALRM, "SIGVTALRM" }, { SIGPROF, "SIGPROF" },
  { SIGWINCH, "SIGWINCH" },   { SIGIO, "SIGIO" },         { SIGPWR, "SIGPWR" },
  { SIGSYS, "SIGSYS" },       { SIGABRT, "SIGIOT" },      { SIGIO, "SIGPOLL" },
};

enum { NAME_COUNT = sizeof names / sizeof *names };

const char *cp_signal_name(int signal) {
  for (int i = 0; i < NAME_COUNT; i++)
    if (names[i].number == signal) return names[i].name;
  return NULL;
}

int cp_signal_number(const char *name) {
  if (!name) return -EINVAL;
  /* Node takes names in any case. */
  for (int i = 0; i < NAME_COUNT; i++)
    if (!strcasecmp(names[i].name, name)) return names[i].number;
  return error_argument(-EINVAL, "ERR_UNKNOWN_SIGNAL", "Unknown signal: %s", name);
}
