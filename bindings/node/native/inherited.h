/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that this program was given without being asked, such as those of a shell's <(...),
 * and that its children find, too. Node passes on whatever is open without close-on-exec; we pass
 * on what was so when we were loaded, and nothing that somebody has opened since.
 */
#ifndef ADDON_INHERITED_H
#define ADDON_INHERITED_H

#include <stdbool.h>

struct inherited {
  int *fds; /* ascending, all above stderr */
  int count;
};

void inherited_init(struct inherited *inherited);
void inherited_done(struct inherited *inherited);
/** Whether a child still gets that one. */
bool inherited_is_open(int fd);

#endif
