/* SPDX-License-Identifier: MIT */
/*
 * Node's own messages: objects whose `cmd` begins with "NODE_" and goes on. They are kept from
 * listeners; those about handles and sockets are carried out (answer.c).
 */
#ifndef CP_IPC_COMMAND_H
#define CP_IPC_COMMAND_H

#include "ipc/framing.h"

#include "child_process.h"

enum command {
  COMMAND_NONE, /* a message of the user */
  COMMAND_OTHER,
  COMMAND_HANDLE,
  COMMAND_ACK,
  COMMAND_NACK,
  COMMAND_NOTIFY_CLOSE,
  COMMAND_GET_COUNT
};

enum command command_in(const cp_value *value);

/** Whether the payload may hold a command: only then it is worth to be read as a value. */
bool command_is_possible(const char *payload, size_t length, bool is_advanced);

/** What a handle is wrapped in. */
struct command_handle {
  const cp_value *message; /* lent; NULL: none */
  const cp_value *key;     /* likewise: as command_key() */
  cp_handle_type type;
};

/** Of a COMMAND_HANDLE. A Node that has to send it again wraps it once more. */
struct command_handle command_unwrap(const cp_value *value);

/**
 * The name of the Node server that a command is about, NULL: none. It is as short as an address or
 * a path: it goes back to the peer, so it must not be as long as a message may be.
 */
const cp_value *command_key(const cp_value *value);

/** As the wire calls a type; NULL for CP_HANDLE_NONE and what is no type. */
const char *command_type_name(cp_handle_type type);

#endif
