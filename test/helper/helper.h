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

#endif /* TEST_HELPER_H */
