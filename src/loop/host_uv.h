/* SPDX-License-Identifier: MIT */
#ifndef CP_LOOP_HOST_UV_H
#define CP_LOOP_HOST_UV_H

struct uv_loop_s;

/**
 * libuv's default loop; made at first use, if there are descriptors enough for it. NULL: see
 * cp_last_error().
 */
struct uv_loop_s *host_default_loop(void);

/** Runs the host's loop. As cp_run(). */
int host_run(struct uv_loop_s *uv);

#endif
