/* SPDX-License-Identifier: MIT */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

/** What `child` exits with when it is not the child's exit code, as coreutils' timeout has
 * it; 123 is ours. */
enum {
  EXIT_TOO_MUCH_OUTPUT = 123,
  EXIT_TIMED_OUT = 124,
  EXIT_OUR_FAILURE = 125,
  EXIT_CANNOT_RUN = 126,
  EXIT_NOT_FOUND = 127,
  EXIT_SIGNAL_BASE = 128
};

/** Prints `child: `, the message and a newline on stderr, in one write. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Tells where help is to be had. `command` is NULL where none is known. EXIT_OUR_FAILURE. */
int message_hint(const char *command);

/** Both, for a command line that is wrong. Returns EXIT_OUR_FAILURE. */
int message_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
