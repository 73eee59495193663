/* SPDX-License-Identifier: MIT */
#ifndef TEST_VALUE_REBUILD_H
#define TEST_VALUE_REBUILD_H

#include "child_process.h"

/* The same tree again, made by the constructors of the header from what its readers tell: also
 * what stands at several places, and cycles. NULL where an array has more than items, or has very
 * many holes. */
cp_value *rebuild(const cp_value *value);

#endif
