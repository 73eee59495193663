/* SPDX-License-Identifier: MIT */
/*
 * Connections of a Node server that came over a channel and that the program took: Node asks how
 * many of them are still open. A program does not tell us when it closes one, so each is looked at
 * when that is asked: it is open as long as there is the same socket at its number.
 */
#ifndef CP_IPC_SOCKETS_H
#define CP_IPC_SOCKETS_H

#include "child_process.h"

struct taken_socket; /* sockets.c */

/** Zeroed, there are none. */
struct sockets {
  struct taken_socket *items;
  size_t count, capacity;
};

/** `key` names the server. Without memory it is not counted. */
void sockets_add(struct sockets *sockets, int fd, cp_bytes key);
size_t sockets_count(struct sockets *sockets, cp_bytes key);
void sockets_done(struct sockets *sockets);

#endif
