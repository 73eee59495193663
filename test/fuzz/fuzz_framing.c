/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the input of a channel, cut into reads at any place: the frames must be those of a
 * plain look at all of the bytes, and the limit must strike at the same message.
 *
 * The first byte chooses the limit, the second how the rest is cut, and from 128 on advanced
 * framing.
 */
#include "ipc/framing.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
  if (!holds) abort();
}

/* What is expected: so much of the bytes as has been read, looked at from the front. */
struct plain {
  const char *data;
  size_t read, at, limit;
  bool is_advanced;
};

struct expected {
  bool is_complete, is_too_long;
  const char *payload;
  size_t length, size;
};

static struct expected expect_line(const struct plain *plain) {
  const char *begin = plain->data + plain->at;
  size_t there = plain->read - plain->at;
  const char *end = memchr(begin, '\n', there);
  size_t length = end ? (size_t) (end - begin) : there;
  return (struct expected){ end != NULL, length > plain->limit, begin, length, length + 1 };
}

static struct expected expect_block(const struct plain *plain) {
  const unsigned char *head = (const unsigned char *) plain->data + plain->at;
  size_t there = plain->read - plain->at, length = 0;
  if (there < 4) return (struct expected){ 0 };
  for (int i = 0; i < 4; i++) length = length * 256 + head[i];
  return (struct expected){ there - 4 >= length, length > plain->limit, (const char *) head + 4,
                            length, length + 4 };
}

static struct expected expect(const struct plain *plain) {
  return plain->is_advanced ? expect_block(plain) : expect_line(plain);
}

static bool has_next(const struct plain *plain, struct input *input) {
  return plain->is_advanced ? framing_has_next_advanced(input) : framing_has_next_json(input);
}

static int next(const struct plain *plain, struct input *input, struct frame *ret_frame) {
  return plain->is_advanced ? framing_next_advanced(input, plain->limit, ret_frame)
                            : framing_next_json(input, plain->limit, ret_frame);
}

/* All that is complete; 0, or what the limit says. */
static int take_frames(struct plain *plain, struct input *input) {
  for (;;) {
    struct frame frame;
    struct expected expected = expect(plain);
    int result = next(plain, input, &frame);
    if (expected.is_too_long) {
      must(result == -EMSGSIZE);
      return result;
    }
    must(result == expected.is_complete);
    if (result == 0) return 0;
    must(frame.length == expected.length && frame.size == expected.size);
    must(memcmp(frame.data, expected.payload, frame.length) == 0);
    must(frame.data[frame.length] == '\0');
    plain->at += frame.size;
    must(has_next(plain, input) == expect(plain).is_complete); /* also while one is lent */
    must(frame.data[frame.length] == '\0');
    framing_release(input, &frame);
    byte_queue_trim(&input->queue);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  unsigned random = data[1];
  struct plain plain = { .data = (const char *) data + 2,
                         .limit = data[0],
                         .is_advanced = data[1] >= 128 };
  struct input input = { 0 };
  size_t length = size - 2;
  for (int result = 0; plain.read < length && result == 0;) {
    random = random * 1103515245 + 12345;
    size_t piece = 1 + (random >> 8) % (data[1] % 128 + 1u);
    if (piece > length - plain.read) piece = length - plain.read;
    must(buffer_append(&input.queue.bytes, plain.data + plain.read, piece) == 0);
    plain.read += piece;
    result = take_frames(&plain, &input);
    must(byte_queue_length(&input.queue) == plain.read - plain.at);
  }
  byte_queue_done(&input.queue);
  return 0;
}
