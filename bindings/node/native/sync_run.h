/* SPDX-License-Identifier: MIT */
/*
 * One child on a loop of its own, run to its end with Node's rules for limits: max_buffer counts
 * all slots together and cuts nothing; a failed write of the input is an error. The library's
 * own blocking calls differ in that on purpose, so this is made of the others.
 */
#ifndef ADDON_SYNC_RUN_H
#define ADDON_SYNC_RUN_H

#include <uv.h>

#include "child_process.h"

#include <stdbool.h>

struct sync_output {
  struct sync_run *run;
  char *data;
  size_t length;
  size_t capacity;
};

struct sync_limits {
  cp_bytes input;
  uint64_t timeout_ms; /* 0: none */
  double max_buffer;   /* 0: none */
  int kill_signal;
};

struct sync_run {
  uv_loop_t loop;
  uv_timer_t timer;
  cp_child *child;
  struct sync_limits limits;
  struct sync_output *outputs; /* one each slot, empty where it is no pipe */
  int slot_count;
  double total;     /* of all outputs, bytes */
  int error;        /* the first that counts; 0 */
  int stream_error; /* counts if there was none of the above */
  int code;
  int signal;
  int pid;
  bool was_killed;
  bool has_exited;
};

/**
 * Runs it. `options->loop` is ignored. 0, or a negative libuv code if there is no loop or no
 * child to speak of; in both cases sync_run_done() follows.
 */
int sync_run(struct sync_run *run, const char *file, const char *const *args,
             const cp_options *options, const struct sync_limits *limits);
void sync_run_done(struct sync_run *run);

#endif
