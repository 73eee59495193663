/* SPDX-License-Identifier: MIT */
/*
 * Bytes: those that tests borrow, and those that a test must not leave behind. What the library
 * allocates is counted. For what others do on its behalf (libuv) the whole heap is looked at: under
 * AddressSanitizer by LeakSanitizer; in a plain build the heap in use is compared, exact because
 * the runner switches glibc's thread cache off.
 */
#include "internal.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "process/ways.h"

enum { THREADS_SLACK = 1 << 18 };

struct block {
  struct block *next;
  void *memory;
};

struct ending {
  struct ending *next;
  void (*call)(void *argument);
  void *argument;
};

static struct block *blocks;
static struct ending *endings;
static size_t heap_before;
static size_t heap_slack;

/* What the library has allocated and not freed, exactly, in every kind of build. */
static atomic_long live;
static atomic_long requests;
static long fail_at;
static bool fail_later_too;

/* Weak: there only when the program is built with AddressSanitizer. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static void *must(void *memory) {
  if (!memory) check_failed(__FILE__, __LINE__, "the test itself has no memory");
  return memory;
}

void *test_alloc(size_t size) {
  struct block *block = must(malloc(sizeof *block));
  block->memory = must(calloc(1, size ? size : 1));
  block->next = blocks;
  blocks = block;
  return block->memory;
}

void *test_grow(void *memory, size_t size) {
  for (struct block *block = blocks; block; block = block->next) {
    if (block->memory != memory) continue;
    block->memory = must(realloc(memory, size));
    return block->memory;
  }
  check_failed(__FILE__, __LINE__, "test_grow() of memory that is not of test_alloc()");
}

void test_at_end(void (*call)(void *argument), void *argument) {
  struct ending *ending = test_alloc(sizeof *ending);
  *ending = (struct ending){ endings, call, argument };
  endings = ending;
}

void test_free_all(void) {
  for (; endings; endings = endings->next) endings->call(endings->argument);
  while (blocks) {
    struct block *block = blocks;
    blocks = block->next;
    free(block->memory);
    free(block);
  }
}

void test_heap_slack(size_t bytes) {
  heap_slack = bytes;
}

static bool fails_now(void) {
  long request = ++requests;
  return fail_at && (request == fail_at || (fail_later_too && request > fail_at));
}

static void *counted(void *memory) {
  if (memory) live++;
  return memory;
}

static void *allocate(size_t count, size_t size) {
  return fails_now() ? NULL : counted(calloc(count, size));
}

/* Not zero, so that who relies on that is seen. */
static void *allocate_raw(size_t size) {
  enum { DIRT = 0xa5 };
  void *memory = fails_now() ? NULL : counted(malloc(size));
  return memory ? memset(memory, DIRT, size) : NULL;
}

static void release(void *memory) {
  if (memory) live--;
  free(memory);
}

void test_fail_allocation(long number, bool later_too) {
  requests = 0;
  fail_at = number;
  fail_later_too = later_too;
}

bool test_allocation_failed(void) {
  return fail_at && requests >= fail_at;
}

void heap_remember(void) {
  static const struct memory_allocator counting = { allocate, allocate_raw, release };
  memory_set_allocator(&counting);
  heap_before = test_heap_in_use();
}

bool heap_of_library_is_clean(void) {
  if (live == 0) return true;
  report("  left over: %ld allocations of the library\n", (long) live);
  return false;
}

bool heap_is_clean(void) {
  if (!heap_of_library_is_clean()) return false;
  if (__lsan_do_recoverable_leak_check) {
    if (__lsan_do_recoverable_leak_check() == 0) return true;
    report("  left over: memory, see above\n");
    return false;
  }
  /* glibc keeps something of each thread that waited, as many as it keeps stacks. */
  bool has_threads = strncmp(ways_name(), "fork", 4) == 0;
  if (has_threads && heap_slack < THREADS_SLACK) heap_slack = THREADS_SLACK;
  size_t heap_after = test_heap_in_use();
  if (heap_after <= heap_before + heap_slack) return true;
  report("  left over: %zu bytes of memory\n", heap_after - heap_before);
  return false;
}
