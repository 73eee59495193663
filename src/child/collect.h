/* SPDX-License-Identifier: MIT */
/*
 * A child that is run to its end, for exec and the blocking calls: its output is collected,
 * its input fed, and at `close` all becomes a cp_result.
 *
 * Output is read straight into the memory that the result will show, so that much of it costs
 * no more than it is.
 */
#ifndef CP_CHILD_COLLECT_H
#define CP_CHILD_COLLECT_H

#include "base/buffer.h"
#include "child/child.h"

enum collect_purpose {
  COLLECT_EXEC, /* `done` is called; a bad status is an error; `error` is emitted at a strike */
  COLLECT_EXEC_SYNC,  /* a bad status is an error */
  COLLECT_SPAWN_SYNC, /* it is none */
};

struct collect_slot {
  struct stream_sink sink;
  struct collect *collect;
  struct buffer buffer;
};

struct collect {
  cp_result result; /* the first: cp_result_free() has nothing else */
  struct child_owner owner;
  enum collect_purpose purpose;
  bool has_shell;
  cp_child *child; /* until `close` */
  cp_exec_cb done;
  void *user;

  size_t max_buffer;
  cp_bytes input; /* owned, or the blocking caller's */
  bool owns_input;
  size_t fed;
  struct loop_task feed_task;

  int struck; /* the first limit that struck, or how a stream failed; 0: none */
  int struck_slot;
  const char *struck_call; /* of a stream: what failed */

  int slot_count;
  struct collect_slot *slots; /* behind the struct, as is `output` */
  cp_bytes *output;
};

/** For a child with so many slots. NULL: no memory, see cp_last_error(). */
struct collect *collect_new(enum collect_purpose purpose, int slot_count,
                            const cp_options *options);
/** Takes charge of a child that was just started, or could not be. */
void collect_attach(struct collect *collect, cp_child *child);
void collect_free(struct collect *collect);

/** collect_error.c: what result->error is to be, of a result that has all else. May be NULL. */
const cp_error *collect_error(const struct collect *collect);
void collect_error_free(const cp_error *error);

#endif
