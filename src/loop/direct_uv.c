/* SPDX-License-Identifier: MIT */
/*
 * A busy descriptor on libuv's loop by itself. Through our set each turn costs one epoll_wait()
 * more: nothing for an end of a child, but a tenth of a message that goes to and fro.
 */
#include "base/memory.h"
#include "loop/uv_parts.h"

#include <errno.h>
#include <sys/epoll.h>

struct direct {
  uv_poll_t poll;
  struct list link; /* in the host's */
  struct uv_host *host;
  struct loop_watch *watch; /* NULL: nobody wants it any more, and it is closing */
  uint32_t ready;
};

static void on_closed(uv_handle_t *handle) {
  struct direct *direct = handle->data;
  struct uv_host *host = direct->host;
  list_remove(&direct->link);
  memory_free(direct);
  host_handle_closed(host);
}

/* A host that ends by uv_walk() and uv_close() may have closed it before us: then it is libuv's
 * for as long as the loop lives, and nobody tells us when that is over. */
static void close_direct(struct direct *direct) {
  if (direct->watch) direct->watch->direct = NULL;
  direct->watch = NULL;
  if (!uv_is_closing((uv_handle_t *) &direct->poll))
    uv_close((uv_handle_t *) &direct->poll, on_closed);
}

/* What runs before it in this turn may have given it up. */
static void run_direct(struct loop *loop) {
  struct uv_host *host = LIST_ENTRY(loop, struct uv_host, loop);
  struct direct *direct = host->direct;
  host->direct = NULL;
  if (!direct->watch) return;
  /* libuv listens no more after an error; with data before it, there is more to be told. */
  if (direct->ready & EPOLLERR) direct->watch->is_spent = true;
  direct->watch->ready(direct->watch, direct->ready);
}

/* libuv tells an error as a status; reading then tells what it was. */
static void on_poll(uv_poll_t *poll, int status, int events) {
  struct direct *direct = poll->data;
  struct uv_host *host = direct->host;
  if (host_is_of_other_process(host)) return;
  direct->ready = status < 0 ? EPOLLIN | EPOLLERR | EPOLLHUP : 0;
  if (events & UV_READABLE) direct->ready |= EPOLLIN;
  if (events & UV_WRITABLE) direct->ready |= EPOLLOUT;
  if (events & UV_DISCONNECT) direct->ready |= EPOLLRDHUP;
  host->direct = direct;
  loop_turn(&host->loop, run_direct);
}

static struct direct *direct_new(struct uv_host *host, struct loop_watch *watch, int *ret_error) {
  *ret_error = -ENOMEM;
  struct direct *direct = memory_new(sizeof *direct);
  if (!direct) return NULL;
  *ret_error = uv_poll_init(host->uv, &direct->poll, watch->fd);
  if (*ret_error < 0) {
    memory_free(direct);
    return NULL;
  }
  direct->host = host;
  direct->watch = watch;
  direct->poll.data = direct;
  host->handles++;
  list_append(&host->directs, &direct->link);
  watch->direct = direct;
  return direct;
}

int direct_watch(struct uv_host *host, struct loop_watch *watch, uint32_t events) {
  int error = 0;
  struct direct *direct = watch->direct ? watch->direct : direct_new(host, watch, &error);
  if (!direct) return error;
  if (uv_is_closing((uv_handle_t *) &direct->poll)) return -ECANCELED; /* the host is ending */
  int wanted = (events & EPOLLIN ? UV_READABLE : 0) | (events & EPOLLOUT ? UV_WRITABLE : 0);
  if (events & EPOLLRDHUP) wanted |= UV_DISCONNECT;
  error = uv_poll_start(&direct->poll, wanted, on_poll);
  if (error < 0) close_direct(direct);
  uv_unref((uv_handle_t *) &direct->poll); /* the loop counts who keeps it alive */
  return error;
}

void direct_unwatch(struct loop_watch *watch) {
  if (watch->direct) close_direct(watch->direct);
}

struct loop_watch *direct_first(struct uv_host *host) {
  struct loop_watch *watch = NULL;
  for (struct list *at = host->directs.next; at != &host->directs && !watch; at = at->next)
    watch = LIST_ENTRY(at, struct direct, link)->watch;
  return watch;
}

bool direct_has_handle(const struct uv_host *host, const uv_handle_t *handle) {
  for (struct list *at = host->directs.next; at != &host->directs; at = at->next)
    if ((const uv_handle_t *) &LIST_ENTRY(at, struct direct, link)->poll == handle) return true;
  return false;
}

void direct_close_all(struct uv_host *host) {
  for (struct list *at = host->directs.next; at != &host->directs; at = at->next)
    close_direct(LIST_ENTRY(at, struct direct, link));
}

void direct_forget_all(struct uv_host *host) {
  while (!list_is_empty(&host->directs)) {
    struct direct *direct = LIST_ENTRY(host->directs.next, struct direct, link);
    list_remove(&direct->link);
    memory_free(direct);
  }
}
