/* SPDX-License-Identifier: MIT */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "child_process.h"

/** Reads a whole file, "-" for our stdin. 0, or an exit code: then a message was printed. */
int input_read(const char *path, cp_bytes *ret_input);
void input_free(cp_bytes *input);

#endif
