/* SPDX-License-Identifier: MIT */
/*
 * Messages that wait for a listener. Commands among them were carried out when they came.
 */
#ifndef CP_IPC_UNHEARD_H
#define CP_IPC_UNHEARD_H

#include "ipc/byte_queue.h"

/** Zeroed, it is empty. */
struct unheard {
  struct byte_queue queue;
  unsigned descriptors; /* that wait with them */
};

struct unheard_message {
  char *data; /* a '\0' follows */
  size_t length;
  int fd; /* of a message that is wrapped in a handle; -1: a plain one */
};

/** Keeps a copy, and `fd` if that went well. 0 or -ENOMEM. */
int unheard_add(struct unheard *unheard, const char *data, size_t length, int fd);
/** Takes the first, with its descriptor; valid until the next of these calls. False: none. */
bool unheard_next(struct unheard *unheard, struct unheard_message *ret_message);
void unheard_done(struct unheard *unheard);

#endif
