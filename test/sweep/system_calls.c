/* SPDX-License-Identifier: MIT */
/*
 * Every system call of a start, a read, a write, a kill and a reap fails at its k-th occurrence,
 * for every k until a run has no failure, with the errnos that it may well have. No run may
 * abort, hang, or leave a descriptor, a zombie or memory behind, and what failed has a name.
 *
 * Not made to fail: close() and munmap(), which have done their work in any case on Linux; and
 * calls that cannot fail with what we give them (rt_sigaction, getresuid).
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/errno_names.h"
#include "run/internal.h"
#include "scenes.h"
#include "support/notify.h"

enum { MOST_ERRORS = 4, MOST_OCCURRENCES = 400 };

static const struct sweep_call {
  const char *name;
  int number;
  int errors[MOST_ERRORS + 1];
} calls[] = {
#ifdef SYS_epoll_wait
  { "epoll_wait", SYS_epoll_wait, { EINTR } },
#endif
  { "epoll_pwait", SYS_epoll_pwait, { EINTR } }, /* libuv aborts on all others */
#ifdef SYS_poll
  { "poll", SYS_poll, { EINTR, ENOMEM } },
#endif
  { "ppoll", SYS_ppoll, { EINTR, ENOMEM } },
#ifdef SYS_dup2
  { "dup2", SYS_dup2, { EMFILE } },
#endif
  { "clone3", SYS_clone3, { ENOSYS, EPERM, EAGAIN, ENOMEM } },
  { "clone", SYS_clone, { EAGAIN, ENOMEM, EPERM } },
  { "close_range", SYS_close_range, { ENOSYS, ENOMEM, EPERM } },
  { "pipe2", SYS_pipe2, { EMFILE, ENFILE } },
  { "socketpair", SYS_socketpair, { EMFILE, ENOBUFS } },
  { "eventfd2", SYS_eventfd2, { EMFILE, ENOMEM } },
  { "epoll_create1", SYS_epoll_create1, { EMFILE, ENOMEM } },
  { "epoll_ctl", SYS_epoll_ctl, { ENOSPC, ENOMEM } },
  { "fcntl", SYS_fcntl, { EMFILE, EINVAL, EPERM } },
  { "dup3", SYS_dup3, { EMFILE, EBUSY, EINTR } },
  { "openat", SYS_openat, { ENOENT, EMFILE, EACCES, EINTR } },
  { "setsid", SYS_setsid, { EPERM } },
  { "chdir", SYS_chdir, { ENOENT, EACCES, EIO } },
  { "setgroups", SYS_setgroups, { EPERM, ENOMEM } },
  { "setgid", SYS_setgid, { EPERM, EAGAIN } },
  { "setuid", SYS_setuid, { EPERM, EAGAIN } },
  { "execve", SYS_execve, { ENOENT, EACCES, ENOMEM, ETXTBSY } },
  { "pidfd_open", SYS_pidfd_open, { ENOSYS, EMFILE, EPERM } },
  { "pidfd_send_signal", SYS_pidfd_send_signal, { EPERM, ENOMEM } },
  { "kill", SYS_kill, { EPERM } },
  { "waitid", SYS_waitid, { EINTR } },
  { "ioctl", SYS_ioctl, { ENOTTY, EINVAL } },
  { "read", SYS_read, { EINTR, EIO, EAGAIN } },
  { "write", SYS_write, { EINTR } },
  { "writev", SYS_writev, { EINTR, EAGAIN, EIO } },
  { "pwritev2", SYS_pwritev2, { EINTR, EOPNOTSUPP, EPERM, EIO } },
  { "sendmsg", SYS_sendmsg, { EINTR, ENOMEM, EPIPE } },
  { "sendto", SYS_sendto, { EINTR, ENOMEM, EPIPE } },
  { "recvmsg", SYS_recvmsg, { EINTR, EAGAIN, ENOMEM, ECONNRESET } },
  { "shutdown", SYS_shutdown, { ENOTCONN, ENOBUFS } },
};

enum { CALL_COUNT = sizeof calls / sizeof *calls };

/* What the playing process and the one that answers both see. */
struct board {
  atomic_int failed; /* how many were made to fail */
  int backend;       /* the loop's own set */
  int counts[CALL_COUNT];
};

struct sweep {
  const struct scene *scene;
  const struct sweep_call *call; /* to fail; NULL: count all */
  int error;
  int occurrence; /* from 1 */
  int seen;
  bool was_libuv; /* it was a call on the set of libuv's loop */
};

static struct board *board;

static bool is_spared(void) {
  return atomic_load(&board->failed) == 0;
}

static int answer(const struct asked_call *asked, void *user) {
  struct sweep *sweep = user;
  if (!sweep->call) {
    for (int i = 0; i < CALL_COUNT; i++)
      if (calls[i].number == asked->number) board->counts[i]++;
    return 0;
  }
  if (asked->number != sweep->call->number || ++sweep->seen != sweep->occurrence) return 0;
  sweep->was_libuv = !asked->is_of_child && (int) asked->values[0] == board->backend;
  atomic_fetch_add(&board->failed, 1);
  return sweep->error;
}

