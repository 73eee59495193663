/* SPDX-License-Identifier: MIT */
/* Listener lists that change while they are walked. */
#include "event/emitter.h"

#include <string.h>

#include "run/run.h"

enum { FIRST, SECOND, EVENTS };

struct bench {
  struct emitter emitter;
  struct listener_list lists[EVENTS];
  char called[64];
  cp_listener ids[8];
};

struct entry {
  struct bench *bench;
  char letter;
  void (*act)(struct bench *bench);
};

typedef void (*entry_call)(struct entry *entry);

static void call_entry(struct entry *entry) {
  strncat(entry->bench->called, &entry->letter, 1);
  if (entry->act) entry->act(entry->bench);
}

static void emit(struct bench *bench, int event) {
  struct emission walk;
  emission_begin(&walk, &bench->emitter, event);
  for (struct listener *at; (at = emission_next(&walk));) ((entry_call) at->call)(at->user);
  emission_end(&walk);
}

static struct bench *make_bench(void) {
  struct bench *bench = test_alloc(sizeof *bench);
  emitter_init(&bench->emitter, bench->lists, EVENTS);
  return bench;
}

static cp_listener add_to(struct bench *bench, int event, char letter,
                          void (*act)(struct bench *bench)) {
  struct entry *entry = test_alloc(sizeof *entry);
  *entry = (struct entry){ bench, letter, act };
  cp_listener id = emitter_add(&bench->emitter, event, (emitter_call) call_entry, entry);
  CHECK(id != 0);
  return id;
}

static cp_listener add(struct bench *bench, char letter, void (*act)(struct bench *bench)) {
  return add_to(bench, FIRST, letter, act);
}

/* Emits twice and checks both rounds. */
static void check_rounds(struct bench *bench, const char *first, const char *second) {
  emit(bench, FIRST);
  CHECK_STR(bench->called, first);
  bench->called[0] = '\0';
  emit(bench, FIRST);
  CHECK_STR(bench->called, second);
  emitter_done(&bench->emitter);
  CHECK(!emitter_has(&bench->emitter, FIRST));
}

static void remove_0(struct bench *bench) {
  emitter_remove(&bench->emitter, bench->ids[0]);
}

static void remove_1(struct bench *bench) {
  emitter_remove(&bench->emitter, bench->ids[1]);
}

static void remove_2(struct bench *bench) {
  emitter_remove(&bench->emitter, bench->ids[2]);
}

static void remove_all(struct bench *bench) {
  for (int i = 0; i < 8; i++) emitter_remove(&bench->emitter, bench->ids[i]);
}

static void add_x(struct bench *bench) {
  add(bench, 'x', NULL);
}

static void remove_0_and_add_x(struct bench *bench) {
  remove_0(bench);
  add(bench, 'x', NULL);
}

static void emit_first_once(struct bench *bench) {
  if (strlen(bench->called) < 5) emit(bench, FIRST);
}

static void emit_second(struct bench *bench) {
  emit(bench, SECOND);
}

TEST(an_emitter_without_listeners_calls_nobody) {
  struct bench *bench = make_bench();
  CHECK(!emitter_has(&bench->emitter, FIRST));
  check_rounds(bench, "", "");
}

TEST(an_emitter_calls_in_order_of_adding) {
  struct bench *bench = make_bench();
  add(bench, 'a', NULL), add(bench, 'b', NULL), add(bench, 'c', NULL);
  CHECK(emitter_has(&bench->emitter, FIRST));
  CHECK(!emitter_has(&bench->emitter, SECOND));
  check_rounds(bench, "abc", "abc");
}

TEST(ids_are_never_given_twice) {
  struct bench *bench = make_bench();
  cp_listener first = add(bench, 'a', NULL);
  emitter_remove(&bench->emitter, first);
  cp_listener second = add(bench, 'b', NULL);
  CHECK(first != second);
  emitter_remove(&bench->emitter, first);
  check_rounds(bench, "b", "b");
}

TEST(an_emitter_ignores_ids_that_are_not_there) {
  struct bench *bench = make_bench();
  add(bench, 'a', NULL);
  emitter_remove(&bench->emitter, 0);
  emitter_remove(&bench->emitter, 12345);
  check_rounds(bench, "a", "a");
}

TEST(an_emitter_takes_no_null_listener) {
  struct bench *bench = make_bench();
  CHECK_INT(emitter_add(&bench->emitter, FIRST, NULL, NULL), 0);
  check_rounds(bench, "", "");
}

