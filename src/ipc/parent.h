/* SPDX-License-Identifier: MIT */
#ifndef CP_IPC_PARENT_H
#define CP_IPC_PARENT_H

#include "ipc/channel.h"

/** As cp_parent(); takes a hold of the loop. NULL without memory, explained. */
cp_channel *parent_open(struct loop *loop, int fd, cp_serialization serialization);
/** The one that there is; NULL. */
cp_channel *parent_channel(void);
/** cp_channel_ref(), cp_channel_unref(): from now on that counts. */
void parent_set_ref(cp_channel *channel, bool is_ref);
/** Whether it keeps the loop alive. */
bool parent_has_ref(void);

#endif