/* The process of one run. It looks after itself as every test does, but for the heap of others. */
static void play(void *user) {
  struct sweep *sweep = user;
  uv_loop_t loop;
  guard_begin();
  CHECK_INT(uv_loop_init(&loop), 0);
  board->backend = uv_backend_fd(&loop);
  notify_listen(true);
  sweep->scene->play(&loop, is_spared);
  notify_listen(false);
  CHECK_INT(uv_run(&loop, UV_RUN_DEFAULT), 0);
  CHECK_INT(uv_loop_close(&loop), 0);
  if (!guard_end_quickly()) _exit(TEST_FAILED);
}

static int run_once_through(struct sweep *sweep) {
  int numbers[CALL_COUNT + 2];
  int count = 0;
  for (int i = 0; i < CALL_COUNT; i++)
    if (!sweep->call || sweep->call == &calls[i]) numbers[count++] = calls[i].number;
  if (sweep->call && sweep->call->number != SYS_execve) numbers[count++] = SYS_execve;
  numbers[count] = -1;
  struct notified notified = { numbers, play, answer, sweep, 20000 };
  atomic_store(&board->failed, 0);
  return notify_run(&notified);
}

/* libuv calls abort() where its own epoll_ctl() in uv_run() fails: nothing of ours can help it. */
static bool is_known_of_libuv(const struct sweep *sweep, int status) {
  return status != NOTIFIED_HUNG && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
         sweep->was_libuv && sweep->call->number == SYS_epoll_ctl;
}

static void judge(const struct sweep *sweep, int status) {
  if (status == 0) return;
  if (is_known_of_libuv(sweep, status)) return;
  const char *how = status == NOTIFIED_HUNG ? "it hung"
                    : WIFSIGNALED(status)   ? strsignal(WTERMSIG(status))
                                            : "see above";
  check_failed(__FILE__, __LINE__, "%s: %s fails with %s, occurrence %d: %s", sweep->scene->name,
               sweep->call ? sweep->call->name : "nothing",
               sweep->call ? errno_name(-sweep->error) : "nothing", sweep->occurrence, how);
}

static void sweep_call(const struct scene *scene, const struct sweep_call *call) {
  for (int e = 0; call->errors[e]; e++) {
    int failed = 1;
    for (int k = 1; failed; k++) {
      CHECK(k < MOST_OCCURRENCES);
      struct sweep sweep = {
        .scene = scene, .call = call, .error = call->errors[e], .occurrence = k
      };
      judge(&sweep, run_once_through(&sweep));
      failed = atomic_load(&board->failed);
    }
  }
}

static void sweep_scene(const char *name) {
  board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(board != MAP_FAILED);
  const struct scene *scene = scenes;
  while (scene->name && strcmp(scene->name, name) != 0) scene++;
  CHECK(scene->name != NULL);
  struct sweep all = { .scene = scene };
  judge(&all, run_once_through(&all));
  int counts[CALL_COUNT];
  memcpy(counts, board->counts, sizeof counts);
  for (int i = 0; i < CALL_COUNT; i++)
    if (counts[i] > 0) sweep_call(scene, &calls[i]);
  munmap(board, sizeof *board);
}

TEST(every_system_call_fails_while_a_child_is_fed) {
  sweep_scene("a child is fed, read and ended");
}

TEST(every_system_call_fails_while_a_child_is_killed) {
  sweep_scene("a child is killed");
}

TEST(every_system_call_fails_while_a_child_is_aborted) {
  sweep_scene("a child is aborted");
}

TEST(every_system_call_fails_while_a_child_runs_out_of_time) {
  sweep_scene("a child runs out of time");
}

TEST(every_system_call_fails_while_a_child_is_piped_to_another) {
  sweep_scene("a child is piped to another");
}

TEST(every_system_call_fails_while_a_program_is_missing) {
  sweep_scene("a program is missing");
}

TEST(every_system_call_fails_while_output_is_collected) {
  sweep_scene("output is collected");
}

TEST(every_system_call_fails_while_too_much_output_is_collected) {
  sweep_scene("too much output is collected");
}

TEST(every_system_call_fails_while_a_call_blocks) {
  sweep_scene("a call blocks");
}

TEST(every_system_call_fails_while_a_call_that_blocks_runs_out_of_time) {
  sweep_scene("a call that blocks runs out of time");
}

TEST(every_system_call_fails_while_a_descriptor_goes_to_a_child_and_comes_back) {
  sweep_scene("a descriptor goes to a child and comes back");
}

TEST(every_system_call_fails_while_a_descriptor_goes_to_a_child_and_comes_back_with_clones) {
  sweep_scene("a descriptor goes to a child and comes back with clones");
}
