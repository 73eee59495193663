/* SPDX-License-Identifier: MIT */
#ifndef TEST_HANDLE_PROGRAM_H
#define TEST_HANDLE_PROGRAM_H

#include <child_process.h>
#include <uv.h>

__attribute__((noreturn)) void die(const char *what);
const char *type_name(cp_handle_type type);
void on_error(cp_channel *channel, const cp_error *error, void *user);

struct server {
  uv_poll_t poll;
  int fd;
  void (*served)(void *user);
  void *user;
};

/* Takes a listening socket: one client is told our pid, then it is closed. */
void serve_one(int fd, void (*served)(void *user), void *user);
/* "PID LINE" */
void say_pid(int fd, const char *line);

/* handle_parent.c */
int be_parent(char **arguments);
int be_raw_parent(char **arguments);

/* value_parent.c */
int exchange_values(char **arguments);

#endif
