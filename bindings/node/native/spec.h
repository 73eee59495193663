/* SPDX-License-Identifier: MIT */
/*
 * What JavaScript says of a start: one string and one Int32Array, laid over cp_options.
 *
 * The string is the file, the folder to start in (empty: ours), the arguments with argv[0], and
 * the environment as "NAME=value", with a '\0' behind each. The numbers are below; what comes
 * out takes the places of what went in.
 */
#ifndef ADDON_SPEC_H
#define ADDON_SPEC_H

#include "addon.h"

enum spec_number {
  SPEC_FLAGS = 0,       /* enum spec_flag. Out: a slot of the table */
  SPEC_ARGC = 1,        /* out: the process id, or a negative libuv code */
  SPEC_ENVC = 2,        /* spawnSync, out: what went wrong while it ran, or 0 */
  SPEC_UID = 3,         /* spawnSync, out: the exit code, or -1 */
  SPEC_GID = 4,         /* spawnSync, out: the signal that ended it, or 0 */
  SPEC_KILL_SIGNAL = 5, /* spawnSync */
  SPEC_STDIO_COUNT = 6,
  SPEC_STDIO = 7, /* one each, as in cp_options. Out: our end of it, or -1 */
};

enum spec_flag {
  SPEC_HAS_UID = 1,
  SPEC_HAS_GID = 2,
  SPEC_DETACHED = 4,
  SPEC_ADVANCED = 8, /* the serialization of the channel */
};

struct spec {
  cp_options options;
  const char *file;
  const char *const *args;
  int32_t *numbers;
  int stdio_count;
  uint32_t uid, gid;
  int *stdio; /* may be longer than stdio_count: what the child inherits besides */
  char *text;
  const char **lists; /* args, env, env_add */
};

/**
 * 0, with `ret_spec` to be given to spec_done(); or a negative libuv code: UV_EINVAL if a string
 * has a '\0' of its own, or the numbers do not fit.
 */
int spec_init(struct spec *ret_spec, napi_env env, napi_value strings, napi_value numbers);
void spec_done(struct spec *spec);

#endif
