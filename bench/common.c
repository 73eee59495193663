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

void finish(void) {
  if (timing.count == 0) fail("nothing was measured");
  double mean = (double) (timing.last_ns - timing.begin_ns) / timing.count;
  qsort(timing.spans, (size_t) timing.count, sizeof *timing.spans, compare);
  leave_with("us", timing.spans[timing.count / 2] / 1e3, mean / 1e3, (uint64_t) timing.count);
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

static void read_request(int argc, char **argv) {
  if (argc < 4)
    fail("usage: %s SCENARIO AMOUNT CHILDREN [memory=MIB] [open=N] [live=N] [pipes=1]", argv[0]);
  request.scenario = argv[1];
  request.amount = atol(argv[2]);
  request.exit_path = child_path(argv[3], "exit");
  request.line_path = child_path(argv[3], "line");
  request.wait_path = child_path(argv[3], "wait");
  request.flood_path = child_path(argv[3], "flood");
  for (int i = 4; i < argc; i++) {
    const char *value = strchr(argv[i], '=');
    if (!value) fail("what is %s?", argv[i]);
    long number = atol(++value);
    if (strncmp(argv[i], "memory=", 7) == 0)
      request.memory_mib = number;
    else if (strncmp(argv[i], "open=", 5) == 0)
      request.open = number;
    else if (strncmp(argv[i], "live=", 5) == 0)
      request.live = number;
    else if (strncmp(argv[i], "pipes=", 6) == 0)
      request.live_pipes = number != 0;
    else
      fail("what is %s?", argv[i]);
  }
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
