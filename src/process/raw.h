/* SPDX-License-Identifier: MIT */
#ifndef CP_PROCESS_RAW_CHOICE_H
#define CP_PROCESS_RAW_CHOICE_H

#if defined(__x86_64__)
#  include "process/raw_x86_64.h"
#elif defined(__aarch64__)
#  include "process/raw_aarch64.h"
#else
#  error "no system calls by hand for this processor: write raw_*.h and clone3_*.S"
#endif

#endif
