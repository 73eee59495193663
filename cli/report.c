/* SPDX-License-Identifier: MIT */
/*
 * --json: what became of the child, for programs. A reader that went away is no failure, as with
 * all that is written.
 */
#include "report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "redirect.h"

int report_open(struct report *report, const struct options *options) {
  report->is_wanted = options->json;
  if (!options->json_file) {
    return 0;
  }
  report->fd = redirect_open_target(options->json_file);
  return report->fd < 0 ? EXIT_OUR_FAILURE : 0;
}

bool report_write(const struct report *report, const char *before, const struct outcome *outcome) {
  int fd = report->fd >= 0 ? report->fd : STDOUT_FILENO;
  if (!report->is_wanted || outcome_write_json(outcome, before, fd) == 0 || errno == EPIPE) {
    return true;
  }
  message("cannot write the JSON object: %s", strerror(errno));
  return false;
}

void report_close(struct report *report) {
  if (report->fd >= 0) {
    (void) close(report->fd);
    report->fd = -1;
  }
}
