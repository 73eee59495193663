/* SPDX-License-Identifier: MIT */
/*
 * Messages between a parent and its child. Both know from the request what goes over, so that who
 * receives can check it.
 *
 *     CONTENDER SCENARIO AMOUNT CHILDREN [size=BYTES] [object=1] [advanced=1] [peer=FILE]
 *
 *     ping     a message and its answer, one after the other       AMOUNT milliseconds
 *     send     blocks of messages to the child, which answers each AMOUNT milliseconds
 *     receive  blocks of messages from the child, asked for        AMOUNT milliseconds
 *     pass     ping, with a listening socket that the child closes AMOUNT milliseconds
 *
 * A message is of `size` bytes: 50 are an object with a few members; more a string, or an
 * object of many members if `object`, or a Buffer if `advanced`; with that they go as structured
 * clones. `peer` is a script for Node, which
 * then is the child; else it is what the parent is. messages.mjs is the same for Node and Bun.
 */
#ifndef BENCH_MESSAGES_H
#define BENCH_MESSAGES_H

#include "common.h"

#include <stddef.h>

/** The JSON text of the smallest messages. */
extern const char SMALL_MESSAGE[];
enum { SMALL_SIZE = 50, BYTES_PER_MEMBER = 20 };

/** How many messages an answer is for: enough to make the answer's own cost small. */
long block_length(void);

/** Members of an object of that size. */
long member_count(void);

/** What values.c tells of. NULL: no memory. */
struct cp_value *object_of_many(void);
struct cp_value *buffer_of_many(void);
/** The key of that member, in memory that the next call changes. */
const char *member_key(long i);

/** A JSON string of request.size bytes with its quotes, '\0'-terminated. */
char *long_text(void);

#endif
