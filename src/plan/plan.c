/* SPDX-License-Identifier: MIT */
#include "plan/plan.h"

#include "base/error.h"
#include "base/memory.h"

extern char **environ;

int plan_init(struct plan *plan, const char *file, const char *const *args,
              const cp_options *options) {
  *plan = (struct plan){
    .cwd = options->cwd,
    .closed_slot = -1,
    .ipc_slot = -1,
    .serialization = options->serialization,
    .is_detached = options->detached,
    .has_uid = options->uid != NULL,
    .has_gid = options->gid != NULL,
    .uid = options->uid ? *options->uid : 0,
    .gid = options->gid ? *options->gid : 0,
  };
  const char *const *env = options->env ? options->env : (const char *const *) environ;
  int result = plan_args(plan, file, args, options);
  if (result >= 0) result = plan_stdio(plan, options->stdio);
  if (result >= 0) result = plan_env(plan, env, options->env_add);
  if (result >= 0) result = plan_path(plan);
  if (result >= 0) return 0;
  plan_done(plan);
  return error_no_memory();
}

void plan_done(struct plan *plan) {
  memory_free(plan->owned_args);
  memory_free(plan->candidates);
  memory_free(plan->shell_args);
  memory_free(plan->owned_env);
  memory_free(plan->slots);
  *plan = (struct plan){ 0 };
}
