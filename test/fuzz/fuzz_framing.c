/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the input of a channel, cut into reads at any place: the frames must be those of a
 * plain search for line breaks, and the limit must strike at the same message.
 *
 * The first byte chooses the limit, the second how the rest is cut.
 */
#include "ipc/channel.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
  if (!holds) abort();
}

/* What is expected: all of the bytes at once, looked at from the front. */
struct plain {
  const char *data;
  size_t length, at, limit;
};

static void check_frame(struct plain *plain, const struct frame *frame) {
  const char *begin = plain->data + plain->at;
  const char *end = memchr(begin, '\n', plain->length - plain->at);
  must(end != NULL);
  size_t length = (size_t) (end - begin);
  must(frame->length == length && length <= plain->limit);
  must(memcmp(frame->text, begin, length) == 0);
  must(frame->text[length] == '\0');
  plain->at += length + 1;
}

/* So much of the input has been read. */
static void check_no_frame(const struct plain *plain, size_t read, int result) {
  const char *begin = plain->data + plain->at;
  const char *end = memchr(begin, '\n', read - plain->at);
  size_t length = end ? (size_t) (end - begin) : read - plain->at;
  if (result == 0) must(!end && length <= plain->limit);
  if (result < 0) must(result == -EMSGSIZE && length > plain->limit);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  unsigned random = data[1];
  struct plain plain = { .data = (const char *) data + 2, .length = size - 2, .limit = data[0] };
  cp_channel channel = { .max_message = plain.limit };
  int result = 0;
  for (size_t read = 0; read < plain.length && result == 0;) {
    random = random * 1103515245 + 12345;
    size_t piece = 1 + (random >> 8) % (data[1] + 1u);
    if (piece > plain.length - read) piece = plain.length - read;
    must(buffer_append(&channel.input, plain.data + read, piece) == 0);
    read += piece;
    struct frame frame;
    while ((result = framing_next(&channel, &frame)) > 0) check_frame(&plain, &frame);
    check_no_frame(&plain, read, result);
    must(channel.input_start <= channel.input_seen);
    must(channel.input_seen <= channel.input.length);
  }
  buffer_done(&channel.input);
  return 0;
}
