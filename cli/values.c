/* SPDX-License-Identifier: MIT */
/*
 * What the options take: durations, signals, users. Strict, since a timeout that is read wrong
 * is worse than one that is refused.
 */
#include "values.h"

#include <ctype.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "child_process.h"

#define DIGITS "0123456789"

static bool unit_ns(const char *suffix, double *ret_ns) {
  static const struct {
    const char *suffix;
    double ns;
  } units[] = {
    { "", 1e9 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 }, { "h", 3600e9 }, { "d", 86400e9 },
  };
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (strcmp(suffix, units[i].suffix) == 0) {
      *ret_ns = units[i].ns;
      return true;
    }
  }
  return false;
}

bool value_duration(const char *text, uint64_t *ret_ns) {
  size_t whole = strspn(text, DIGITS);
  const char *suffix = text + whole;
  size_t fraction = 0;
  if (*suffix == '.') {
    fraction = strspn(suffix + 1, DIGITS);
    suffix += 1 + fraction;
  }
  double unit = 0;
  if (whole + fraction == 0 || !unit_ns(suffix, &unit)) {
    return false; /* this keeps strtod() from "inf", "0x10" and "1e3" */
  }
  double ns = strtod(text, NULL) * unit;
  if (ns > (double) INT64_MAX / 2) {
    return false; /* 146 years; the timer counts in 63 bits */
  }
  /* Only 0 itself is "never"; what is too short to count is "at once". */
  *ret_ns = ns > 0 && ns < 1 ? 1 : (uint64_t) ns;
  return true;
}

static bool value_number(const char *text, uint64_t limit, uint64_t *ret_value) {
  size_t length = strlen(text);
  if (length == 0 || length > 19 || strspn(text, DIGITS) != length) {
    return false;
  }
  uint64_t value = strtoull(text, NULL, 10);
  if (value > limit) {
    return false;
  }
  *ret_value = value;
  return true;
}

bool value_count(const char *text, uint64_t *ret_count) {
  uint64_t count;
  if (!value_number(text, INT64_MAX, &count) || count == 0) {
    return false;
  }
  *ret_count = count;
  return true;
}

static unsigned unit_shift(char suffix) {
  switch (suffix) {
    case 'K':
      return 10;
    case 'M':
      return 20;
    case 'G':
      return 30;
    default:
      return 0;
  }
}

bool value_size(const char *text, size_t *ret_bytes) {
  if (strcmp(text, "unlimited") == 0) {
    *ret_bytes = CP_UNLIMITED;
    return true;
  }
  char digits[20] = "";
  size_t length = strlen(text);
  unsigned shift = length > 0 ? unit_shift(text[length - 1]) : 0;
  if (shift > 0) {
    length--;
  }
  if (length >= sizeof digits) {
    return false;
  }
  memcpy(digits, text, length);
  uint64_t value = 0;
  /* 0 is refused: some mean "nothing" by it and some "no limit"; the library's 0 is 1M. */
  if (!value_number(digits, (SIZE_MAX >> 1) >> shift, &value) || value == 0) {
    return false;
  }
  *ret_bytes = (size_t) value << shift;
  return true;
}

bool value_signal(const char *text, int *ret_signal) {
  uint64_t number = 0;
  if (isdigit((unsigned char) *text)) {
    if (!value_number(text, (uint64_t) SIGRTMAX, &number) || number == 0) {
      return false;
    }
    *ret_signal = (int) number;
    return true;
  }
  char name[32] = "SIG";
  size_t length = strlen(text);
  if (length >= sizeof name - 3) {
    return false;
  }
  char *upper = strncasecmp(text, "SIG", 3) == 0 ? name : name + 3;
  for (size_t i = 0; i <= length; i++) {
    upper[i] = (char) toupper((unsigned char) text[i]);
  }
  int found = cp_signal_number(name);
  if (found <= 0) {
    return false;
  }
  *ret_signal = found;
  return true;
}

/* The highest number means "unchanged" to the kernel. */
static bool value_id(const char *text, uint32_t *ret_id) {
  uint64_t number = 0;
  if (!value_number(text, UINT32_MAX - 1, &number)) {
    return false;
  }
  *ret_id = (uint32_t) number;
  return true;
}

bool value_user(const char *text, uint32_t *ret_uid) {
  const struct passwd *user = getpwnam(text);
  if (!user) {
    return value_id(text, ret_uid);
  }
  *ret_uid = user->pw_uid;
  return true;
}

bool value_group(const char *text, uint32_t *ret_gid) {
  const struct group *group = getgrnam(text);
  if (!group) {
    return value_id(text, ret_gid);
  }
  *ret_gid = group->gr_gid;
  return true;
}

bool value_is_setting(const char *text) {
  return *text != '=' && strchr(text, '=') != NULL;
}

bool value_is_name(const char *text) {
  return *text != '\0' && strchr(text, '=') == NULL;
}
