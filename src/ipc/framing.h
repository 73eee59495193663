/* SPDX-License-Identifier: MIT */
/*
 * Bytes to frames, and payloads to frames. Each byte is looked at once, however they come in, and
 * a length that is only claimed costs nothing.
 *
 *     framing_json.c      a text a line
 *     framing_advanced.c  a length of four bytes, then so many
 */
#ifndef CP_IPC_FRAMING_H
#define CP_IPC_FRAMING_H

#include "ipc/byte_queue.h"

struct frame;

struct input {
  struct byte_queue queue;
  size_t scanned;     /* so many of the bytes that wait have no line break among them */
  struct frame *lent; /* until framing_release() */
};

struct frame {
  char *data; /* the payload; a '\0' follows it, until framing_release() */
  size_t length;
  size_t size; /* on the wire */
  char behind; /* what stood where the '\0' is: of an advanced frame, the next one's first byte */
};

/**
 * Takes the next frame; 0 if it is not complete; -EMSGSIZE where it is longer than `max`. 1:
 * `ret_frame` is valid until framing_release(), and until the input changes.
 */
int framing_next_json(struct input *input, size_t max, struct frame *ret_frame);
int framing_next_advanced(struct input *input, size_t max, struct frame *ret_frame);

enum { FRAMING_HEAD_SIZE = 4 }; /* of an advanced frame */

/** Gives back the byte behind it. */
static inline void framing_release(struct input *input, struct frame *frame) {
  frame->data[frame->length] = frame->behind;
  input->lent = NULL;
}

/** Whether another frame is complete, also while one is lent. */
bool framing_has_next_json(struct input *input);
bool framing_has_next_advanced(struct input *input);

/** Puts the head into the first bytes of a frame of that size, the head included; or -EMSGSIZE. */
int framing_write_head(char *frame, size_t size);

#endif
