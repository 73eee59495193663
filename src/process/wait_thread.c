/* SPDX-License-Identifier: MIT */
/*
 * Hearing of the end without a pidfd: a thread for each process, which waits for it and
 * makes an eventfd readable. SIGCHLD is the host's, so there is no handler for it.
 *
 * The thread looks only (WNOWAIT); the status is taken, and signals are sent, by the thread of
 * the loop. So a signal cannot hit a stranger who got the pid: until the status is taken
 * nobody gets it. Unless another part of the program took it: then the waiting thread
 * finds no child, and no signal is sent from then on.
 *
 * The waiter is owned by both threads, since a forgotten process may outlive its loop. One whose
 * process has ended is joined, so that nothing of it is left when that is told.
 */
#include "base/fd.h"
#include "base/memory.h"
#include "process/ways.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct waiter {
  pid_t pid;
  int event;
  pthread_t thread; /* the loop's to join or to detach */
  bool is_joined;
  atomic_int owners;
  atomic_bool is_lost; /* somebody else took the status */
};

enum { STACK_SIZE = 65536 };

static void release(struct waiter *waiter) {
  if (atomic_fetch_sub(&waiter->owners, 1) > 1) return;
  fd_close(&waiter->event);
  memory_free(waiter);
}

static void *wait_for_end(void *argument) {
  struct waiter *waiter = argument;
  siginfo_t info;
  int result;
  do result = waitid(P_PID, (id_t) waiter->pid, &info, WEXITED | WNOWAIT);
  while (result < 0 && errno == EINTR);
  if (result < 0) atomic_store(&waiter->is_lost, true);
  const uint64_t one = 1;
  ssize_t written;
  do written = write(waiter->event, &one, sizeof one);
  while (written < 0 && errno == EINTR);
  release(waiter);
  return NULL;
}

static void on_ready(struct loop_watch *watch, uint32_t events) {
  (void) events;
  struct process *process = LIST_ENTRY(watch, struct process, watch);
  struct process_end end = { 0 };
  siginfo_t info;
  (void) pthread_join(process->waiter->thread, NULL); /* it is on its last lines */
  process->waiter->is_joined = true;
  /* A pid whose status somebody else took may be another child of ours by now. */
  bool is_lost = atomic_load(&process->waiter->is_lost);
  int result = is_lost ? -ECHILD : reap(P_PID, process->pid, WNOHANG, &info, &end.usage);
  if (result < 0 || info.si_pid == 0) { /* somebody else took the status */
    end.code = -ECHILD;
  } else {
    reap_set_end(&end, &info);
  }
  process_emit_end(process, &end);
}

static int make_thread(struct waiter *waiter) {
  pthread_attr_t attributes;
  int result = pthread_attr_init(&attributes);
  if (result) return -result;
  size_t size = STACK_SIZE > PTHREAD_STACK_MIN ? STACK_SIZE : (size_t) PTHREAD_STACK_MIN;
  (void) pthread_attr_setstacksize(&attributes, size);
  result = pthread_create(&waiter->thread, &attributes, wait_for_end, waiter);
  (void) pthread_attr_destroy(&attributes);
  /* libc may take the thread's copy of all thread-local data of the host out of its stack: there is
   * more of that than we have room for. */
  if (result == EINVAL) result = pthread_create(&waiter->thread, NULL, wait_for_end, waiter);
  return -result;
}

/* Takes no signal of the host's: they are all blocked in the new thread. */
static int run_thread(struct waiter *waiter) {
  sigset_t all, before;
  (void) sigfillset(&all);
  (void) pthread_sigmask(SIG_SETMASK, &all, &before);
  int result = make_thread(waiter);
  (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result;
}

static int start(struct process *process) {
  fd_close(&process->pidfd); /* it may have one that is not wanted */
  struct waiter *waiter = memory_new(sizeof *waiter);
  if (!waiter) return -ENOMEM;
  *waiter = (struct waiter){ .pid = process->pid, .owners = 1 };
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  waiter->event = fd < 0 ? -errno : fd_move_up(fd);
  int result = waiter->event < 0 ? waiter->event : 0;
  if (result >= 0) {
    process->watch = (struct loop_watch){ .fd = waiter->event, .ready = on_ready };
    result = loop_watch(process->loop, &process->watch, EPOLLIN);
  }
  if (result >= 0) {
    atomic_store(&waiter->owners, 2);
    result = run_thread(waiter);
    if (result < 0) atomic_store(&waiter->owners, 1);
  }
  if (result < 0) {
    loop_unwatch(process->loop, &process->watch);
    release(waiter);
    return result;
  }
  process->waiter = waiter;
  return 0;
}

static int send_signal(const struct process *process, int signal) {
  if (atomic_load(&process->waiter->is_lost)) return -ESRCH;
  return kill(process->pid, signal) < 0 ? -errno : 0;
}

static void forget(struct process *process) {
  if (!process->waiter) return;
  loop_unwatch(process->loop, &process->watch);
  if (!process->waiter->is_joined) (void) pthread_detach(process->waiter->thread);
  release(process->waiter);
  process->waiter = NULL;
}

const struct wait_way wait_by_thread = { .start = start, .kill = send_signal, .forget = forget };
