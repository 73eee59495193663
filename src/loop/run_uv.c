/* SPDX-License-Identifier: MIT */
/*
 * cp_run(). While nothing but children and channels is on the uv_loop_t, its turns are made here:
 * by one poll() on a few descriptors, the youngest, and on the epoll set of all others. A child
 * that lives for a moment then costs no epoll_ctl(), and no turn costs what libuv needs to look
 * for timers, idlers and watchers of others. As soon as there is anything else, or uv_stop() was
 * called, the rest of the run is uv_run()'s.
 *
 * Whoever calls uv_run() himself sees none of this: then libuv watches the set from the start.
 */
#include "loop/host_uv.h"

#include "base/error.h"
#include "loop/uv_parts.h"

/* ---- few and many ---- */

/* Moves what is left of the few into the set. 0 or the first failure; what fails stays. */
static int move_to_set(struct uv_host *host) {
  int result = 0;
  for (int i = 0; i < host->few.count; i++) {
    struct loop_watch *watch = host->few.watches[i];
    if (!watch) continue;
    int taken = set_epoll_take(&host->set, watch);
    if (taken >= 0) {
      (void) set_poll_unwatch(&host->few, watch);
    } else if (result >= 0) {
      result = taken;
    }
  }
  return result;
}

/* The older ones make room: they are more likely to stay. If the set takes none, there are more
 * than a few of the few. */
int own_watch(struct uv_host *host, struct loop_watch *watch, uint32_t events) {
  bool is_new = !watch->is_active;
  bool is_in_set = !is_new && !set_poll_has(&host->few, watch);
  if (is_in_set) return set_epoll_watch(&host->set, watch, events);
  if (is_new && !set_poll_has_room(&host->few)) (void) move_to_set(host);
  return set_poll_watch(&host->few, watch, events);
}

void own_unwatch(struct uv_host *host, struct loop_watch *watch) {
  if (!set_poll_unwatch(&host->few, watch)) set_epoll_unwatch(&host->set, watch);
}

/* Those that libuv listens to by handles of their own. 0 or -ENOMEM, with the rest still there. */
static int take_directs(struct uv_host *host) {
  for (struct loop_watch *watch; (watch = direct_first(host));) {
    if (!watch->is_spent) {
      watch->is_active = false;
      int result = own_watch(host, watch, watch->events);
      watch->is_active = true;
      if (result < 0) return result;
    }
    direct_unwatch(watch);
  }
  return 0;
}

/* ---- who else is on the loop ---- */

struct search {
  const struct uv_host *host;
  int idle; /* handles of others that ask for nothing now */
  bool has_found;
};

static void look_for_others(uv_handle_t *handle, void *argument) {
  struct search *search = argument;
  if (host_has_handle(search->host, handle)) return;
  if (uv_is_active(handle) || uv_is_closing(handle)) search->has_found = true;
  search->idle++;
}

/* uv_loop_alive() would not do: a handle that was unref'd is to be served, too. The two members of
 * the loop are outside the part that libuv calls private. To walk over many each turn would cost
 * more than it saves. */
static bool only_ours(const struct uv_host *host) {
  enum { MANY = 16 };
  if (host->uv->stop_flag || host->uv->active_reqs.count > 0) return false;
  if (host_is_dead(host)) return false;
  struct search search = { .host = host };
  uv_walk(host->uv, look_for_others, &search);
  return !search.has_found && search.idle < MANY;
}

/* ---- one turn ---- */

/* What waits in vain beside a busy set is moved into it, and then needs no poll() around it. */
static void count_vain_waits(struct uv_host *host, bool few_are_ready) {
  enum { ENOUGH = 16 };
  host->vain_waits = few_are_ready ? 0 : host->vain_waits + 1;
  if (host->vain_waits < ENOUGH) return;
  host->vain_waits = 0;
  (void) move_to_set(host);
}

/* libuv's clock is set before anybody is called, who may start a timer of his. */
static void wait_and_run(struct loop *loop) {
  struct uv_host *host = LIST_ENTRY(loop, struct uv_host, loop);
  if (loop->alive <= 0) return; /* the tasks before this were the last */
  host->has_company = host_is_of_other_process(host) || !only_ours(host);
  if (host->has_company) return;
  if (host->handles > HOST_HANDLES) (void) uv_run(host->uv, UV_RUN_NOWAIT); /* to close them */
  int ms = loop_wait_ms(loop);
  bool few_are_ready = false;
  bool set_is_ready = true;
  if (host->few.count > 0) {
    int set_fd = host->set.count > 0 ? host->set.fd : -1;
    few_are_ready = set_poll_wait(&host->few, set_fd, ms, &set_is_ready);
    ms = 0;
  }
  if (set_is_ready) set_epoll_wait(&host->set, ms);
  uv_update_time(host->uv);
  if (few_are_ready) set_poll_run(&host->few);
  if (set_is_ready) {
    set_epoll_run(&host->set);
    count_vain_waits(host, few_are_ready);
  }
  loop_run_timers(loop);
}

/* ---- all turns ---- */

static bool has_work(const struct uv_host *host) {
  return host->loop.alive > 0 || !list_is_empty(&host->loop.tasks);
}

/* 0 or a negative code: then some of the few stay for the next run, unheard by libuv. */
static int turn_while_alone(struct uv_host *host) {
  loop_hold(&host->loop);
  host_pause(host);
  host->has_company = take_directs(host) < 0;
  while (has_work(host) && !host->has_company) loop_turn(&host->loop, wait_and_run);
  int result = move_to_set(host);
  host_resume(host);
  loop_release(&host->loop);
  return result;
}

int host_run(uv_loop_t *uv) {
  if (!uv) uv = host_default_loop();
  if (!uv) return cp_last_error()->number;
  struct uv_host *host = host_find(uv);
  if (host && loop_is_running(&host->loop))
    return error_argument(-EBUSY, "ERR_LOOP_RUNNING", "cp_run() inside a listener of that loop");
  if (host && !host_is_dead(host)) {
    int result = turn_while_alone(host);
    bool is_to_wait = !uv->stop_flag;
    if (result < 0 && is_to_wait) return error_system(result, "epoll");
  }
  return uv_run(uv, UV_RUN_DEFAULT) ? 1 : 0;
}
