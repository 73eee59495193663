/* SPDX-License-Identifier: MIT */
/*
 * Names of error numbers. libuv's own list serves, so that the names are its and Node's; its
 * header is enough for that. uv_err_name() would need libuv, and allocates for unknown ones.
 */
#include "base/errno_names.h"

#include <uv.h>

#define NAME_CASE(code, text) \
  case UV_##code: \
    return #code;
#define TEXT_CASE(code, text) \
  case UV_##code: \
    return text;

const char *errno_name(int number) {
  switch (number) { UV_ERRNO_MAP(NAME_CASE) }
  return "UNKNOWN";
}

const char *errno_text(int number) {
  switch (number) { UV_ERRNO_MAP(TEXT_CASE) }
  return "unknown error";
}
