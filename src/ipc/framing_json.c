/* SPDX-License-Identifier: MIT */
/*
 * JSON framing: a text a line. Each byte is looked at once, however the bytes come in.
 */
#include "ipc/channel.h"

#include <errno.h>
#include <string.h>

int framing_next(cp_channel *channel, struct frame *ret_frame) {
  struct buffer *input = &channel->input;
  char *start = input->data + channel->input_start;
  size_t there = input->length - channel->input_seen;
  char *end = there ? memchr(input->data + channel->input_seen, '\n', there) : NULL;
  channel->input_seen = end ? (size_t) (end - input->data) + 1 : input->length;
  size_t length = end ? (size_t) (end - start) : input->length - channel->input_start;
  if (length > channel->max_message) return -EMSGSIZE;
  if (!end) return 0;
  *end = '\0';
  *ret_frame = (struct frame){ start, length };
  channel->input_start = channel->input_seen;
  return 1;
}
