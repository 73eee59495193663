/* SPDX-License-Identifier: MIT */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** A descriptor that is written to: our stdout, our stderr or a file. Lent, never closed here. */
struct output {
  int fd;
  bool is_file;        /* a write never has to wait */
  bool is_socket;      /* a single write can be told not to wait */
  bool is_nowait_pipe; /* so can one to a pipe, by a kernel that is not too old */
};

void output_init(struct output *output, int fd);

/**
 * Writes what can be written without waiting. The number of bytes, 0 if there is no room; -1
 * with errno only when nothing was written.
 */
ssize_t output_some(struct output *output, const char *data, size_t length);

/** Writes everything and waits for it. 0, or -1 with errno. */
int output_all(int fd, const char *data, size_t length);

#endif
