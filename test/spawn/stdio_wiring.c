/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that swap places, overlap, or lie where others must go. Every slot is compared by
 * inode inside the child, which also counts that nothing else is open.
 */
#include <fcntl.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

enum { LOW = 7 };

/* Fills 0 to LOW - 1 of this process with files that can be told apart. */
static void fill_low_numbers(void) {
  CHECK(uv_default_loop() != NULL);
  for (int fd = 0; fd < LOW; fd++) {
    int file = make_anonymous(true);
    /* Whatever sits at 3 and above is the loop's: it is moved away, and put back at the end. */
    if (fd < 3) {
      replace_standard(fd, file);
      close(file);
    } else if (file != fd) {
      CHECK(fcntl(fd, F_GETFD) < 0);
      CHECK_INT(dup3(file, fd, O_CLOEXEC), fd);
      close(file);
    }
  }
}

static void empty_low_numbers(void) {
  for (int fd = 3; fd < LOW; fd++) close(fd);
  restore_standard();
}

/* The number that file `index` of the low ones has in this process. */
static const char *expectation(int slot, int form) {
  if (form >= 0) return text("%d=%lu", slot, inode_of(form));
  if (form == CP_INHERIT) return text("%d=%lu", slot, inode_of(slot));
  if (form == CP_IGNORE) return text("%d=null", slot);
  return text("%d=%s", slot, form == CP_SOCKET || slot > 2 ? "socket" : "fifo");
}

/* Starts a child with these slots, and lets it look whether it got them. */
static void check_wiring(const int *forms, int count) {
  const char *args[16] = { "expect", NULL };
  int stdio[16];
  int used = 1;
  for (int slot = 0; slot < count; slot++) {
    stdio[slot] = forms[slot];
    if (forms[slot] != CP_IGNORE || slot < 3) args[used++] = expectation(slot, forms[slot]);
  }
  stdio[count] = CP_STDIO_END;
  args[used] = NULL;
  struct watch *w =
      watch_child_only(cp_spawn(test_helper(), args, &(cp_options){ .stdio = stdio }));
  watch_run(w);
  if (w->code != 0) {
    check_failed(__FILE__, __LINE__, "slots %d %d %d %d %d: code %d, %s", stdio[0], stdio[1],
                 stdio[2], stdio[3], count > 4 ? stdio[4] : -99, w->code,
                 w->error ? w->error->message : "started");
  }
}

/* Every way to write `count` slots out of `choices`. */
static void check_all(const int *choices, int choice_count, int count) {
  int forms[8];
  int combinations = 1;
  for (int i = 0; i < count; i++) combinations *= choice_count;
  for (int number = 0; number < combinations; number++) {
    int rest = number;
    for (int slot = 0; slot < count; slot++, rest /= choice_count) {
      forms[slot] = choices[rest % choice_count];
    }
    check_wiring(forms, count);
  }
}

static void low_numbers_away_from_loop(void) {
  /* The loop's own descriptors go high first: they take the lowest free numbers. */
  int plugs[LOW];
  for (int i = 0; i < LOW; i++) plugs[i] = dup(0);
  CHECK(uv_default_loop() != NULL);
  for (int i = 0; i < LOW; i++) close(plugs[i]);
  fill_low_numbers();
}

TEST(all_ways_to_wire_four_low_descriptors_to_four_slots) {
  low_numbers_away_from_loop();
  check_all((const int[]){ 0, 1, 2, 3 }, 4, 4);
  empty_low_numbers();
}

TEST(all_ways_to_wire_three_higher_descriptors_to_slots_three_to_five) {
  low_numbers_away_from_loop();
  for (int a = 3; a < 6; a++) {
    for (int b = 3; b < 6; b++) {
      for (int c = 3; c < 6; c++) {
        check_wiring((const int[]){ CP_IGNORE, CP_IGNORE, CP_IGNORE, a, b, c }, 6);
      }
    }
  }
  empty_low_numbers();
}

TEST(all_forms_meet_in_the_first_three_slots) {
  low_numbers_away_from_loop();
  check_all((const int[]){ CP_PIPE, CP_SOCKET, CP_IGNORE, CP_INHERIT, 0, 1, 2 }, 7, 3);
  empty_low_numbers();
}

