/* SPDX-License-Identifier: MIT */
/*
 * Descriptors over a socket: sent with the first byte of a write, received with a read.
 */
#ifndef CP_IPC_DESCRIPTOR_H
#define CP_IPC_DESCRIPTOR_H

#include "child_process.h"

#include <stddef.h>
#include <sys/types.h>

/** What came with the bytes of one read. */
struct descriptor_received {
  int fd;       /* close-on-exec, and none of 0, 1 and 2; -1: none */
  bool is_lost; /* one came that we have no room for */
  bool is_more; /* more than one came; the kernel has closed the others */
};

/** As io_read(). */
ssize_t descriptor_read(int socket, char *into, size_t size, struct descriptor_received *ret);

/**
 * Writes what goes without waiting, the first byte with `fd` (-1: none). Bytes, at least one, or a
 * negative code: -EAGAIN when nothing goes, -EPIPE when nobody reads. Never SIGPIPE.
 */
ssize_t descriptor_write(int socket, const char *data, size_t length, int fd);

/** Lets more than twice as many bytes wait in it, as far as the system allows. */
int descriptor_grow(int socket);

/** A copy of a descriptor of the caller's: -EBADF, -EMFILE. */
int descriptor_copy(int fd);

/** Whether it is what Node would make of that type; a code of errno. The type is not NONE. */
int descriptor_check(cp_handle handle);

#endif
