/* SPDX-License-Identifier: MIT */
/*
 * A message while its listeners are called.
 */
#ifndef CP_IPC_MESSAGE_H
#define CP_IPC_MESSAGE_H

#include "ipc/channel.h"

struct cp_message {
  cp_channel *channel;
  const char *payload; /* '\0'-terminated, as `json` is */
  size_t length;
  bool is_advanced;
  bool was_read;         /* cp_message_value() was called */
  bool is_wrapped;       /* in a handle: the message is a part of the payload */
  cp_value *tree;        /* of the payload; made when first asked for */
  const cp_value *value; /* of the message, in the tree; NULL as long as there is no tree */
  char *json;            /* made when first asked for, where it is not the payload */
  size_t json_length;
  cp_handle handle; /* NONE and -1: none, or it was taken */
};

/** Frees what it has but the descriptor. */
void message_done(cp_message *message);

/** The value of a payload, or NULL with the error set. */
cp_value *message_read(const char *payload, size_t length, bool is_advanced);

#endif
