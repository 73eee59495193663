/* SPDX-License-Identifier: MIT */
/*
 * The write queue: chunks in a row. A small write goes into the room that the last chunk has
 * left, so that a thousand of them are a few chunks and one system call.
 */
#include "base/memory.h"
#include "loop/io.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

struct writer_chunk {
  struct writer_chunk *next;
  size_t start; /* written up to here */
  size_t end;   /* filled up to here */
  size_t size;
  char bytes[];
};

enum { CHUNK_SIZE = 4096 - sizeof(struct writer_chunk), PARTS_AT_ONCE = 64 };

static size_t fill_last(struct writer *writer, const char *data, size_t length) {
  struct writer_chunk *last = writer->last;
  if (!last) return 0;
  size_t room = last->size - last->end;
  size_t count = length < room ? length : room;
  memcpy(last->bytes + last->end, data, count);
  last->end += count;
  return count;
}

int writer_add(struct writer *writer, const char *data, size_t length) {
  if (length == 0) return 0;
  /* The chunk for what does not fit comes first, so that a failure leaves nothing behind. */
  size_t room = writer->last ? writer->last->size - writer->last->end : 0;
  struct writer_chunk *chunk = NULL;
  if (length > room) {
    size_t size = length - room > CHUNK_SIZE ? length - room : CHUNK_SIZE;
    if (size > SIZE_MAX - sizeof *chunk) return -ENOMEM;
    chunk = memory_new_raw(sizeof *chunk + size);
    if (!chunk) return -ENOMEM;
    *chunk = (struct writer_chunk){ .size = size };
  }
  size_t filled = fill_last(writer, data, length);
  writer->queued += length;
  if (!chunk) return 0;
  memcpy(chunk->bytes, data + filled, length - filled);
  chunk->end = length - filled;
  if (writer->last) {
    writer->last->next = chunk;
  } else {
    writer->first = chunk;
  }
  writer->last = chunk;
  return 0;
}

static void drop_first(struct writer *writer) {
  struct writer_chunk *chunk = writer->first;
  writer->first = chunk->next;
  if (!writer->first) writer->last = NULL;
  memory_free(chunk);
}

static void consume(struct writer *writer, size_t count) {
  writer->queued -= count;
  while (writer->first) {
    struct writer_chunk *chunk = writer->first;
    size_t there = chunk->end - chunk->start;
    if (count < there) {
      chunk->start += count;
      return;
    }
    count -= there;
    drop_first(writer);
  }
}

int writer_flush(struct writer *writer, int fd, bool is_socket) {
  while (writer->queued > 0) {
    struct iovec parts[PARTS_AT_ONCE];
    int count = 0;
    for (struct writer_chunk *at = writer->first; at && count < PARTS_AT_ONCE; at = at->next)
      parts[count++] = (struct iovec){ at->bytes + at->start, at->end - at->start };
    ssize_t written = io_write(fd, is_socket, parts, count);
    if (written < 0) return (int) written;
    consume(writer, (size_t) written);
  }
  return 0;
}

void writer_done(struct writer *writer) {
  while (writer->first) drop_first(writer);
  writer->queued = 0;
}
