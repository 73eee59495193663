/* SPDX-License-Identifier: MIT */
#ifndef CLI_REDIRECT_H
#define CLI_REDIRECT_H

/** What the child finds at 0, 1 and 2. */
struct redirect {
  int slots[5];  /* for cp_options */
  int opened[3]; /* files of ours; -1 */
};

/**
 * Makes it from the words of --stdin, --stdout and --stderr; a word that is NULL is the default.
 * Opens the files that are named. 0, or an exit code: then a message was printed.
 */
int redirect_open(struct redirect *redirect, const char *const words[3]);

/** The same for a child with a channel, which has our stdin and stdout. */
int redirect_open_beside_channel(struct redirect *redirect, const char *const words[3]);

void redirect_close(struct redirect *redirect);

/** Opens a file for our own output, too. -1: then a message was printed. */
int redirect_open_target(const char *path);

#endif
