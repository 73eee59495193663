/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing on non-blocking descriptors of ours: pipes and socket pairs.
 */
#ifndef CP_LOOP_IO_H
#define CP_LOOP_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

/** Bytes read; 0 at the end; -EAGAIN when nothing is there yet; or a negative code. */
ssize_t io_read(int fd, char *into, size_t size);

/**
 * Writes what goes without waiting. Bytes written, or a negative code: -EAGAIN when nothing
 * goes, -EPIPE when nobody reads. Never SIGPIPE, and no change of its disposition.
 */
ssize_t io_write(int fd, bool is_socket, const struct iovec *parts, int count);

/**
 * Writes all to a descriptor that is not ours, of any kind, as far as it takes it; waits where it
 * does not block. Never SIGPIPE.
 */
void io_write_all(int fd, const char *data, size_t length);

/** Bytes that wait to be written. Zeroed, it is empty. */
struct writer {
  struct writer_chunk *first;
  struct writer_chunk *last;
  size_t queued;
};

/** Queues a copy. 0 or -ENOMEM, with nothing queued. */
int writer_add(struct writer *writer, const char *data, size_t length);
/** Writes what goes. 0, or a negative code; then `queued` tells what is left. */
int writer_flush(struct writer *writer, int fd, bool is_socket);
/** Drops what is left. */
void writer_done(struct writer *writer);

#endif
