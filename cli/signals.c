/* SPDX-License-Identifier: MIT */
/*
 * Who signals `child` means the process that it runs, so the signals go on to that one. They are
 * read from a descriptor, in the loop, since only the loop's thread may call cp_kill(), and since
 * it tells who sent them.
 *
 * That is needed for Ctrl-C and Ctrl-\: the terminal sends SIGINT and SIGQUIT to every process
 * of its foreground group, and so to the child already, unless the child left our group. Passed
 * on they would come twice, and many programs take the second SIGINT as "at once, without
 * cleaning up". sudo makes the same distinction, while coreutils' timeout moves into a group of
 * its own, after which its child can no longer read from the terminal. A kill(2) to the whole
 * group looks like one to us alone, and is passed on: twice is better than not at all. So is
 * SIGHUP, which the kernel sends to a session's leader alone.
 *
 * Who interrupts a program in a loop of a shell means the loop, too. A shell sees that by the way
 * in which the program ended: by the signal, not by an exit code that speaks of it. So where a
 * signal ended the child that was sent to us, it ends us, too.
 */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "message.h"
#include "watch.h"

static const int passed_on[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 };

static bool is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int signals_open(struct signals *signals) {
  sigset_t set;
  (void) sigemptyset(&set);
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
    /* Ignored for us by nohup or by a shell that runs us in the background: to stay so. */
    if (!is_ignored(passed_on[i])) {
      (void) sigaddset(&set, passed_on[i]);
    }
  }
  *signals = (struct signals){ .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK) };
  if (signals->fd < 0) {
    return -1;
  }
  /* The library gives the child an empty mask. */
  return sigprocmask(SIG_BLOCK, &set, &signals->before);
}

static uint64_t bit(uint32_t number) {
  return UINT64_C(1) << (number - 1);
}

static bool child_got_it(const struct signals *signals, const struct signalfd_siginfo *info) {
  bool from_terminal =
      info->ssi_code == SI_KERNEL && (info->ssi_signo == SIGINT || info->ssi_signo == SIGQUIT);
  return from_terminal && getpgid((pid_t) cp_pid(signals->child)) == getpgrp();
}

static void pass_on(struct signals *signals, const struct signalfd_siginfo *info) {
  int number = (int) info->ssi_signo;
  if (cp_exited(signals->child)) {
    signals->on_late(signals->user);
    return;
  }
  bool is_to_end = number != SIGUSR1 && number != SIGUSR2;
  signals->asked_to_end |= is_to_end;
  if (child_got_it(signals, info)) {
    return;
  }
  int error = cp_kill(signals->child, number);
  if (error < 0 && error != -ESRCH) {
    message("cannot pass on %s: %s", cp_signal_name(number), strerror(-error));
  } else if (error == 0 && is_to_end) {
    (void) cp_kill(signals->child, SIGCONT); /* a stopped process would not notice until then */
  }
}

static bool take_signal(struct signals *signals, struct signalfd_siginfo *info) {
  if (read(signals->fd, info, sizeof *info) != (ssize_t) sizeof *info) {
    return false;
  }
  signals->received |= bit(info->ssi_signo);
  return true;
}

static void on_signal(void *user) {
  struct signals *signals = user;
  struct signalfd_siginfo info;
  while (take_signal(signals, &info)) {
    pass_on(signals, &info);
  }
}

int signals_pass_to(struct signals *signals, cp_child *child, void (*on_late)(void *user),
                    void *user) {
  signals->child = child;
  signals->on_late = on_late;
  signals->user = user;
  signals->watch = watch_readable(signals->fd, on_signal, signals);
  return signals->watch ? 0 : -1;
}

void signals_release(struct signals *signals) {
  struct signalfd_siginfo info;
  while (take_signal(signals, &info)) {
    continue; /* it was for a child that has ended of it, or of something else, by now */
  }
  (void) sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

void signals_close(struct signals *signals) {
  watch_free(signals->watch);
  signals->watch = NULL;
  if (signals->fd >= 0) {
    (void) close(signals->fd);
    signals->fd = -1;
  }
}

void signals_end_as(const struct signals *signals, int signal, int exit_code) {
  if (signal <= 0 || exit_code != EXIT_SIGNAL_BASE + signal) {
    return;
  }
  sigset_t waiting; /* it came, and nobody has read it yet */
  bool is_waiting = sigpending(&waiting) == 0 && sigismember(&waiting, signal) == 1;
  if (!is_waiting && !(signals->received & bit((uint32_t) signal))) {
    return;
  }
  /* If a core file is wanted, then of the child. */
  (void) setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
  sigset_t set;
  (void) sigemptyset(&set);
  (void) sigaddset(&set, signal);
  struct sigaction by_default = { .sa_handler = SIG_DFL };
  (void) sigaction(signal, &by_default, NULL);
  (void) raise(signal);
  (void) sigprocmask(SIG_UNBLOCK, &set, NULL);
}
