/* SPDX-License-Identifier: MIT */
/*
 * cp_spawn(): check, plan, start. And running the loop.
 */
#include "api/options.h"
#include "child/child.h"
#include "child/wiring.h"
#include "loop/host_uv.h"
#include "loop/loop.h"
#include "plan/plan.h"

cp_child *cp_spawn(const char *file, const char *const *args, const cp_options *options) {
  options = options_or_defaults(options);
  if (options_check(file, args, options) < 0 || options_check_no_input(options) < 0) return NULL;
  struct plan plan;
  if (plan_init(&plan, file, args, options) < 0) return NULL;
  wiring_look(&plan);
  struct loop *loop = loop_open(options->loop);
  cp_child *child = loop ? child_start(&plan, loop, options, "spawn") : NULL;
  plan_done(&plan);
  return child;
}

int cp_run(struct uv_loop_s *loop) {
  return host_run(loop);
}

int cp_shutdown(struct uv_loop_s *uv) {
  struct loop *loop = loop_find(uv);
  if (loop) loop_clear(loop);
  return 0;
}

#define TEXT_OF(number)     #number
#define VERSION_OF(a, b, c) TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

const char *cp_version(void) {
  return VERSION_OF(CP_VERSION_MAJOR, CP_VERSION_MINOR, CP_VERSION_PATCH);
}
