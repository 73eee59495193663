/* SPDX-License-Identifier: MIT */
#include "ipc/unheard.h"

#include "base/fd.h"

#include <stdint.h>
#include <string.h>

struct head {
  size_t length;
  int fd;
};

/* With its '\0'; a multiple of what a head is aligned to. */
static size_t size_of(size_t length) {
  size_t aligned = _Alignof(struct head);
  return sizeof(struct head) + (length + 1 + aligned - 1) / aligned * aligned;
}

int unheard_add(struct unheard *unheard, const char *data, size_t length, int fd) {
  struct buffer *bytes = &unheard->queue.bytes;
  size_t size = size_of(length);
  int result = buffer_reserve(bytes, size);
  if (result < 0) return result;
  struct head *head = (struct head *) (void *) (bytes->data + bytes->length);
  *head = (struct head){ length, fd };
  memcpy(head + 1, data, length);
  ((char *) (head + 1))[length] = '\0';
  bytes->length += size;
  if (fd >= 0) unheard->descriptors++;
  return 0;
}

bool unheard_next(struct unheard *unheard, struct unheard_message *ret_message) {
  byte_queue_trim(&unheard->queue);
  if (byte_queue_length(&unheard->queue) == 0) return false;
  struct head *head = (struct head *) (void *) byte_queue_first(&unheard->queue);
  *ret_message = (struct unheard_message){ (char *) (head + 1), head->length, head->fd };
  unheard->queue.start += size_of(head->length);
  if (head->fd >= 0) unheard->descriptors--;
  return true;
}

void unheard_done(struct unheard *unheard) {
  for (struct unheard_message message; unheard_next(unheard, &message);) fd_close(&message.fd);
  byte_queue_done(&unheard->queue);
}
