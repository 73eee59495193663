/* SPDX-License-Identifier: MIT */
/*
 * Feeds cat much more than a pipe holds, and counts what comes back. cp_write() takes
 * everything; CP_FULL asks us to wait, and `drain` to go on, so that memory stays small.
 */
#include <child_process.h>
#include <stdio.h>

#define TOTAL ((size_t) 16 * 1024 * 1024)

static size_t written, returned;

static void feed(cp_stream *to_cat, void *user) {
  static const char block[4096] = "four KiB: this text and zeros";
  (void) user;
  while (written < TOTAL) {
    written += sizeof block;
    if (cp_write(to_cat, block, sizeof block) != 0) {
      return; /* CP_FULL: called again at `drain`; or an error, and cat is gone */
    }
  }
  cp_end(to_cat);
}

static void count(cp_stream *from_cat, const char *data, size_t length, void *user) {
  (void) from_cat, (void) data, (void) user;
  returned += length;
}

static void report(cp_child *child, int code, int signal, void *user) {
  (void) child, (void) signal, (void) user;
  printf("wrote %zu bytes, cat returned %zu\n", written, returned);
  printf("cat exited with code %d\n", code);
}

int main(void) {
  cp_child *cat = cp_spawn("cat", NULL, NULL);
  cp_on_drain(cp_stdin(cat), feed, NULL);
  cp_on_data(cp_stdout(cat), count, NULL);
  cp_on_close(cat, report, NULL);
  feed(cp_stdin(cat), NULL);
  return cp_run(NULL);
}
