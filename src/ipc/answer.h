/* SPDX-License-Identifier: MIT */
/*
 * What we answer to Node's commands about handles and sockets.
 */
#ifndef CP_IPC_ANSWER_H
#define CP_IPC_ANSWER_H

#include "ipc/channel.h"

/* Each returns false where the answer cannot be given: then the channel is closed. */

/** Whether the descriptor of a handle has come. */
bool answer_handle(cp_channel *channel, bool has_arrived);
/**
 * A Node that closes its server asks when the sockets are closed that it gave us: a program that
 * took them does not tell us, so it need not wait.
 */
bool answer_notify_close(cp_channel *channel, const cp_value *command);
/** How many there are. */
bool answer_get_count(cp_channel *channel, const cp_value *command);

#endif
