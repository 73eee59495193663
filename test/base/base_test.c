/* SPDX-License-Identifier: MIT */
/* The smallest parts: lists, descriptors, names. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <uv.h>

#include "base/errno_names.h"
#include "base/fd.h"
#include "base/list.h"
#include "run/run.h"
#include "support/system.h"

struct item {
  int number;
  struct list link;
};

static int sum_in_order(const struct list *list) {
  int sum = 0;
  for (struct list *at = list->next; at != list; at = at->next) {
    sum = sum * 10 + LIST_ENTRY(at, struct item, link)->number;
  }
  return sum;
}

TEST(a_list_keeps_its_order) {
  struct list list;
  struct item items[4] = { { .number = 1 }, { .number = 2 }, { .number = 3 }, { .number = 4 } };
  list_init(&list);
  CHECK(list_is_empty(&list));
  CHECK(list_is_loose(&items[0].link));
  for (int i = 0; i < 3; i++) list_append(&list, &items[i].link);
  CHECK_INT(sum_in_order(&list), 123);
  list_insert_after(&list, &items[3].link);
  CHECK_INT(sum_in_order(&list), 4123);
  list_remove(&items[1].link);
  list_remove(&items[1].link);
  CHECK(list_is_loose(&items[1].link));
  CHECK_INT(sum_in_order(&list), 413);
  for (int i = 0; i < 4; i++) list_remove(&items[i].link);
  CHECK(list_is_empty(&list));
}

TEST(a_list_is_taken_whole) {
  struct list from, to;
  struct item items[2] = { { .number = 1 }, { .number = 2 } };
  list_init(&from);
  list_take_all(&to, &from);
  CHECK(list_is_empty(&to));
  for (int i = 0; i < 2; i++) list_append(&from, &items[i].link);
  list_take_all(&to, &from);
  CHECK(list_is_empty(&from));
  CHECK_INT(sum_in_order(&to), 12);
  list_remove(&items[0].link);
  CHECK_INT(sum_in_order(&to), 2);
}

TEST(a_descriptor_is_moved_up) {
  int low = make_anonymous(false);
  int fd = fcntl(low, F_DUPFD, 100);
  unsigned long inode = inode_of(fd);
  close(low);
  int moved = fd_move_up(fd);
  CHECK(moved > 255);
  CHECK(fcntl(fd, F_GETFD) < 0);
  CHECK(fcntl(moved, F_GETFD) & FD_CLOEXEC);
  CHECK_INT(inode_of(moved), inode);
  fd_close(&moved);
  CHECK_INT(moved, -1);
  fd_close(&moved);
}

TEST(a_descriptor_stays_where_there_is_no_room_above) {
  int fd = make_anonymous(true);
  struct rlimit limit;
  CHECK_INT(getrlimit(RLIMIT_NOFILE, &limit), 0);
  struct rlimit low = { (rlim_t) fd + 1, limit.rlim_max };
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &low), 0);
  CHECK_INT(fd_move_up(fd), fd);
  CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
  close(fd);
}

TEST(a_descriptor_is_moved_off_stdio) {
  close_standard(1U << 0);
  int fd = make_anonymous(true);
  CHECK_INT(fd, 0);
  int moved = fd_move_off_stdio(fd);
  CHECK(moved > 2);
  CHECK(fcntl(0, F_GETFD) < 0);
  CHECK_INT(fd_move_off_stdio(moved), moved);
  close(moved);
  restore_standard();
}

TEST(no_descriptor_is_moved_nowhere) {
  CHECK_INT(fd_move_up(-1), -1);
  CHECK_INT(fd_move_off_stdio(-1), -1);
}

TEST(closing_keeps_errno) {
  int fd = 1999;
  errno = 77;
  fd_close(&fd);
  CHECK_INT(errno, 77);
  CHECK_INT(fd, -1);
}

TEST(every_errno_has_libuvs_name) {
#define ENTRY(name, text) { UV_##name, #name },
  static const struct {
    int number;
    const char *name;
  } names[] = { UV_ERRNO_MAP(ENTRY) };
#undef ENTRY
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    /* Below that libuv has errors of its own, of name look-ups. */
    if (names[i].number > -1000) CHECK_STR(errno_name(names[i].number), names[i].name);
    CHECK(errno_text(names[i].number) != NULL);
  }
  CHECK_STR(errno_name(-100000), "UNKNOWN");
  CHECK_STR(errno_text(-100000), "unknown error");
}

TEST(errnos_of_a_start_that_libuv_has_not_have_their_name) {
  CHECK_STR(errno_name(-ECHILD), "ECHILD");
  CHECK_STR(errno_text(-ECHILD), "no child processes");
  CHECK_STR(errno_name(-ENOEXEC), "ENOEXEC");
}
