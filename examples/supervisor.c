/* SPDX-License-Identifier: MIT */
/*
 * Keeps a worker running on a loop of our own: when it crashes, or takes longer than half a second,
 * it is started again, each time after twice the wait. Timers are libuv's; so this program includes
 * <uv.h>, and is linked with libuv too: pkg-config --cflags --libs child_process libuv.
 */
#include <child_process.h>
#include <inttypes.h>
#include <stdio.h>
#include <uv.h>

struct supervisor {
  uv_loop_t loop;
  uv_timer_t timer;
  uint64_t wait_ms;
  int starts;
};

/* Fails in a different way each time, and does its work in the end. */
static const char worker[] = "case $0 in"
                             " 1) exit 3 ;;"
                             " 2) kill -SEGV $$ ;;"
                             " 3) exec sleep 60 ;;"
                             " esac";

static void start(uv_timer_t *timer);

static void explain(cp_child *child, const cp_error *error, void *user) {
  (void) child, (void) user;
  fprintf(stderr, "%s\n", error->message);
}

/* Also comes when it could not be started; then the code is a negative one. */
static void ended(cp_child *child, int code, int signal, void *user) {
  struct supervisor *all = user;
  const char *name = cp_signal_name(signal);
  if (signal == 0) {
    printf("start %d: code %d\n", all->starts, code);
  } else { /* not every signal has a name */
    printf("start %d: killed by %s%s\n", all->starts, name ? name : "another signal",
           cp_timed_out(child) ? ", it took too long" : "");
  }
  if ((signal == 0 && code == 0) || all->starts == 10) {
    uv_close((uv_handle_t *) &all->timer, NULL); /* with it ends the loop */
    return;
  }
  printf("again in %" PRIu64 " ms\n", all->wait_ms);
  uv_timer_start(&all->timer, start, all->wait_ms, 0);
  all->wait_ms *= 2;
}

static void start(uv_timer_t *timer) {
  struct supervisor *all = timer->data;
  char number[16];
  snprintf(number, sizeof number, "%d", ++all->starts);
  cp_options options = { .loop = &all->loop, .timeout_ms = 500, .stdio = CP_STDIO_INHERIT };
  cp_child *child = cp_spawn("sh", CP_ARGS("-c", worker, number), &options);
  if (!child) { /* no memory, or no descriptor: no `close` will come */
    fprintf(stderr, "%s\n", cp_last_error()->message);
    uv_timer_start(timer, start, 1000, 0);
    return;
  }
  cp_on_error(child, explain, all);
  cp_on_close(child, ended, all);
}

int main(void) {
  struct supervisor all = { .wait_ms = 50 };
  if (uv_loop_init(&all.loop) != 0 || uv_timer_init(&all.loop, &all.timer) != 0) return 1;
  all.timer.data = &all;
  start(&all.timer);
  uv_run(&all.loop, UV_RUN_DEFAULT); /* or cp_run(&all.loop) */
  return uv_loop_close(&all.loop) != 0;
}