TEST(a_listener_removes_itself_first) {
  struct bench *bench = make_bench();
  bench->ids[0] = add(bench, 'a', remove_0);
  add(bench, 'b', NULL);
  check_rounds(bench, "ab", "b");
}

TEST(a_listener_removes_itself_last) {
  struct bench *bench = make_bench();
  add(bench, 'a', NULL);
  bench->ids[0] = add(bench, 'b', remove_0);
  check_rounds(bench, "ab", "a");
}

TEST(a_listener_removes_its_next_neighbour) {
  struct bench *bench = make_bench();
  add(bench, 'a', remove_1);
  bench->ids[1] = add(bench, 'b', NULL);
  add(bench, 'c', NULL);
  check_rounds(bench, "ac", "ac");
}

TEST(a_listener_removes_its_previous_neighbour) {
  struct bench *bench = make_bench();
  bench->ids[0] = add(bench, 'a', NULL);
  add(bench, 'b', remove_0);
  add(bench, 'c', NULL);
  check_rounds(bench, "abc", "bc");
}

TEST(a_listener_removes_itself_and_its_neighbours) {
  struct bench *bench = make_bench();
  bench->ids[0] = add(bench, 'a', NULL);
  bench->ids[1] = add(bench, 'b', remove_all);
  bench->ids[2] = add(bench, 'c', NULL);
  add(bench, 'd', NULL);
  check_rounds(bench, "abd", "d");
}

TEST(a_listener_removes_all) {
  struct bench *bench = make_bench();
  bench->ids[0] = add(bench, 'a', remove_all);
  bench->ids[1] = add(bench, 'b', NULL);
  check_rounds(bench, "a", "");
}

TEST(a_listener_added_meanwhile_waits_for_the_next_event) {
  struct bench *bench = make_bench();
  add(bench, 'a', add_x);
  check_rounds(bench, "a", "ax");
}

TEST(a_listener_removed_and_another_added_meanwhile) {
  struct bench *bench = make_bench();
  bench->ids[0] = add(bench, 'a', remove_0_and_add_x);
  add(bench, 'b', NULL);
  check_rounds(bench, "ab", "bx");
}

TEST(an_event_emitted_inside_itself) {
  struct bench *bench = make_bench();
  add(bench, 'a', emit_first_once);
  add(bench, 'b', NULL);
  emit(bench, FIRST);
  CHECK_STR(bench->called, "aaaaabbbbb");
  emitter_done(&bench->emitter);
}

TEST(a_listener_removed_in_an_inner_walk_is_not_called_in_the_outer) {
  struct bench *bench = make_bench();
  add(bench, 'a', emit_second);
  bench->ids[1] = add(bench, 'b', NULL);
  add(bench, 'c', NULL);
  add_to(bench, SECOND, 's', remove_1);
  check_rounds(bench, "asc", "asc");
}

TEST(a_listener_added_in_an_inner_walk_waits_in_the_outer) {
  struct bench *bench = make_bench();
  bench->ids[2] = add(bench, 'a', emit_second);
  add_to(bench, SECOND, 's', add_x);
  add_to(bench, SECOND, 't', remove_2);
  check_rounds(bench, "ast", "x");
}

TEST(events_of_one_emitter_are_separate) {
  struct bench *bench = make_bench();
  add_to(bench, SECOND, 's', NULL);
  add(bench, 'a', NULL);
  check_rounds(bench, "a", "a");
}

TEST(the_first_listener_of_each_event_needs_no_memory) {
  struct bench *bench = make_bench();
  test_fail_allocation(1, true);
  add(bench, 'a', NULL);
  add_to(bench, SECOND, 's', NULL);
  struct entry entry = { bench, 'b', NULL };
  CHECK_INT(emitter_add(&bench->emitter, FIRST, (emitter_call) call_entry, &entry), 0);
  CHECK_INT(cp_last_error()->number, -12);
  test_fail_allocation(0, false);
  check_rounds(bench, "a", "a");
}

TEST(listeners_that_come_and_go_leave_nothing) {
  struct bench *bench = make_bench();
  for (int i = 0; i < 1000; i++) {
    bench->ids[i % 8] = add(bench, 'a', NULL);
    if (i >= 3) emitter_remove(&bench->emitter, bench->ids[(i + 5) % 8]);
  }
  emit(bench, FIRST);
  CHECK_STR(bench->called, "aaa");
  emitter_done(&bench->emitter);
}
