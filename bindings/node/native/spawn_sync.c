/* SPDX-License-Identifier: MIT */
/*
 * spawnSync() between JavaScript and sync_run.h.
 */
#include "spawn_sync.h"

#include "spawn.h"
#include "spec.h"
#include "sync_run.h"

#include <stdlib.h>

static void free_data(napi_env env, void *data, void *hint) {
  (void) env, (void) hint;
  free(data);
}

/* Much is handed over; little is copied, which is cheaper than what is needed to hand it over. */
static napi_value make_buffer(napi_env env, struct sync_output *output) {
  enum { MUCH = 65536 };
  napi_value buffer;
  if (output->length > MUCH) {
    char *fitting = realloc(output->data, output->length);
    if (fitting) output->data = fitting;
    output->capacity = output->length;
    if (napi_create_external_buffer(env, output->length, output->data, free_data, NULL, &buffer) ==
        napi_ok) {
      output->data = NULL;
      return buffer;
    }
  }
  void *copy = NULL;
  return napi_create_buffer_copy(env, output->length, output->data, &copy, &buffer) == napi_ok
             ? buffer
             : NULL;
}

/* null where the slot is no pipe from the child. */
static napi_value make_outputs(napi_env env, struct sync_run *run, int count) {
  napi_value outputs, output;
  if (napi_create_array_with_length(env, (size_t) count, &outputs) != napi_ok) return NULL;
  for (int i = 0; i < count; i++) {
    if (run->outputs[i].run) {
      output = make_buffer(env, &run->outputs[i]);
    } else if (napi_get_null(env, &output) != napi_ok) {
      output = NULL;
    }
    if (!output || napi_set_element(env, outputs, (uint32_t) i, output) != napi_ok) return NULL;
  }
  return outputs;
}

static void report(struct spec *spec, const struct sync_run *run, int number) {
  spec->numbers[SPEC_ARGC] = run->pid;
  spec->numbers[SPEC_ENVC] = number;
  spec->numbers[SPEC_UID] = run->has_exited && run->signal == 0 ? run->code : -1;
  spec->numbers[SPEC_GID] = run->signal;
}

static napi_value run_it(napi_env env, struct spec *spec, const struct sync_limits *limits) {
  struct sync_run run;
  napi_value value = NULL;
  int number = sync_run(&run, spec->file, spec->args, &spec->options, limits);
  const cp_error *error = number >= 0 ? cp_start_error(run.child) : NULL;
  if (number >= 0 && !error) {
    (void) uv_run(&run.loop, UV_RUN_DEFAULT);
    number = run.error ? run.error : run.stream_error;
    value = make_outputs(env, &run, spec->stdio_count);
  } else {
    if (error) number = error->number;
    value = spawn_failure(env, error);
  }
  report(spec, &run, number);
  sync_run_done(&run);
  return value;
}

napi_value spawn_sync(napi_env env, napi_callback_info info) {
  enum { STRINGS, NUMBERS, INPUT, TIMEOUT, MAX_BUFFER, COUNT };
  size_t argc = COUNT;
  napi_value argv[COUNT];
  struct sync_limits limits = { 0 };
  bool has_input;
  double timeout;
  void *input = NULL;
  if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) != napi_ok ||
      napi_is_buffer(env, argv[INPUT], &has_input) != napi_ok ||
      napi_get_value_double(env, argv[TIMEOUT], &timeout) != napi_ok ||
      napi_get_value_double(env, argv[MAX_BUFFER], &limits.max_buffer) != napi_ok)
    return addon_throw(env, UV_EINVAL);
  if (has_input && napi_get_buffer_info(env, argv[INPUT], &input, &limits.input.length) != napi_ok)
    return addon_throw(env, UV_EINVAL);
  limits.input.data = input;
  limits.timeout_ms = (uint64_t) timeout;
  struct spec spec;
  int result = spec_init(&spec, env, argv[STRINGS], argv[NUMBERS]);
  if (result < 0) return addon_throw(env, result);
  limits.kill_signal = spec.numbers[SPEC_KILL_SIGNAL];
  napi_value value = run_it(env, &spec, &limits);
  spec_done(&spec);
  return value;
}
