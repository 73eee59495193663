/* SPDX-License-Identifier: MIT */
/*
 * The blocking three: the same child and the same collecting as exec, on a loop of their own in
 * this frame.
 */
#include "api/options.h"
#include "base/error.h"
#include "child/collect.h"
#include "child/wiring.h"
#include "loop/host_alone.h"
#include "loop/io.h"
#include "plan/plan.h"

#include <unistd.h>

/* 0, or a negative code with nothing started. */
static int start(struct host_alone *host, struct collect **ret_collect,
                 enum collect_purpose purpose, const char *file, const char *const *args,
                 const cp_options *options) {
  struct plan plan;
  int result = plan_init(&plan, file, args, options);
  if (result < 0) return result;
  wiring_look(&plan);
  struct collect *collect = collect_new(purpose, plan.slot_count, options);
  cp_child *child = NULL;
  if (collect) {
    loop_hold(&host->loop);
    child = child_start(&plan, &host->loop, options, "spawnSync");
  }
  plan_done(&plan);
  if (!child) {
    collect_free(collect);
    return cp_last_error()->number;
  }
  collect_attach(collect, child);
  *ret_collect = collect;
  return 0;
}

static cp_result *run(enum collect_purpose purpose, const char *file, const char *const *args,
                      const cp_options *options) {
  if (options_check(file, args, options) < 0 || options_check_input(options) < 0 ||
      options_check_no_channel(options) < 0)
    return NULL;
  struct host_alone host;
  host_alone_init(&host);
  struct collect *collect = NULL;
  if (start(&host, &collect, purpose, file, args, options) >= 0) host_alone_run(&host);
  host_alone_done(&host);
  return collect ? &collect->result : NULL;
}

static cp_result *run_and_show(const char *file, const char *const *args,
                               const cp_options *options) {
  cp_result *result = run(COLLECT_EXEC_SYNC, file, args, options);
  if (result && !options->stdio) io_write_all(STDERR_FILENO, result->err.data, result->err.length);
  return result;
}

cp_result *cp_spawn_sync(const char *file, const char *const *args, const cp_options *options) {
  return run(COLLECT_SPAWN_SYNC, file, args, options_or_defaults(options));
}

cp_result *cp_exec_file_sync(const char *file, const char *const *args, const cp_options *options) {
  return run_and_show(file, args, options_or_defaults(options));
}

cp_result *cp_exec_sync(const char *command, const cp_options *options) {
  const cp_options with_shell = options_with_shell(options);
  return run_and_show(command, NULL, &with_shell);
}

void cp_result_free(cp_result *result) {
  collect_free((struct collect *) result); /* its first member */
}
