/* SPDX-License-Identifier: MIT */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

/** Calls back from the loop that the children are on, as long as a descriptor is ready. */
struct watch;

typedef void (*watch_cb)(void *user);

/** Watches a descriptor of ours for reading. NULL, with errno, if that cannot be. */
struct watch *watch_readable(int fd, watch_cb callback, void *user);

/** Watches a descriptor that we share with others for something to read. NULL, with errno. */
struct watch *watch_shared_readable(int fd, watch_cb callback, void *user);

/** The same for room to write. */
struct watch *watch_writable(int fd, watch_cb callback, void *user);

/** Ends it; allowed inside its callback. The descriptor stays open. NULL is allowed. */
void watch_free(struct watch *watch);

#endif
