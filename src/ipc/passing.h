/* SPDX-License-Identifier: MIT */
/*
 * Messages that carry a handle, as Node sends them: wrapped in a command, to which the peer
 * answers whether the descriptor has come. Until then everything that is sent later waits.
 */
#ifndef CP_IPC_PASSING_H
#define CP_IPC_PASSING_H

#include "child_process.h"

struct outgoing; /* channel.h */
struct passed;   /* passing.c */

/** Zeroed, it is one with nothing to do. */
struct passing {
  struct passed *pending; /* sent, and not answered */
  struct passed *first, *last;
  uint64_t waited, taken; /* how many have ever waited, and how many do no more */
  size_t bytes_waiting;
};

/** Whether what is sent now has to wait. */
static inline bool passing_is_busy(const struct passing *passing) {
  return passing->pending != NULL || passing->first != NULL;
}

/** Bytes that all of them take up. */
size_t passing_size(const struct passing *passing);

/** Sends it, or has it wait its turn. Takes its descriptor if that went well. */
int passing_send(cp_channel *channel, const struct outgoing *message);
/** NODE_HANDLE_ACK or NODE_HANDLE_NACK has come. */
void passing_answered(cp_channel *channel, bool has_arrived);
/** Tells and frees all of them; whether there was one whom nobody asked to be told. */
bool passing_lose(cp_channel *channel, struct passing *passing, const cp_error *error);
void passing_done(struct passing *passing);

#endif
