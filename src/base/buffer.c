/* SPDX-License-Identifier: MIT */
#include "base/buffer.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { SMALLEST = 1024, LARGEST_ON_HEAP = 32768 };

/* The next capacity that holds `needed`: doubled, so that growing is rare. */
static size_t capacity_for(const struct buffer *buffer, size_t needed) {
  size_t capacity = buffer->capacity ? buffer->capacity : SMALLEST;
  while (capacity < needed) {
    if (capacity > SIZE_MAX / 2) return 0;
    capacity *= 2;
  }
  return capacity;
}

static char *map(size_t size) {
  void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? NULL : pages;
}

static int move_to(struct buffer *buffer, char *data, size_t capacity, bool is_mapped) {
  if (!data) return -ENOMEM;
  if (buffer->length > 0) memcpy(data, buffer->data, buffer->length);
  size_t length = buffer->length;
  buffer_done(buffer);
  *buffer = (struct buffer){ data, length, capacity, is_mapped };
  return 0;
}

static int grow_mapped(struct buffer *buffer, size_t capacity) {
  void *pages = mremap(buffer->data, buffer->capacity, capacity, MREMAP_MAYMOVE);
  if (pages == MAP_FAILED) return -ENOMEM;
  buffer->data = pages;
  buffer->capacity = capacity;
  return 0;
}

int buffer_reserve(struct buffer *buffer, size_t size) {
  if (size > SIZE_MAX - buffer->length - 1) return -ENOMEM;
  size_t needed = buffer->length + size + 1;
  if (needed <= buffer->capacity) return 0;
  size_t capacity = capacity_for(buffer, needed);
  if (!capacity) return -ENOMEM;
  if (buffer->is_mapped) return grow_mapped(buffer, capacity);
  if (capacity > LARGEST_ON_HEAP) return move_to(buffer, map(capacity), capacity, true);
  return move_to(buffer, memory_new_raw(capacity), capacity, false);
}

size_t buffer_room(const struct buffer *buffer) {
  return buffer->capacity ? buffer->capacity - buffer->length - 1 : 0;
}

int buffer_append(struct buffer *buffer, const char *data, size_t length) {
  int result = buffer_reserve(buffer, length);
  if (result < 0) return result;
  memcpy(buffer->data + buffer->length, data, length);
  buffer->length += length;
  buffer->data[buffer->length] = '\0';
  return 0;
}

void buffer_done(struct buffer *buffer) {
  if (buffer->is_mapped) {
    (void) munmap(buffer->data, buffer->capacity);
  } else {
    memory_free(buffer->data);
  }
  *buffer = (struct buffer){ 0 };
}
