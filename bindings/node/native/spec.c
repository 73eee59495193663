/* SPDX-License-Identifier: MIT */
/*
 * Taking apart what JavaScript says of a start.
 */
#include "spec.h"

#include <stdlib.h>
#include <string.h>

/* All the strings, '\0'-terminated. Most fit the first guess, so V8 goes over them once. */
static int read_text(napi_env env, napi_value strings, char **ret_text, size_t *ret_length) {
  enum { FIRST_GUESS = 16384 };
  size_t size = FIRST_GUESS;
  size_t length = 0;
  char *text = malloc(size);
  if (!text) return UV_ENOMEM;
  if (napi_get_value_string_utf8(env, strings, text, size, &length) != napi_ok) goto bad;
  if (length + 4 >= size) { /* it may be cut, before a character of up to four bytes */
    if (napi_get_value_string_utf8(env, strings, NULL, 0, &length) != napi_ok) goto bad;
    free(text);
    size = length + 1;
    text = malloc(size);
    if (!text) return UV_ENOMEM;
    if (napi_get_value_string_utf8(env, strings, text, size, &length) != napi_ok) goto bad;
  }
  *ret_text = text;
  *ret_length = length;
  return 0;
bad:
  free(text);
  return UV_EINVAL;
}

static int read_numbers(struct spec *spec, napi_env env, napi_value numbers) {
  napi_typedarray_type type;
  size_t length;
  void *data;
  if (napi_get_typedarray_info(env, numbers, &type, &length, &data, NULL, NULL) != napi_ok ||
      type != napi_int32_array || length <= SPEC_STDIO)
    return UV_EINVAL;
  spec->numbers = data;
  int32_t count = spec->numbers[SPEC_STDIO_COUNT];
  if (count < 0 || (size_t) count > length - SPEC_STDIO || spec->numbers[SPEC_ARGC] < 0 ||
      spec->numbers[SPEC_ENVC] < 0)
    return UV_EINVAL;
  spec->stdio_count = count;
  return 0;
}

/* Where the strings come from; `is_short` once there were fewer than asked for. */
struct cursor {
  char *at;
  char *end;
  bool is_short;
};

static const char *next_string(struct cursor *cursor) {
  if (cursor->at >= cursor->end) {
    cursor->is_short = true;
    return "";
  }
  const char *string = cursor->at;
  cursor->at += strlen(string) + 1;
  return string;
}

/* No program is called that, which libuv leaves to the system to say. The library refuses it. */
static const char *program(const char *file) {
  return *file ? file : "/proc/0"; /* where none is, ever */
}

/* The library takes these for its own business, unless they are in env_add. */
static bool is_channel_name(const char *entry) {
  return entry[0] == 'N' && !strncmp(entry, "NODE_CHANNEL_", sizeof "NODE_CHANNEL_" - 1);
}

static int read_strings(struct spec *spec, char *text, size_t length) {
  size_t argc = (size_t) spec->numbers[SPEC_ARGC];
  size_t envc = (size_t) spec->numbers[SPEC_ENVC];
  struct cursor cursor = { text, text + length, false };
  if (argc + envc > length) return UV_EINVAL;
  enum { ENDS = 4 };
  spec->lists = malloc((argc + 2 * envc + ENDS) * sizeof *spec->lists);
  if (!spec->lists) return UV_ENOMEM;
  spec->file = program(next_string(&cursor));
  const char *cwd = next_string(&cursor);
  const char **args = spec->lists;
  const char **env = args + argc + 1;
  const char **env_add = env + envc + 1;
  spec->options.argv0 = argc > 0 ? next_string(&cursor) : "";
  spec->args = args;
  for (size_t i = 1; i < argc; i++) *args++ = next_string(&cursor);
  *args = NULL;
  spec->options.cwd = *cwd ? cwd : NULL;
  spec->options.env = env;
  spec->options.env_add = env_add;
  for (size_t i = 0; i < envc; i++) {
    const char *entry = next_string(&cursor);
    if (is_channel_name(entry)) {
      *env_add++ = entry;
    } else if (strchr(entry, '=')) { /* the library refuses others, which mean nothing */
      *env++ = entry;
    }
  }
  *env = *env_add = NULL;
  return cursor.is_short || cursor.at != cursor.end ? UV_EINVAL : 0;
}

/* Slots are added for what the child inherits anyway, where nothing else was asked for. */
static void add_inherited(struct spec *spec, const struct inherited *inherited, int last) {
  for (int i = spec->stdio_count; i <= last; i++) spec->stdio[i] = CP_IGNORE;
  for (int i = 0; i < inherited->count; i++) {
    int fd = inherited->fds[i];
    if (spec->stdio[fd] == CP_IGNORE && inherited_is_open(fd)) spec->stdio[fd] = fd;
  }
}

static int read_stdio(struct spec *spec, const struct inherited *inherited) {
  int last = inherited->count > 0 ? inherited->fds[inherited->count - 1] : -1;
  if (last < spec->stdio_count) last = spec->stdio_count - 1;
  spec->stdio = malloc(((size_t) last + 2) * sizeof *spec->stdio);
  if (!spec->stdio) return UV_ENOMEM;
  for (int i = 0; i < spec->stdio_count; i++) spec->stdio[i] = spec->numbers[SPEC_STDIO + i];
  add_inherited(spec, inherited, last);
  spec->stdio[last + 1] = CP_STDIO_END;
  spec->options.stdio = spec->stdio;
  return 0;
}

int spec_init(struct spec *ret_spec, napi_env env, napi_value strings, napi_value numbers) {
  struct spec *spec = ret_spec;
  size_t length = 0;
  *spec = (struct spec){ 0 };
  int result = read_numbers(spec, env, numbers);
  if (result >= 0) result = read_text(env, strings, &spec->text, &length);
  if (result >= 0) result = read_strings(spec, spec->text, length);
  if (result >= 0) result = read_stdio(spec, &addon_of(env)->inherited);
  if (result < 0) {
    spec_done(spec);
    return result;
  }
  int32_t flags = spec->numbers[SPEC_FLAGS];
  spec->uid = (uint32_t) spec->numbers[SPEC_UID];
  spec->gid = (uint32_t) spec->numbers[SPEC_GID];
  if (flags & SPEC_HAS_UID) spec->options.uid = &spec->uid;
  if (flags & SPEC_HAS_GID) spec->options.gid = &spec->gid;
  spec->options.detached = flags & SPEC_DETACHED;
  spec->options.serialization = flags & SPEC_ADVANCED ? CP_RAW_ADVANCED : CP_RAW_JSON;
  return 0;
}

void spec_done(struct spec *spec) {
  free(spec->text);
  free(spec->lists);
  free(spec->stdio);
  *spec = (struct spec){ 0 };
}
