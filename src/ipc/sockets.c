/* SPDX-License-Identifier: MIT */
#include "ipc/sockets.h"

#include "base/memory.h"

#include <string.h>
#include <sys/stat.h>

struct taken_socket {
  int fd;
  struct stat what; /* was there when it was taken */
  char *key;        /* owned */
  size_t key_length;
};

static bool is_open(const struct taken_socket *socket) {
  struct stat now;
  if (fstat(socket->fd, &now) < 0) return false;
  return now.st_ino == socket->what.st_ino && now.st_dev == socket->what.st_dev;
}

static void drop_closed(struct sockets *sockets) {
  size_t kept = 0;
  for (size_t i = 0; i < sockets->count; i++) {
    if (is_open(&sockets->items[i])) {
      sockets->items[kept++] = sockets->items[i];
    } else {
      memory_free(sockets->items[i].key);
    }
  }
  sockets->count = kept;
}

/* Only what is open takes room; each is looked at again when their number has doubled. */
static bool make_room(struct sockets *sockets) {
  enum { SMALLEST = 16 };
  if (sockets->count < sockets->capacity) return true;
  drop_closed(sockets);
  if (sockets->count < sockets->capacity / 2) return true;
  size_t capacity = sockets->capacity ? sockets->capacity * 2 : SMALLEST;
  struct taken_socket *items = memory_new_array(capacity, sizeof *items);
  if (!items) return false;
  if (sockets->count > 0) memcpy(items, sockets->items, sockets->count * sizeof *items);
  memory_free(sockets->items);
  sockets->items = items;
  sockets->capacity = capacity;
  return true;
}

void sockets_add(struct sockets *sockets, int fd, cp_bytes key) {
  struct taken_socket socket = { .fd = fd, .key_length = key.length };
  if (fstat(fd, &socket.what) < 0 || !make_room(sockets)) return;
  socket.key = memory_new(key.length + 1);
  if (!socket.key) return;
  memcpy(socket.key, key.data, key.length);
  sockets->items[sockets->count++] = socket;
}

size_t sockets_count(struct sockets *sockets, cp_bytes key) {
  drop_closed(sockets);
  size_t count = 0;
  for (size_t i = 0; i < sockets->count; i++) {
    const struct taken_socket *at = &sockets->items[i];
    if (at->key_length == key.length && !memcmp(at->key, key.data, key.length)) count++;
  }
  return count;
}

void sockets_done(struct sockets *sockets) {
  for (size_t i = 0; i < sockets->count; i++) memory_free(sockets->items[i].key);
  memory_free(sockets->items);
  *sockets = (struct sockets){ 0 };
}
