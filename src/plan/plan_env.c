/* SPDX-License-Identifier: MIT */
/*
 * The child's environment. Mostly it is ours as it stands, and then nothing is copied.
 */
#include "base/memory.h"
#include "plan/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Length of the name in "NAME=value", or of all of "NAME". */
static size_t name_length(const char *entry) {
  return strcspn(entry, "=");
}

static bool has_name(const char *entry, const char *name, size_t length) {
  return !strncmp(entry, name, length) && (entry[length] == '=' || !entry[length]);
}

static bool is_named_in(const char *entry, const char *const *list) {
  size_t length = name_length(entry);
  for (; list && *list; list++)
    if (has_name(*list, entry, length)) return true;
  return false;
}

/* How a channel to *our* parent is called. The descriptor does not get to the child, and a
 * Node child that finds the name without it dies (SIGABRT in node v20). Who passes a channel
 * by hand names it in env_add, which is left alone. */
static bool is_channel(const char *entry) {
  static const char prefix[] = "NODE_CHANNEL_";
  if (*entry != *prefix || strncmp(entry, prefix, sizeof prefix - 1) != 0) return false;
  const char *rest = entry + sizeof prefix - 1;
  return has_name(rest, "FD", 2) || has_name(rest, "SERIALIZATION_MODE", 18);
}

int plan_env(struct plan *plan, const char *const *env, const char *const *env_add) {
  static const char *const empty[] = { NULL };
  if (!env) env = empty; /* environ is NULL after clearenv() */
  plan->env = env;
  size_t count = 0, channels = 0, added = 0;
  for (; env[count]; count++)
    if (is_channel(env[count])) channels++;
  for (; env_add && env_add[added]; added++) continue;
  bool has_own_channel = plan->ipc_slot >= 0;
  if (channels == 0 && added == 0 && !has_own_channel) return 0;

  enum { CHANNEL_NAMES = 2 };
  const char **list = memory_new_array(count + added + CHANNEL_NAMES + 1, sizeof *list);
  if (!list) return -ENOMEM;
  const char **end = list;
  for (size_t i = 0; i < count; i++)
    if (!is_channel(env[i]) && !is_named_in(env[i], env_add)) *end++ = env[i];
  for (size_t i = 0; i < added; i++) {
    bool sets = strchr(env_add[i], '=') != NULL;
    /* The last word on a name counts. */
    if (has_own_channel && is_channel(env_add[i])) continue;
    if (sets && !is_named_in(env_add[i], env_add + i + 1)) *end++ = env_add[i];
  }
  if (has_own_channel) {
    (void) snprintf(plan->channel_fd, sizeof plan->channel_fd, "NODE_CHANNEL_FD=%d",
                    plan->ipc_slot);
    *end++ = plan->channel_fd;
    bool is_advanced = plan->serialization == CP_ADVANCED || plan->serialization == CP_RAW_ADVANCED;
    *end++ = is_advanced ? "NODE_CHANNEL_SERIALIZATION_MODE=advanced"
                         : "NODE_CHANNEL_SERIALIZATION_MODE=json";
  }
  plan->env = plan->owned_env = list;
  return 0;
}

const char *plan_getenv(const struct plan *plan, const char *name) {
  size_t length = strlen(name);
  for (const char *const *entry = plan->env; *entry; entry++)
    if (!strncmp(*entry, name, length) && (*entry)[length] == '=') return *entry + length + 1;
  return NULL;
}
