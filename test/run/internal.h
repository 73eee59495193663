/* SPDX-License-Identifier: MIT */
/* What the files of the runner share and the tests do not see. */
#ifndef TEST_RUN_INTERNAL_H
#define TEST_RUN_INTERNAL_H

#include <stdint.h>
#include <sys/types.h>

#include "run.h"

/* How a test process ends; anything else is a crash. */
enum { TEST_PASSED = 0, TEST_FAILED = 61, TEST_SKIPPED = 62 };

/* check.c */
void report_open(void);
__attribute__((format(printf, 1, 2))) void report(const char *format, ...);
size_t report_noted(void); /* so many bytes of the output are notes */

/* guard.c: what must be the same after a test as before it. */
void guard_begin(void);
bool guard_end(void);         /* false, and reported, if something is left over */
bool guard_end_quickly(void); /* the same, without a look at the heap of others */

/* memory.c */
void test_free_all(void);
void heap_remember(void);
bool heap_is_clean(void);
bool heap_of_library_is_clean(void);

/* place.c: folders and programs of one run. */
int place_open(void);
void place_close(void);
void place_enter(const char *test_name);

/* job.c: one test in its process. */
struct job {
  const struct test *test;
  pid_t pid; /* 0: this job is free */
  int pidfd; /* or -1, where there are none */
  int output;
  uint64_t started_ms;
  uint64_t deadline_ms;
  uint64_t used_ms; /* of a processor, with its children; known when it is finished */
  bool timed_out;
};

uint64_t now_ms(void);
int job_start(struct job *job, const struct test *test, uint64_t timeout_ms);
bool job_has_ended(const struct job *job);
int job_finish(struct job *job); /* prints a failure; returns TEST_... */

#endif /* TEST_RUN_INTERNAL_H */
