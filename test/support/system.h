/* SPDX-License-Identifier: MIT */
/* What tests do to their own process, and ask of the system. */
#ifndef TEST_SYSTEM_H
#define TEST_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

/* An id that no account has, so that its processes are ours alone. */
unsigned test_stranger(void);
/* Whether we are root, and a child that becomes another user can run a program here. */
bool others_may_run(void);
/* Ends the test as skipped without root, or where no other user can run anything. */
void need_root(void);
/* Root becomes that stranger for good, without groups and capabilities; others stay as they are. */
void become_unprivileged(void);

/* From now on, here and in all children, this system call fails with this errno. */
void deny_call(int number, int error);
/* The same, only where the argument with this index (from 0) has one of these bits set. */
void deny_call_with(int number, int index, unsigned bits, int error);
/* No signal may be sent, in whatever way the library sends them: EPERM. */
void deny_signals(void);

int count_descriptors(void);
/* The lowest limit that leaves exactly `spare` descriptors to be opened from now on. */
void leave_descriptors(int spare);

/* Makes all of 0, 1, 2 that are in `set` (bit 0 is 0) closed; and brings them back. */
void close_standard(unsigned set);
void restore_standard(void);
/* Puts `fd` in the place of `standard` until restore_standard(). */
void replace_standard(int standard, int fd);

/* A new file in test_dir() with this text and mode; returns its path. */
const char *make_file(const char *name, const char *text, unsigned mode);
/* A folder in test_dir(). */
const char *make_folder(const char *name, unsigned mode);
/* A descriptor of an empty, unnamed file; close-on-exec only if asked for. */
int make_anonymous(bool cloexec);
unsigned long inode_of(int fd);
/* All that is in the file from its start, as a string. */
const char *contents_of(int fd);

/* A string of `length` times `c`. */
const char *string_of(char c, size_t length);
__attribute__((format(printf, 1, 2))) const char *text(const char *format, ...);

#endif /* TEST_SYSTEM_H */
