/* SPDX-License-Identifier: MIT */
/* The system does not take a descriptor: that message alone is lost, and the others go on. */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <uv.h>

#include "line.h"
#include "support/system.h"

struct told {
  int sent, lost, number;
};

static void on_sent(cp_channel *channel, const cp_error *error, void *user) {
  struct told *told = user;
  (void) channel;
  if (!error) told->sent++;
  if (!error) return;
  told->lost++;
  told->number = error->number;
}

static int pass(struct line *line, const char *json, struct told *told) {
  const cp_send_options options = { .handle = { CP_HANDLE_NATIVE, 0 },
                                    .sent = told ? on_sent : NULL,
                                    .user = told };
  return cp_send(line->channel, json, &options);
}

TEST_OF_BOTH(a_descriptor_that_the_system_does_not_take_loses_its_message_alone) {
  struct told told = { 0 };
  int before = count_descriptors();
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  CHECK_INT(pass(line, "2", &told), 0);
  CHECK_INT(cp_send(line->channel, "3", NULL), 0);
  CHECK_INT(pass(line, "4", &told), 0);
  CHECK_INT(cp_send(line->channel, "5", NULL), 0);
  deny_call(SYS_sendmsg, ETOOMANYREFS);
  line_pull_bytes(line, 6);
  CHECK_STR(line_wired(line), "1\n3\n5\n");
  RUN_UNTIL(NULL, told.lost == 2);
  CHECK_INT(told.sent, 0);
  CHECK_INT(told.number, UV_EMFILE);
  CHECK_INT(line->errors, 0);
  CHECK(cp_connected(line->channel));
  CHECK_INT(count_descriptors(), before);
}

TEST_OF_BOTH(a_descriptor_that_the_system_does_not_take_is_an_error_where_nobody_is_told) {
  CHECK_INT(pass(line, "1", NULL), 0);
  deny_call(SYS_sendmsg, ETOOMANYREFS);
  RUN_UNTIL(NULL, line->errors == 1);
  CHECK_INT(line->error->number, UV_EMFILE);
  CHECK(cp_connected(line->channel));
}

TEST_OF_BOTH(one_error_tells_of_a_broken_channel_with_messages_that_nobody_is_told_of) {
  line_listen(line);
  CHECK_INT(cp_send(line->channel, "1", NULL), 0);
  CHECK_INT(pass(line, "2", NULL), 0);
  CHECK_INT(cp_send(line->channel, "3", NULL), 0);
  line_say_now(line, "garbage\n");
  RUN_UNTIL(NULL, line->disconnects == 1);
  CHECK_INT(line->errors, 1);
  CHECK_INT(line->error->number, UV_EPROTO);
}
