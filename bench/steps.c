/* SPDX-License-Identifier: MIT */
/*
 * steps LIBRARY PROGRAM ARGUMENT...: runs the program one instruction at a time between its first
 * and its second SIGUSR1, and counts those that lie in the code of LIBRARY (the end of a file's
 * name), in others, and in the child up to its exec; a parent's and its child's are told apart.
 * Prints LIBRARY OTHERS CHILD, the totals.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <elf.h>
#include <unistd.h>

static _Noreturn void fail(const char *what) {
  perror(what);
  exit(1);
}

static struct { uintptr_t from, to; } code;

/* Where the library's code lies in the program. */
static void find_code(pid_t pid, const char *library) {
  char path[64], line[1024];
  (void) snprintf(path, sizeof path, "/proc/%d/maps", (int) pid);
  FILE *maps = fopen(path, "r");
  if (!maps) fail(path);
  while (fgets(line, sizeof line, maps)) {
    unsigned long from, to;
    char rights[5];
    if (sscanf(line, "%lx-%lx %4s", &from, &to, rights) != 3 || rights[2] != 'x') continue;
    if (!strstr(line, library)) continue;
    code.from = from;
    code.to = to;
  }
  (void) fclose(maps);
  if (!code.to) {
    (void) fprintf(stderr, "steps: no %s in the program\n", library);
    exit(1);
  }
}

static uintptr_t place(pid_t pid) {
#if defined(__x86_64__)
  struct user_regs_struct registers;
#else
  struct user_pt_regs registers;
#endif
  struct iovec part = { &registers, sizeof registers };
  if (ptrace(PTRACE_GETREGSET, pid, (void *) (uintptr_t) NT_PRSTATUS, &part) < 0) return 0;
#if defined(__x86_64__)
  return registers.rip;
#else
  return registers.pc;
#endif
}

static unsigned long in_library, elsewhere, in_child;

static void count(pid_t pid, pid_t program) {
  if (pid != program) {
    in_child++;
    return;
  }
  uintptr_t at = place(pid);
  if (at >= code.from && at < code.to) {
    in_library++;
  } else {
    elsewhere++;
  }
}

static void go_on(enum __ptrace_request how, pid_t pid, int signal) {
  if (ptrace(how, pid, NULL, (void *) (uintptr_t) signal) < 0 && errno != ESRCH) fail("ptrace");
}

/* Until its second SIGUSR1. Children are followed until they have become their program. */
static void trace(pid_t program, const char *library) {
  const long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEFORK |
                       PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  bool is_counting = false;
  for (;;) {
    int status;
    pid_t pid = waitpid(-1, &status, __WALL);
    if (pid < 0) fail("waitpid");
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (pid != program) continue;
      (void) fprintf(stderr, "steps: the program ended before its second SIGUSR1\n");
      exit(1);
    }
    int signal = WSTOPSIG(status);
    int event = status >> 16;
    if (event == PTRACE_EVENT_EXEC && pid != program) {
      go_on(PTRACE_DETACH, pid, 0);
      continue;
    }
    if (event == PTRACE_EVENT_EXEC) { /* of the program itself: from here it can be followed */
      if (ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *) options) < 0) fail("ptrace");
      go_on(PTRACE_CONT, pid, 0);
      continue;
    }
    if (signal == SIGUSR1 && pid == program) {
      if (is_counting) return;
      is_counting = true;
      find_code(program, library);
    } else if (is_counting && signal == SIGTRAP && !event) {
      count(pid, program);
    }
    bool is_of_ours = event || signal == SIGTRAP || signal == SIGSTOP || signal == SIGUSR1;
    go_on(is_counting ? PTRACE_SINGLESTEP : PTRACE_CONT, pid, is_of_ours ? 0 : signal);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    (void) fprintf(stderr, "usage: steps LIBRARY PROGRAM ARGUMENT...\n");
    return 2;
  }
  pid_t program = fork();
  if (program < 0) fail("fork");
  if (program == 0) {
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) fail("ptrace");
    (void) raise(SIGSTOP); /* so that the tracer sets its options before exec */
    (void) execv(argv[2], argv + 2);
    fail(argv[2]);
  }
  int status;
  if (waitpid(program, &status, 0) != program || !WIFSTOPPED(status)) fail("waitpid");
  if (ptrace(PTRACE_SETOPTIONS, program, NULL, (void *) (uintptr_t) PTRACE_O_TRACEEXEC) < 0)
    fail("ptrace");
  go_on(PTRACE_CONT, program, 0);
  trace(program, argv[1]);
  (void) printf("%lu %lu %lu\n", in_library, elsewhere, in_child);
  (void) kill(program, SIGKILL);
  return 0;
}
