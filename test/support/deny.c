/* SPDX-License-Identifier: MIT */
/*
 * A system that refuses: one call at a time is made to fail by a seccomp filter, which holds in
 * this process and in all that it starts. This reaches error paths that no bad argument reaches.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "run/run.h"
#include "system.h"

static void install(struct sock_filter *filter, unsigned short length) {
  struct sock_fprog program = { length, filter };
  CHECK_INT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  CHECK_INT(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

void deny_call(int number, int error) {
  struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned) number, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned) error),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  install(filter, sizeof filter / sizeof *filter);
}

void deny_call_with(int number, int index, unsigned bits, int error) {
  unsigned argument = (unsigned) (offsetof(struct seccomp_data, args) + 8 * (unsigned) index);
  struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned) number, 0, 3),
    /* The low half of the argument, on a little-endian machine. */
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, argument),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned) error),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  install(filter, sizeof filter / sizeof *filter);
}

void deny_signals(void) {
  deny_call(SYS_pidfd_send_signal, EPERM);
  deny_call(SYS_kill, EPERM);
}
