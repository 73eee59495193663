/* SPDX-License-Identifier: MIT */
/*
 * Writing to our stdout and stderr from the loop. They may be slow, and the loop must go on
 * meanwhile: signals are passed on and the timeout strikes while nobody reads. So what is not
 * taken is kept, and a watch tells when there is room. Who writes stops the one he writes for.
 */
#include "outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "watch.h"

void outlet_init(struct outlet *outlet, int fd, const char *name) {
  *outlet = (struct outlet){ .name = name };
  output_init(&outlet->output, fd);
}

void outlet_tell(struct outlet *outlet, void (*emptied)(void *user), void (*broke)(void *user),
                 void *user) {
  outlet->emptied = emptied;
  outlet->broke = broke;
  outlet->user = user;
}

void outlet_drop(struct outlet *outlet) {
  watch_free(outlet->watch);
  outlet->watch = NULL;
  free(outlet->waiting);
  outlet->waiting = NULL;
  outlet->waiting_from = outlet->waiting_size = outlet->waiting_room = 0;
}

/*
 * A reader who has seen enough (`| head`) is no failure, nor is a stderr that was closed when we
 * were started: that is how a shell is told to keep quiet. Output that a closed stdout loses is
 * one, as it is to the programs of every day.
 */
static void fail(struct outlet *outlet, int error) {
  bool is_unwanted = error == EBADF && outlet->output.fd == STDERR_FILENO;
  outlet->is_broken = true;
  if (error != EPIPE && error != ECONNRESET && !is_unwanted) {
    outlet->has_failed = true;
    message("%s: %s", outlet->name, strerror(error));
  }
  outlet_drop(outlet);
}

static void on_room(void *user) {
  struct outlet *outlet = user;
  ssize_t count = output_some(&outlet->output, outlet->waiting + outlet->waiting_from,
                              outlet->waiting_size - outlet->waiting_from);
  if (count < 0) {
    fail(outlet, errno);
    outlet->broke(outlet->user);
    return;
  }
  outlet->waiting_from += (size_t) count;
  if (outlet->waiting_from == outlet->waiting_size) {
    outlet_drop(outlet);
    outlet->emptied(outlet->user);
  }
}

/* Doubling, since what waits may come in many small pieces. */
static bool make_room(struct outlet *outlet, size_t length) {
  if (length <= outlet->waiting_room - outlet->waiting_size) {
    return true;
  }
  size_t room = outlet->waiting_size + length;
  room = room < 2 * outlet->waiting_room ? 2 * outlet->waiting_room : room;
  char *waiting = realloc(outlet->waiting, room);
  if (!waiting) {
    return false;
  }
  outlet->waiting = waiting;
  outlet->waiting_room = room;
  return true;
}

static bool keep(struct outlet *outlet, const char *data, size_t length) {
  if (!make_room(outlet, length)) {
    return false;
  }
  memcpy(outlet->waiting + outlet->waiting_size, data, length);
  outlet->waiting_size += length;
  if (!outlet->watch) {
    outlet->watch = watch_writable(outlet->output.fd, on_room, outlet);
  }
  return outlet->watch != NULL;
}

bool outlet_write(struct outlet *outlet, const char *data, size_t length) {
  if (outlet->is_broken) {
    return false;
  }
  ssize_t count = outlet->waiting ? 0 : output_some(&outlet->output, data, length);
  bool is_taken = count >= 0 &&
                  ((size_t) count == length || keep(outlet, data + count, length - (size_t) count));
  if (!is_taken) {
    fail(outlet, errno);
  }
  return is_taken;
}

bool outlet_is_full(const struct outlet *outlet) {
  return outlet->waiting != NULL;
}
