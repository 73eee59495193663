/* SPDX-License-Identifier: MIT */
/*
 * What the contenders in C have in common: the command line, the clock, what is prepared before
 * measuring, and the line that is printed.
 *
 *     CONTENDER SCENARIO AMOUNT CHILDREN [memory=MIB] [open=N] [live=N] [pipes=1] ...
 *
 * CHILDREN is the folder of the tiny programs. Before measuring, `memory` is touched, `open`
 * descriptors are opened, and `live` children are started, with three pipes each if `pipes`.
 *
 *     exit     children one after the other, stdio ignored            AMOUNT milliseconds
 *     pipes    the same, with three pipes, read to their end          AMOUNT milliseconds
 *     line     the same, one line captured through one pipe           AMOUNT milliseconds
 *     exec     the same, by what runs a command and collects          AMOUNT milliseconds
 *     sync     the same as exit, by a call that blocks                AMOUNT milliseconds
 *     crowd    so many started, then all of them reaped               AMOUNT children
 *     stream   read from a pipe                                       AMOUNT MiB
 *     socket   read from a socket pair                                AMOUNT MiB
 *     collect  read from a pipe into one piece of memory              AMOUNT MiB
 *     call     as exit, but the time inside the call that starts it   AMOUNT milliseconds
 *     collects outputs of 16 MiB, one after the other, as collect     AMOUNT milliseconds
 *     heap     memory per live child with three pipes                 AMOUNT children
 *
 * Those of messages and values stand in messages.h and values.c. The line is UNIT MEDIAN MEAN
 * COUNT: microseconds (us) a child, GB a second (GB/s), bytes a child (bytes) or what was done
 * in a second (/s), and how many children, bytes or times were counted and checked.
 */
#ifndef BENCH_COMMON_H
#define BENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request {
  const char *scenario;
  long amount;
  long memory_mib;
  long open;
  long live;
  bool live_pipes;
  long size;
  bool is_object, is_advanced, is_buffer;
  const char *peer;     /* NULL: none was named */
  const char *children; /* the folder of the tiny programs, and these */
  char *exit_path, *line_path, *wait_path, *flood_path;
};

extern struct request request;

struct scenario {
  const char *name;
  void (*run)(void); /* returns, or calls finish() from a callback */
};

/** A list of scenarios that ends in one without a name; `live` starts one child that stays. */
int bench_main(int argc, char **argv, const struct scenario *scenarios, void (*live)(bool pipes));

enum { EXIT_CODE = 7 };
extern const char LINE[];
extern const size_t LINE_LENGTH;

/** Ends the program: something did not happen as it should have. */
_Noreturn __attribute__((format(printf, 1, 2))) void fail(const char *format, ...);

uint64_t now_ns(void);

/** Before the first child, and whenever one has ended: whether to start another. */
bool another(void);

/** Prints what another() has counted and ends the program, whatever still lives. */
_Noreturn void finish(void);
/** The same, where each was a block of so many: prints how many went in a second. */
_Noreturn void finish_blocks(long length);
/** The same of something that has another unit. */
_Noreturn void finish_with(const char *unit, double value, uint64_t count);
/** The same of bytes that came since `start_ns`; there must be request.amount MiB. */
_Noreturn void finish_bytes(uint64_t start_ns, uint64_t bytes);

/** Bytes that the heap has handed out. */
size_t heap_bytes(void);

/** Checks a line that was captured. */
void check_line(const char *data, size_t length);
void check_exit(int code, int signal, int expected);

#endif
