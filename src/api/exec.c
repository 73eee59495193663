/* SPDX-License-Identifier: MIT */
/*
 * cp_exec() and cp_exec_file(): spawn, and collect what comes out.
 */
#include "api/options.h"
#include "child/collect.h"
#include "child/wiring.h"
#include "loop/loop.h"
#include "plan/plan.h"

static cp_child *start(const char *file, const char *const *args, const cp_options *options,
                       struct collect **collect) {
  struct plan plan;
  if (plan_init(&plan, file, args, options) < 0) return NULL;
  wiring_look(&plan);
  cp_child *child = NULL;
  *collect = collect_new(COLLECT_EXEC, plan.slot_count, options);
  struct loop *loop = *collect ? loop_open(options->loop) : NULL;
  if (loop) child = child_start(&plan, loop, options, "spawn");
  plan_done(&plan);
  return child;
}

static cp_child *run(const char *file, const char *const *args, const cp_options *options,
                     cp_exec_cb done, void *user) {
  if (options_check(file, args, options) < 0 || options_check_input(options) < 0) return NULL;
  struct collect *collect = NULL;
  cp_child *child = start(file, args, options, &collect);
  if (!child) {
    collect_free(collect);
    return NULL;
  }
  collect->done = done;
  collect->user = user;
  collect_attach(collect, child);
  return child;
}

cp_child *cp_exec_file(const char *file, const char *const *args, const cp_options *options,
                       cp_exec_cb done, void *user) {
  return run(file, args, options_or_defaults(options), done, user);
}

cp_child *cp_exec(const char *command, const cp_options *options, cp_exec_cb done, void *user) {
  const cp_options with_shell = options_with_shell(options);
  return run(command, NULL, &with_shell, done, user);
}
