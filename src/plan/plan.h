/* SPDX-License-Identifier: MIT */
/*
 * What to run, as data: the waist of the library. Left of it nothing touches the system, right
 * of it nothing looks at cp_options.
 *
 * A plan borrows from the options that it is made of, and lives no longer than the call
 * that starts the process. What a child needs for longer (its arguments) it takes over.
 */
#ifndef CP_PLAN_PLAN_H
#define CP_PLAN_PLAN_H

#include "child_process.h"

struct plan {
  const char *file;       /* the program: what was asked for, or the shell. Inside `args` */
  char **args;            /* with argv[0]; one block */
  char **owned_args;      /* the same, until a child takes it */
  char *candidates;       /* paths to try in turn, each ending in '\0', then an empty one; owned */
  char **shell_args;      /* for a script without "#!": "/bin/sh", [1] is its path, its arguments */
  const char *const *env; /* of the child, its order kept */
  char channel_fd[32];    /* "NODE_CHANNEL_FD=3" */
  const char **owned_env; /* the same array, where it had to be made */
  const char *cwd;        /* NULL: ours */
  int *slots;             /* what each descriptor is: CP_PIPE ... or >= 0; owned */
  int slot_count;         /* at least 3 */
  int ipc_slot;           /* -1: none */
  cp_serialization serialization;
  int closed_slot;      /* one whose descriptor is not open (wiring_look()); -1: none */
  unsigned nonblocking; /* bit n: slot n is stdio, and a descriptor of ours that does not block */
  bool is_detached;
  bool has_uid, has_gid;
  uint32_t uid, gid;
};

/**
 * Makes the plan of options that were checked (api/options.c). 0, or UV_ENOMEM with nothing
 * owned and cp_last_error() set.
 */
int plan_init(struct plan *plan, const char *file, const char *const *args,
              const cp_options *options);
void plan_done(struct plan *plan);

/* ---- its parts, a file each ---- */

/** plan_args.c: argv of a program, or of a shell with a command line. */
int plan_args(struct plan *plan, const char *file, const char *const *args,
              const cp_options *options);
/**
 * plan_env.c: `env` with `env_add` over it, without what a channel to our own parent left there,
 * and with the names of the child's own channel.
 */
int plan_env(struct plan *plan, const char *const *env, const char *const *env_add);
/** The value of a variable in the child's environment, or NULL. */
const char *plan_getenv(const struct plan *plan, const char *name);
/** plan_path.c: where to look for `file`, by execvp's rules, in the child's PATH. */
int plan_path(struct plan *plan);
/** plan_stdio.c: a list that ends in CP_STDIO_END, or NULL, to slots. */
int plan_stdio(struct plan *plan, const int *stdio);

#endif
