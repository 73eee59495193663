/* SPDX-License-Identifier: MIT */
#ifndef TEST_HELPER_H
#define TEST_HELPER_H

#include <stddef.h>

int write_all(int fd, const void *data, size_t length);

/* report.c: what the process has been given. */
int report_descriptors(char **arguments);
int report_kinds(char **arguments);
int expect_descriptors(char **arguments);
int report_signals(char **arguments);
int report_ids(char **arguments);
int report_cwd(char **arguments);

/* ipc.c: what has a channel. */
int lend_channel(char **arguments);
int say(char **arguments);
int say_numbers(char **arguments);
int say_endlessly(char **arguments);
int count_channel(char **arguments);
int talk_first(char **arguments);
int leave_channel(char **arguments);

#endif /* TEST_HELPER_H */
