/* SPDX-License-Identifier: MIT */
#include "ipc/outbox.h"

#include "base/fd.h"
#include "base/memory.h"
#include "ipc/descriptor.h"

#include <errno.h>

struct departure {
  uint64_t start, end; /* of its frame, in all that was ever added */
  int fd;              /* owned; -1: it has left */
};

static struct departure *at(const struct outbox *outbox, size_t index) {
  return &outbox->departures[(outbox->first + index) % outbox->capacity];
}

static int grow(struct outbox *outbox) {
  enum { SMALLEST = 8 };
  size_t capacity = outbox->capacity ? outbox->capacity * 2 : SMALLEST;
  struct departure *departures = memory_new_array(capacity, sizeof *departures);
  if (!departures) return -ENOMEM;
  for (size_t i = 0; i < outbox->count; i++) departures[i] = *at(outbox, i);
  memory_free(outbox->departures);
  outbox->departures = departures;
  outbox->first = 0;
  outbox->capacity = capacity;
  return 0;
}

int outbox_add(struct outbox *outbox, size_t length, int fd) {
  if (fd >= 0) {
    if (outbox->count == outbox->capacity && grow(outbox) < 0) {
      outbox->queue.bytes.length -= length;
      return -ENOMEM;
    }
    uint64_t start = outbox->added;
    *at(outbox, outbox->count++) = (struct departure){ start, start + length, fd };
  }
  outbox->added += length;
  return 0;
}

/* `count` bytes have left, none behind the end of the first departure. */
static void consume(struct outbox *outbox, size_t count) {
  outbox->queue.start += count;
  outbox->written += count;
  if (outbox->count == 0) return;
  struct departure *first = at(outbox, 0);
  if (outbox->written > first->start) fd_close(&first->fd);
  if (outbox->written < first->end) return;
  outbox->first = (outbox->first + 1) % outbox->capacity;
  outbox->count--;
}

static ssize_t write_once(struct outbox *outbox, int socket) {
  const char *data = byte_queue_first(&outbox->queue);
  const struct departure *first = outbox->count > 0 ? at(outbox, 0) : NULL;
  if (!first) return descriptor_write(socket, data, outbox_length(outbox), -1);
  if (outbox->written < first->start)
    return descriptor_write(socket, data, (size_t) (first->start - outbox->written), -1);
  return descriptor_write(socket, data, (size_t) (first->end - outbox->written), first->fd);
}

int outbox_flush(struct outbox *outbox, int socket) {
  while (outbox_length(outbox) > 0) {
    ssize_t written = write_once(outbox, socket);
    if (written < 0) {
      byte_queue_trim(&outbox->queue);
      return (int) written;
    }
    consume(outbox, (size_t) written);
  }
  byte_queue_trim(&outbox->queue);
  return 0;
}

bool outbox_can_skip(const struct outbox *outbox) {
  return outbox->count > 0 && at(outbox, 0)->start == outbox->written;
}

void outbox_skip(struct outbox *outbox) {
  const struct departure *first = at(outbox, 0);
  consume(outbox, (size_t) (first->end - first->start));
}

void outbox_clear(struct outbox *outbox) {
  byte_queue_done(&outbox->queue);
  for (size_t i = 0; i < outbox->count; i++) fd_close(&at(outbox, i)->fd);
  memory_free(outbox->departures);
  outbox->departures = NULL;
  outbox->first = outbox->count = outbox->capacity = 0;
  outbox->written = outbox->added;
}
