/* SPDX-License-Identifier: MIT */
#include "common.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct request request;

const char LINE[] = "one line from the child\n";
const size_t LINE_LENGTH = sizeof LINE - 1;

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void) vfprintf(stderr, format, arguments);
  va_end(arguments);
  (void) fputc('\n', stderr);
  _exit(1);
}

uint64_t now_ns(void) {
  struct timespec now;
  (void) clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

void check_line(const char *data, size_t length) {
  if (length != LINE_LENGTH || memcmp(data, LINE, length) != 0)
    fail("captured %zu bytes instead of the line", length);
}

void check_exit(int code, int signal, int expected) {
  if (code != expected || signal != 0)
    fail("the child ended with code %d, signal %d instead of code %d", code, signal, expected);
}

size_t heap_bytes(void) {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/* ---- time per child ---- */

enum { MOST = 1 << 20, FEWEST = 5 };

static struct {
  uint64_t begin_ns, last_ns, warm_until_ns, end_ns;
  bool has_begun, is_warm;
  long warm_count;
  uint32_t *spans; /* of each child; a page of them serves a thousand */
  int count;
} timing;

static void begin_timing(uint64_t now) {
  uint64_t budget = (uint64_t) request.amount * 1000000;
  timing.has_begun = true;
  timing.warm_until_ns = now + budget / 3;
  timing.spans = malloc(MOST * sizeof *timing.spans);
  if (!timing.spans) fail("no memory");
}

/* A third of the time is for warming up, then the clock starts. */
static void warm_up(uint64_t now) {
  if (++timing.warm_count < FEWEST || now < timing.warm_until_ns) return;
  timing.is_warm = true;
  timing.begin_ns = timing.last_ns = now;
  timing.end_ns = now + (uint64_t) request.amount * 1000000;
}

bool another(void) {
  uint64_t now = now_ns();
  if (!timing.has_begun) {
    begin_timing(now);
  } else if (!timing.is_warm) {
    warm_up(now);
  } else {
    timing.spans[timing.count++] = (uint32_t) (now - timing.last_ns);
    timing.last_ns = now;
    return timing.count < FEWEST || (now < timing.end_ns && timing.count < MOST);
  }
  return true;
}

static int compare(const void *a, const void *b) {
  uint32_t first = *(const uint32_t *) a, second = *(const uint32_t *) b;
  return (first > second) - (first < second);
}

static _Noreturn void leave_with(const char *unit, double median, double mean, uint64_t count) {
  (void) printf("%s %.4f %.4f %llu\n", unit, median, mean, (unsigned long long) count);
  (void) fflush(stdout);
  _exit(0); /* children that still live are the driver's to end */
}

/* Of the spans: sorts them. */
static void sum_up(double *ret_median_ns, double *ret_mean_ns) {
  if (timing.count == 0) fail("nothing was measured");
  qsort(timing.spans, (size_t) timing.count, sizeof *timing.spans, compare);
  *ret_median_ns = timing.spans[timing.count / 2];
  *ret_mean_ns = (double) (timing.last_ns - timing.begin_ns) / timing.count;
}

void finish(void) {
  double median_ns, mean_ns;
  sum_up(&median_ns, &mean_ns);
  leave_with("us", median_ns / 1e3, mean_ns / 1e3, (uint64_t) timing.count);
}

void finish_blocks(long length) {
  double median_ns, mean_ns;
  double of_block = (double) length * 1e9;
  sum_up(&median_ns, &mean_ns);
  leave_with("/s", of_block / median_ns, of_block / mean_ns,
             (uint64_t) timing.count * (uint64_t) length);
}

void finish_with(const char *unit, double value, uint64_t count) {
  leave_with(unit, value, value, count);
}

void finish_bytes(uint64_t start_ns, uint64_t bytes) {
  double seconds = (double) (now_ns() - start_ns) / 1e9;
  if (bytes != (uint64_t) request.amount << 20) fail("%llu bytes came", (unsigned long long) bytes);
  finish_with("GB/s", (double) bytes / 1e9 / seconds, bytes);
}

/* ---- preparing ---- */

static void touch_memory(void) {
  if (!request.memory_mib) return;
  size_t size = (size_t) request.memory_mib << 20;
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail("no memory");
  /* Small pages, as a program has them that came to its size bit by bit. */
  (void) madvise(memory, size, MADV_NOHUGEPAGE);
  for (size_t at = 0; at < size; at += 4096) memory[at] = 1;
}

static void open_descriptors(void) {
  for (long i = 0; i < request.open; i++)
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) fail("cannot open %ld descriptors", i);
}

static char *child_path(const char *folder, const char *name) {
  char *path;
  if (asprintf(&path, "%s/%s", folder, name) < 0) fail("no memory");
  return path;
}

/* What may follow the children's folder. */
static void read_word(const char *word) {
  static const struct {
    const char *name;
    long *number;
    bool *is;
  } known[] = {
    { "memory=", &request.memory_mib, NULL },
    { "open=", &request.open, NULL },
    { "live=", &request.live, NULL },
    { "pipes=", NULL, &request.live_pipes },
    { "size=", &request.size, NULL },
    { "object=", NULL, &request.is_object },
    { "advanced=", NULL, &request.is_advanced },
    { "buffer=", NULL, &request.is_buffer },
  };
  if (strncmp(word, "peer=", 5) == 0) {
    request.peer = word + 5;
    return;
  }
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    size_t length = strlen(known[i].name);
    if (strncmp(word, known[i].name, length) != 0) continue;
    long number = atol(word + length);
    if (known[i].number) *known[i].number = number;
    if (known[i].is) *known[i].is = number != 0;
    return;
  }
  fail("what is %s?", word);
}

static void read_request(int argc, char **argv) {
  if (argc < 4) fail("usage: %s SCENARIO AMOUNT CHILDREN [NAME=VALUE...]", argv[0]);
  request.scenario = argv[1];
  request.amount = atol(argv[2]);
  request.children = argv[3];
  request.exit_path = child_path(argv[3], "exit");
  request.line_path = child_path(argv[3], "line");
  request.wait_path = child_path(argv[3], "wait");
  request.flood_path = child_path(argv[3], "flood");
  for (int i = 4; i < argc; i++) read_word(argv[i]);
}

int bench_main(int argc, char **argv, const struct scenario *scenarios, void (*live)(bool pipes)) {
  read_request(argc, argv);
  const struct scenario *scenario = scenarios;
  while (scenario->name && strcmp(scenario->name, request.scenario) != 0) scenario++;
  if (!scenario->name) fail("no such scenario here: %s", request.scenario);
  touch_memory();
  open_descriptors();
  for (long i = 0; i < request.live; i++) live(request.live_pipes);
  scenario->run();
  finish();
}
