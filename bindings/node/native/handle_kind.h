/* SPDX-License-Identifier: MIT */
#ifndef CHILD_PROCESS_NODE_HANDLE_KIND_H
#define CHILD_PROCESS_NODE_HANDLE_KIND_H

/** Which of Node's handles a descriptor can be. lib/wraps.js has the numbers, too. */
enum handle_kind {
  HANDLE_KIND_NONE = 0, /**< none that travels over a channel */
  HANDLE_KIND_TCP = 1,
  HANDLE_KIND_PIPE = 2,
  HANDLE_KIND_UDP = 3,
};

enum handle_kind handle_kind(int fd);

#endif