/* All orders of 0 to 4, and of the same moved up by one. */
static void check_orders(int *order, int place, int offset) {
  if (place == 5) {
    int forms[6] = { CP_IGNORE };
    for (int i = 0; i < 5; i++) forms[i + offset] = order[i] + offset;
    check_wiring(forms, 5 + offset);
    return;
  }
  for (int i = place; i < 5; i++) {
    int kept = order[place];
    order[place] = order[i], order[i] = kept;
    check_orders(order, place + 1, offset);
    kept = order[place];
    order[place] = order[i], order[i] = kept;
  }
}

TEST(all_orders_of_five_low_descriptors) {
  low_numbers_away_from_loop();
  check_orders((int[]){ 0, 1, 2, 3, 4 }, 0, 0);
  empty_low_numbers();
}

TEST(all_orders_of_five_descriptors_from_one_to_five) {
  low_numbers_away_from_loop();
  check_orders((int[]){ 0, 1, 2, 3, 4 }, 0, 1);
  empty_low_numbers();
}

TEST(descriptors_change_places_three_and_four) {
  low_numbers_away_from_loop();
  check_wiring((const int[]){ CP_PIPE, CP_PIPE, CP_PIPE, 4, 3 }, 5);
  check_wiring((const int[]){ 2, CP_PIPE, 0, 4, CP_SOCKET, 3, 1 }, 7);
  check_wiring((const int[]){ 6, 5, 4, 3, 2, 1, 0 }, 7);
  empty_low_numbers();
}

TEST(swapped_output_is_really_swapped) {
  int out = make_anonymous(true), err = make_anonymous(true);
  replace_standard(1, out), replace_standard(2, err);
  struct watch *w = ran_helper(CP_ARGS("both", "was out", "was err"),
                               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, 2, 1) });
  restore_standard();
  CHECK_INT(w->code, 0);
  CHECK_STR(contents_of(out), "was err");
  CHECK_STR(contents_of(err), "was out");
  close(out), close(err);
}

/* With some of 0 to 2 closed, new descriptors of ours would land there. */
static void check_closed_set(unsigned set, const cp_options *options) {
  close_standard(set);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("cat"), options));
  cp_stream *in = cp_stdin(w->child);
  if (!w->error && in) {
    CHECK_INT(cp_write(in, "through", 7), 0);
    CHECK_INT(cp_end(in), 0);
  }
  watch_run(w);
  for (int fd = 0; fd < 3; fd++) {
    if (set & 1U << fd) CHECK(fcntl(fd, F_GETFD) < 0);
  }
  restore_standard();
  CHECK_INT(w->code, 0);
  CHECK_STR(output_of(w, 1), in ? "through" : "");
}

TEST(pipes_work_whichever_of_our_first_three_are_closed) {
  for (unsigned set = 0; set < 8; set++) check_closed_set(set, NULL);
}

TEST(sockets_and_ignored_slots_work_whichever_of_our_first_three_are_closed) {
  for (unsigned set = 0; set < 8; set++) {
    check_closed_set(set, &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_SOCKET, CP_IGNORE) });
    check_closed_set(set,
                     &(cp_options){ .stdio = CP_STDIO(CP_SOCKET, CP_PIPE, CP_STDOUT, CP_SOCKET) });
  }
}

TEST(a_callers_loop_works_whichever_of_our_first_three_are_closed) {
  for (unsigned set = 0; set < 8; set++) {
    uv_loop_t loop;
    CHECK_INT(uv_loop_init(&loop), 0);
    close_standard(set);
    struct watch *w = ran_helper(CP_ARGS("echo", "x"), &(cp_options){ .loop = &loop });
    restore_standard();
    CHECK_STR(output_of(w, 1), "x\n");
    CHECK_INT(uv_loop_close(&loop), 0);
  }
}

TEST(an_inherited_descriptor_that_is_closed_is_an_error) {
  close_standard(1U << 0);
  struct watch *w =
      ran_helper(CP_ARGS("exit", "0"), &(cp_options){ .stdio = CP_STDIO(CP_INHERIT) });
  restore_standard();
  CHECK_INT(w->error->number, UV_EBADF);
  CHECK_STR(w->error->step, "stdio");
  CHECK_INT(w->code, UV_EBADF);
}
