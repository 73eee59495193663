/* SPDX-License-Identifier: MIT */
/*
 * The test runner, as the tests see it.
 *
 *     TEST(a_missing_program_emits_error_then_close) {
 *       ...
 *       CHECK_INT(code, UV_ENOENT);
 *     }
 *
 * A test registers itself and runs in a process and a process group of its own. When its body has
 * returned, the runner compares what the process has with what it had: a descriptor, a child or
 * memory that is left over fails the test, and so does anything printed. A failed CHECK ends it.
 */
#ifndef TEST_RUN_H
#define TEST_RUN_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#  define TEST_ADDRESS_SANITIZED 1
#elif defined(__SANITIZE_THREAD__)
#  define TEST_THREAD_SANITIZED 1
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define TEST_ADDRESS_SANITIZED 1
#  elif __has_feature(thread_sanitizer)
#    define TEST_THREAD_SANITIZED 1
#  endif
#endif
#ifndef TEST_ADDRESS_SANITIZED
#  define TEST_ADDRESS_SANITIZED 0
#endif
#ifndef TEST_THREAD_SANITIZED
#  define TEST_THREAD_SANITIZED 0
#endif
#define TEST_SANITIZED (TEST_ADDRESS_SANITIZED || TEST_THREAD_SANITIZED)

enum test_kind {
  TEST_ANYWHERE,
  TEST_ONLY_PLAIN, /* means nothing under a sanitizer, and is not counted there */
  TEST_ONLY_SOAK,  /* too long for every day: run with --soak */
  TEST_OF_RUNNER   /* fails on purpose: run only when named by --misbehave */
};

struct test {
  const char *name;
  const char *file;
  enum test_kind kind;
  void (*body)(void);
  struct test *next;
};

void test_register(struct test *test);

#define TEST_OF_KIND(test_name, test_kind) \
  static void test_name(void); \
  static struct test test_name##_entry = { #test_name, __FILE__, test_kind, test_name, NULL }; \
  __attribute__((constructor)) static void test_name##_register(void) { \
    test_register(&test_name##_entry); \
  } \
  static void test_name(void)

#define TEST(name)             TEST_OF_KIND(name, TEST_ANYWHERE)
#define TEST_PLAIN(name)       TEST_OF_KIND(name, TEST_ONLY_PLAIN)
#define TEST_SOAK(name)        TEST_OF_KIND(name, TEST_ONLY_SOAK)
#define TEST_MISBEHAVING(name) TEST_OF_KIND(name, TEST_OF_RUNNER)

/* Each ends the test when it does not hold, with place, expression and values. */
#define CHECK(condition) check_true(__FILE__, __LINE__, #condition, (condition))
#define CHECK_INT(actual, expected) \
  check_int(__FILE__, __LINE__, #actual " == " #expected, (long long) (actual), \
            (long long) (expected))
#define CHECK_STR(actual, expected) \
  check_str(__FILE__, __LINE__, #actual " is " #expected, (actual), (expected))
#define CHECK_HAS(text, part) \
  check_has(__FILE__, __LINE__, #text " contains " #part, (text), (part))
#define CHECK_MEM(actual, actual_length, expected, expected_length) \
  check_mem(__FILE__, __LINE__, #actual " is " #expected, (actual), (actual_length), (expected), \
            (expected_length))

void check_true(const char *file, int line, const char *what, bool holds);
void check_int(const char *file, int line, const char *what, long long actual, long long expected);
void check_str(const char *file, int line, const char *what, const char *actual,
               const char *expected);
void check_has(const char *file, int line, const char *what, const char *text, const char *part);
void check_mem(const char *file, int line, const char *what, const void *actual,
               size_t actual_length, const void *expected, size_t expected_length);
__attribute__((format(printf, 3, 4), noreturn)) void check_failed(const char *file, int line,
                                                                  const char *format, ...);

/* A line that whoever reads the results should see, though the test passes. */
__attribute__((format(printf, 1, 2))) void test_note(const char *format, ...);

/* How much of something: `every_day`, or, with --soak, `soak`. */
int test_size(int every_day, int soak);

/* The same for what costs much: `brief` with --brief, in a run that repeats another one. */
int test_size_once(int every_day, int brief);

/* Ends the test as skipped; the runner counts it as such, and says why. */
__attribute__((noreturn)) void test_skip(const char *why);

/* Zeroed memory that the runner frees after the test, before it looks for leaks. */
void *test_alloc(size_t size);
void *test_grow(void *memory, size_t size);

/* Calls `call` after the test, before that memory is freed; the last one asked for comes first. */
void test_at_end(void (*call)(void *argument), void *argument);

/* From now on the library's allocation with this number (from 1), or from it on, fails; 0: none. */
void test_fail_allocation(long number, bool later_too);
bool test_allocation_failed(void);

/*
 * Lets the plain heap check pass with so many bytes more than before: for tests with threads,
 * whose stacks and arenas glibc keeps. LeakSanitizer sees those tests exactly.
 */
void test_heap_slack(size_t bytes);

/* What malloc() has given and not got back, of all parties; 0 where libc does not tell. */
size_t test_heap_in_use(void);

/* A folder for this test alone, readable by all, gone after the run. */
const char *test_dir(void);

/* The programs that tests start; copies in a folder that every user may enter. */
const char *test_helper(void);
const char *test_tiny(void);

/* The runner itself, for the tests of the runner. */
const char *test_runner(void);

#endif /* TEST_RUN_H */
