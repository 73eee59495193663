/* SPDX-License-Identifier: MIT */
#ifndef CLI_SETTLE_H
#define CLI_SETTLE_H

#include <stddef.h>

#include "child_process.h"

/** Ends a stream when it has given what is in it by now. */
struct settle {
  size_t left;
};

/** Begins, once the child has ended: what others write to the stream later is not waited for. */
void settle_start(struct settle *settle, cp_stream *stream);

#endif
