/* SPDX-License-Identifier: MIT */
/*
 * Two processes: the one that plays, with the filter, and the test, which answers. A third kind,
 * children of the first, have the filter too. They are told apart by their thread group; one that
 * has been let execute a program is asked no more, unless that failed and it tries another.
 */
#include "notify.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/internal.h"

enum { MOST_CALLS = 64, MOST_PROCESSES = 64 };

struct shared {
  atomic_int listener; /* its number in the playing process, + 1; or -1 */
  atomic_bool is_taken;
  atomic_bool listens;
};

static struct shared *shared;

struct known {
  pid_t thread;
  bool is_player;    /* a thread of the playing process */
  bool has_executed; /* as far as we know */
};

struct session {
  const struct notified *notified;
  pid_t player;
  int listener;
  int known_count;
  struct known known[MOST_PROCESSES];
};

void notify_listen(bool wanted) {
  atomic_store(&shared->listens, wanted);
}

/* ---- the playing process ---- */

static int install(const int *numbers) {
  struct sock_filter filter[MOST_CALLS + 3];
  unsigned short length = 0;
  int count = 0;
  while (numbers[count] >= 0) count++;
  CHECK(count <= MOST_CALLS);
  filter[length++] =
      (struct sock_filter) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (int i = 0; i < count; i++)
    filter[length++] = (struct sock_filter) BPF_JUMP(
        BPF_JMP | BPF_JEQ | BPF_K, (unsigned) numbers[i], (unsigned char) (count - i), 0);
  filter[length++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  filter[length++] = (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
  struct sock_fprog program = { length, filter };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -1;
  return (int) syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                       &program);
}

/* Until the listener is taken nothing may be called that asks: there is nobody to answer. */
__attribute__((noreturn)) static void play(const struct notified *notified) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int listener = install(notified->numbers);
  atomic_store(&shared->listener, listener < 0 ? -1 : listener + 1);
  if (listener < 0) _exit(TEST_SKIPPED);
  while (!atomic_load(&shared->is_taken)) sched_yield();
  close(listener);
  notified->play(notified->user);
  _exit(TEST_PASSED);
}

/* ---- the answers ---- */

static pid_t group_of(pid_t thread) {
  char path[64], line[128];
  int group = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int) thread);
  FILE *status = fopen(path, "re");
  if (!status) return 0;
  while (fgets(line, sizeof line, status))
    if (sscanf(line, "Tgid: %d", &group) == 1) break;
  fclose(status);
  return group;
}

/* A number may be given again to a later process; it begins with another call than exec. */
static struct known *know(struct session *session, pid_t thread) {
  for (int i = 0; i < session->known_count; i++)
    if (session->known[i].thread == thread) return &session->known[i];
  CHECK(session->known_count < MOST_PROCESSES);
  struct known *known = &session->known[session->known_count++];
  *known = (struct known){ .thread = thread, .is_player = group_of(thread) == session->player };
  return known;
}

static int answer_to(struct session *session, const struct seccomp_notif *request) {
  if (!atomic_load(&shared->listens)) return 0;
  struct known *known = know(session, (pid_t) request->pid);
  bool executes = request->data.nr == SYS_execve;
  if (known->has_executed && !executes) return 0;
  uint64_t values[6];
  memcpy(values, request->data.args, sizeof values);
  struct asked_call call = { .thread = (pid_t) request->pid,
                             .is_of_child = !known->is_player,
                             .number = request->data.nr,
                             .values = values };
  int error = session->notified->answer(&call, session->notified->user);
  if (executes && !known->is_player) known->has_executed = error == 0;
  return error;
}

static void answer_one(struct session *session) {
  struct seccomp_notif request;
  memset(&request, 0, sizeof request);
  if (ioctl(session->listener, SECCOMP_IOCTL_NOTIF_RECV, &request) < 0) return; /* it is gone */
  int error = answer_to(session, &request);
  struct seccomp_notif_resp response = { .id = request.id, .error = -error };
  if (!error) response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  (void) ioctl(session->listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static int take_listener(int pidfd) {
  int number;
  while ((number = atomic_load(&shared->listener)) == 0) sched_yield();
  int listener = number > 0 ? (int) syscall(SYS_pidfd_getfd, pidfd, number - 1, 0) : -1;
  atomic_store(&shared->is_taken, true);
  return listener;
}

/* True when it has ended, false when its time is over. */
static bool answer_all(struct session *session, int pidfd) {
  uint64_t deadline_ms = now_ms() + (uint64_t) session->notified->timeout_ms;
  struct pollfd watched[] = { { .fd = session->listener, .events = POLLIN },
                              { .fd = pidfd, .events = POLLIN } };
  for (;;) {
    uint64_t now = now_ms();
    if (now >= deadline_ms) return false;
    if (poll(watched, 2, (int) (deadline_ms - now)) < 0) continue;
    if (watched[0].revents & POLLIN) {
      answer_one(session);
    } else if (watched[1].revents) {
      return true;
    }
  }
}

int notify_run(const struct notified *notified) {
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(shared != MAP_FAILED);
  pid_t pid = fork();
  if (pid == 0) play(notified);
  CHECK(pid > 0);
  int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
  CHECK(pidfd >= 0);
  struct session session = { .notified = notified, .player = pid };
  session.listener = take_listener(pidfd);
  bool has_filter = session.listener >= 0;
  bool in_time = has_filter && answer_all(&session, pidfd);
  if (!in_time) kill(pid, SIGKILL);
  int status;
  CHECK_INT(waitpid(pid, &status, 0), pid);
  if (has_filter) close(session.listener);
  close(pidfd);
  munmap(shared, sizeof *shared);
  if (!has_filter) test_skip("the kernel has no filters that ask");
  return in_time ? status : NOTIFIED_HUNG;
}
