/* SPDX-License-Identifier: MIT */
/* Who a child is: process group, session, user, group. */
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

TEST(a_child_is_in_our_group_and_session) {
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("ids"), NULL));
  int pid = cp_pid(w->child);
  watch_run(w);
  CHECK_HAS(output_of(w, 1),
            text("pid %d\nppid %d\npgid %d\nsid %d\n", pid, getpid(), getpgid(0), getsid(0)));
}

TEST(a_detached_child_leads_a_group_and_a_session) {
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("ids"), &(cp_options){ .detached = true }));
  int pid = cp_pid(w->child);
  watch_run(w);
  CHECK_HAS(output_of(w, 1), text("pid %d\nppid %d\npgid %d\nsid %d\n", pid, getpid(), pid, pid));
}

TEST(uid_and_gid_are_those_of_the_child_and_its_groups_are_none) {
  need_root();
  CHECK_INT(setgroups(3, (gid_t[]){ 7, 8, 9 }), 0);
  uint32_t uid = 4242, gid = 4343;
  struct watch *w = ran_helper(CP_ARGS("ids"), &(cp_options){ .uid = &uid, .gid = &gid });
  CHECK_HAS(output_of(w, 1), "uid 4242 4242 4242\ngid 4343 4343 4343\ngroups 0\n");
}

TEST(a_uid_alone_clears_the_groups_and_keeps_the_gid) {
  need_root();
  CHECK_INT(setgroups(3, (gid_t[]){ 7, 8, 9 }), 0);
  uint32_t uid = 4242;
  struct watch *w = ran_helper(CP_ARGS("ids"), &(cp_options){ .uid = &uid });
  CHECK_HAS(output_of(w, 1),
            text("uid 4242 4242 4242\ngid %u %u %u\ngroups 0\n", getgid(), getgid(), getgid()));
}

TEST(a_gid_alone_clears_the_groups_and_keeps_the_uid) {
  need_root();
  CHECK_INT(setgroups(3, (gid_t[]){ 7, 8, 9 }), 0);
  uint32_t gid = 4343;
  struct watch *w = ran_helper(CP_ARGS("ids"), &(cp_options){ .gid = &gid });
  CHECK_HAS(output_of(w, 1), "uid 0 0 0\ngid 4343 4343 4343\ngroups 0\n");
}

TEST(without_ids_the_groups_are_ours) {
  need_root();
  CHECK_INT(setgroups(3, (gid_t[]){ 7, 8, 9 }), 0);
  CHECK_HAS(output_of(ran_helper(CP_ARGS("ids"), NULL), 1), "groups 3 7 8 9\n");
}

TEST(our_own_ids_need_no_privilege) {
  become_unprivileged();
  uint32_t uid = getuid(), gid = getgid();
  struct watch *w = ran_helper(CP_ARGS("ids"), &(cp_options){ .uid = &uid, .gid = &gid });
  CHECK_HAS(output_of(w, 1), text("uid %u %u %u\n", uid, uid, uid));
  CHECK_INT(w->code, 0);
}

TEST(starting_as_another_user_changes_nothing_of_ours) {
  need_root();
  uint32_t uid = 4242, gid = 4343;
  ran_helper(CP_ARGS("ids"), &(cp_options){ .uid = &uid, .gid = &gid });
  CHECK_INT(getuid(), 0);
  CHECK_INT(geteuid(), 0);
  CHECK_INT(getgid(), 0);
  CHECK_HAS(output_of(ran_helper(CP_ARGS("ids"), NULL), 1), "uid 0 0 0\ngid 0 0 0\n");
}

TEST(groups_that_cannot_be_cleared_are_an_error) {
  become_unprivileged();
  uint32_t gid = getgid() + 1;
  struct watch *w = ran_helper(CP_ARGS("ids"), &(cp_options){ .gid = &gid });
  CHECK_INT(w->error->number, UV_EPERM);
  CHECK_STR(w->error->step, "setgroups");
  CHECK_HAS(w->error->message, "setgroups");
  CHECK_INT(w->code, UV_EPERM);
  CHECK(!has_event(w, "spawn"));
}

TEST(a_user_that_we_may_not_become_is_an_error) {
  become_unprivileged();
  uint32_t uid = 0;
  struct watch *w = ran_helper(CP_ARGS("ids"), &(cp_options){ .uid = &uid });
  CHECK_INT(w->error->number, UV_EPERM);
  CHECK_STR(w->error->code, "EPERM");
  CHECK(w->error->step != NULL);
  CHECK_INT(w->code, UV_EPERM);
}

TEST(an_id_that_is_none_is_an_error) {
  need_root();
  uint32_t none = UINT32_MAX;
  cp_child *child = cp_spawn(test_tiny(), NULL, &(cp_options){ .uid = &none });
  if (child) {
    struct watch *w = watch(child);
    watch_run(w);
    CHECK_INT(w->error->number, UV_EINVAL);
    CHECK_STR(w->error->step, "setuid");
  } else {
    CHECK_INT(cp_last_error()->number, UV_EINVAL);
  }
}

/* To the kernel that is a property of the memory, which must not be shared with who changes. */
TEST(starting_as_another_user_leaves_us_open_to_debuggers) {
  need_root();
  CHECK_INT(prctl(PR_GET_DUMPABLE), 1);
  uint32_t id = test_stranger();
  CHECK_INT(ran_helper(CP_ARGS("ids"), &(cp_options){ .uid = &id })->code, 0);
  CHECK_INT(prctl(PR_GET_DUMPABLE), 1);
  CHECK_INT(ran_helper(CP_ARGS("ids"), &(cp_options){ .gid = &id })->code, 0);
  CHECK_INT(prctl(PR_GET_DUMPABLE), 1);
  cp_options options = { .uid = &id, .gid = &id };
  cp_result *result = cp_spawn_sync("/no-such-program", NULL, &options);
  CHECK_INT(result->error->number, UV_ENOENT);
  CHECK_STR(result->error->step, "exec");
  cp_result_free(result);
  CHECK_INT(prctl(PR_GET_DUMPABLE), 1);
}
