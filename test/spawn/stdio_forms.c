/* SPDX-License-Identifier: MIT */
/* Each form that a slot can take. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "support/system.h"
#include "support/watch.h"

/* Reports through standard error, so that slots 0 and 1 can be anything. */
static struct watch *ran_kinds(const int *stdio) {
  return ran("/bin/sh", CP_ARGS("-c", "exec \"$0\" kinds >&2", test_helper()),
             &(cp_options){ .stdio = stdio });
}

TEST(a_pipe_is_the_default) {
  CHECK_STR(output_of(ran_helper(CP_ARGS("kinds"), NULL), 1),
            "0 fifo read\n1 fifo write\n2 fifo write\n");
}

TEST(a_list_shorter_than_three_is_filled_with_pipes) {
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("kinds"), &(cp_options){ .stdio = CP_STDIO(CP_IGNORE) }));
  CHECK(cp_stdin(w->child) == NULL);
  CHECK(cp_stderr(w->child) != NULL);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "0 null read\n1 fifo write\n2 fifo write\n");
}

TEST(an_empty_list_is_three_pipes) {
  struct watch *w =
      ran_helper(CP_ARGS("kinds"), &(cp_options){ .stdio = (const int[]){ CP_STDIO_END } });
  CHECK_STR(output_of(w, 1), "0 fifo read\n1 fifo write\n2 fifo write\n");
}

TEST(ignored_slots_are_dev_null_below_three_and_nothing_above) {
  struct watch *w = ran_kinds(CP_STDIO(CP_IGNORE, CP_IGNORE, CP_PIPE, CP_IGNORE, CP_IGNORE));
  /* The shell put standard error in the place of standard output. */
  CHECK_STR(output_of(w, 2), "0 null read\n1 fifo write\n2 fifo write\n");
  w = ran_helper(CP_ARGS("expect", "0=null", "1=null", "2=null"),
                 &(cp_options){ .stdio = CP_STDIO_IGNORE });
  CHECK_INT(w->code, 0);
}

TEST(an_ignored_stdout_can_be_written_to) {
  struct watch *w =
      ran_helper(CP_ARGS("spew", "100000"), &(cp_options){ .stdio = CP_STDIO_IGNORE });
  CHECK_INT(w->code, 0);
  w = ran_helper(CP_ARGS("cat"), &(cp_options){ .stdio = CP_STDIO_IGNORE });
  CHECK_INT(w->code, 0);
}

TEST(overlapped_is_a_pipe) {
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("kinds"),
               &(cp_options){ .stdio = CP_STDIO(CP_OVERLAPPED, CP_OVERLAPPED, CP_OVERLAPPED) }));
  CHECK(cp_stdin(w->child) != NULL);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "0 fifo read\n1 fifo write\n2 fifo write\n");
}

TEST(a_socket_slot_is_a_socket_pair) {
  struct watch *w = watch(
      cp_spawn(test_helper(), CP_ARGS("kinds"),
               &(cp_options){ .stdio = CP_STDIO(CP_SOCKET, CP_SOCKET, CP_SOCKET, CP_SOCKET) }));
  for (int slot = 0; slot < 4; slot++) {
    struct stat status;
    CHECK_INT(fstat(cp_stream_fd(cp_stdio(w->child, slot)), &status), 0);
    CHECK(S_ISSOCK(status.st_mode));
  }
  watch_run(w);
  CHECK_STR(output_of(w, 1), "0 socket both\n1 socket both\n2 socket both\n3 socket both\n");
}

TEST(a_socket_as_stdin_feeds_the_child) {
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("cat"), &(cp_options){ .stdio = CP_STDIO(CP_SOCKET) }));
  CHECK_INT(cp_write(cp_stdin(w->child), "hello", 5), 0);
  CHECK_INT(cp_end(cp_stdin(w->child)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "hello");
  CHECK_INT(w->code, 0);
}

TEST(a_pipe_above_two_is_a_socket_both_ways) {
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("echo-fd", "3"),
                     &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_PIPE) }));
  cp_stream *both = cp_stdio(w->child, 3);
  CHECK_INT(cp_write(both, "there and back", 14), 0);
  CHECK_INT(cp_end(both), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 3), "there and back");
  CHECK(in_order(w, "spawn 3:data 3:end 3:close close"));
  CHECK_INT(w->code, 0);
}

TEST(several_slots_above_two_work_at_once) {
  struct watch *w =
      watch(cp_spawn("/bin/sh", CP_ARGS("-c", "cat <&3 >&5; cat <&6 >&4; echo done"),
                     &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_PIPE, CP_SOCKET,
                                                      CP_SOCKET, CP_PIPE, CP_PIPE, CP_IGNORE) }));
  CHECK(cp_stdio(w->child, 7) == NULL);
  CHECK_INT(cp_write(cp_stdio(w->child, 3), "three", 5), 0);
  CHECK_INT(cp_end(cp_stdio(w->child, 3)), 0);
  CHECK_INT(cp_write(cp_stdio(w->child, 6), "six", 3), 0);
  CHECK_INT(cp_end(cp_stdio(w->child, 6)), 0);
  watch_run(w);
  CHECK_STR(output_of(w, 5), "three");
  CHECK_STR(output_of(w, 4), "six");
  CHECK_STR(output_of(w, 1), "done\n");
  CHECK_STR(output_of(w, 2), "");
}

TEST(inherit_is_our_own_descriptor_of_that_number) {
  int out = make_anonymous(true), err = make_anonymous(true), in = make_anonymous(true);
  CHECK_INT(write(in, "from us", 7), 7);
  CHECK_INT(lseek(in, 0, SEEK_SET), 0);
  replace_standard(0, in), replace_standard(1, out), replace_standard(2, err);
  struct watch *w = watch(cp_spawn("/bin/sh", CP_ARGS("-c", "cat; echo to error >&2"),
                                   &(cp_options){ .stdio = CP_STDIO_INHERIT }));
  CHECK(cp_stdin(w->child) == NULL && cp_stdout(w->child) == NULL);
  watch_run(w);
  restore_standard();
  CHECK_STR(w->events, "spawn exit close");
  CHECK_STR(contents_of(out), "from us");
  CHECK_STR(contents_of(err), "to error\n");
  close(in), close(out), close(err);
}

TEST(inherit_works_above_two) {
  int file = make_anonymous(true);
  CHECK(fcntl(4, F_GETFD) < 0);
  CHECK_INT(dup3(file, 4, O_CLOEXEC), 4);
  struct watch *w = ran_helper(
      CP_ARGS("spew", "5", "4"),
      &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_IGNORE, CP_INHERIT) });
  CHECK_INT(w->code, 0);
  struct stat status;
  CHECK_INT(fstat(file, &status), 0);
  CHECK_INT(status.st_size, 5);
  close(4), close(file);
}

TEST(a_descriptor_is_given_to_the_child) {
  int file = make_anonymous(true);
  struct watch *w = watch(cp_spawn(test_helper(), CP_ARGS("both", "out", "err"),
                                   &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, file, CP_PIPE) }));
  CHECK(cp_stdout(w->child) == NULL);
  watch_run(w);
  CHECK_STR(contents_of(file), "out");
  CHECK_STR(output_of(w, 2), "err");
  close(file);
}

TEST(a_descriptor_stays_ours_as_it_was) {
  int file = make_anonymous(true);
  int ends[2];
  CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  struct watch *w = ran_helper(
      CP_ARGS("kinds"),
      &(cp_options){ .stdio = CP_STDIO(file, CP_PIPE, CP_IGNORE, ends[0], ends[1], file) });
  CHECK_STR(output_of(w, 1), "0 file both\n1 fifo write\n2 null both\n3 fifo read nonblock\n"
                             "4 fifo write nonblock\n5 file both\n");
  for (int i = 0; i < 2; i++) {
    CHECK(fcntl(ends[i], F_GETFL) & O_NONBLOCK);
    CHECK(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
  }
  CHECK(fcntl(file, F_GETFD) & FD_CLOEXEC);
  close(ends[0]), close(ends[1]), close(file);
}

TEST(stdio_that_we_give_blocks) {
  int ends[2];
  CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  struct watch *w =
      ran_helper(CP_ARGS("kinds"), &(cp_options){ .stdio = CP_STDIO(ends[0], CP_PIPE, ends[1]) });
  CHECK_STR(output_of(w, 1), "0 fifo read\n1 fifo write\n2 fifo write\n");
  close(ends[0]), close(ends[1]);
}

TEST(stdio_that_is_inherited_blocks) {
  int ends[2];
  CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  replace_standard(0, ends[0]);
  struct watch *w = ran_helper(CP_ARGS("kinds"), &(cp_options){ .stdio = CP_STDIO(CP_INHERIT) });
  restore_standard();
  CHECK_STR(output_of(w, 1), "0 fifo read\n1 fifo write\n2 fifo write\n");
  close(ends[0]), close(ends[1]);
}

TEST(standard_error_that_follows_given_output_blocks) {
  int ends[2];
  CHECK_INT(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  struct watch *w = ran_helper(CP_ARGS("kinds"),
                               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, ends[1], CP_STDOUT) });
  CHECK_INT(w->code, 0);
  char kinds[256] = "";
  CHECK(read(ends[0], kinds, sizeof kinds - 1) > 0);
  CHECK_STR(kinds, "0 null read\n1 fifo write\n2 fifo write\n");
  close(ends[0]), close(ends[1]);
}

TEST(one_descriptor_may_serve_several_slots) {
  int file = make_anonymous(true);
  struct watch *w = ran_helper(CP_ARGS("both", "one ", "two"),
                               &(cp_options){ .stdio = CP_STDIO(file, file, file, file) });
  CHECK_INT(w->code, 0);
  CHECK_STR(contents_of(file), "one two");
  close(file);
}

TEST(a_high_descriptor_is_given_to_the_child) {
  int file = make_anonymous(true);
  int high = fcntl(file, F_DUPFD_CLOEXEC, 1900);
  CHECK(high >= 1900);
  struct watch *w =
      ran_helper(CP_ARGS("echo", "far"), &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, high) });
  CHECK_INT(w->code, 0);
  CHECK_STR(contents_of(file), "far\n");
  close(high), close(file);
}

TEST(stdout_form_sends_standard_error_into_standard_output) {
  struct watch *w =
      watch(cp_spawn(test_helper(), CP_ARGS("both", "one ", "two"),
                     &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_PIPE, CP_STDOUT) }));
  CHECK(cp_stderr(w->child) == NULL);
  watch_run(w);
  CHECK_STR(output_of(w, 1), "one two");
  CHECK(!has_event(w, "2:close"));
}

TEST(stdout_form_follows_whatever_slot_one_is) {
  int file = make_anonymous(true);
  struct watch *w = ran_helper(CP_ARGS("both", "one ", "two"),
                               &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, file, CP_STDOUT) });
  CHECK_STR(contents_of(file), "one two");
  close(file);
  w = ran_helper(
      CP_ARGS("expect", "0=null", "1=null", "2=null", "4=null"),
      &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_IGNORE, CP_STDOUT, CP_IGNORE, CP_STDOUT) });
  CHECK_INT(w->code, 0);
  w = ran_helper(CP_ARGS("expect", "0=null", "1=socket", "2=socket"),
                 &(cp_options){ .stdio = CP_STDIO(CP_IGNORE, CP_SOCKET, CP_STDOUT) });
  CHECK_INT(w->code, 0);
}

TEST(many_slots_can_be_given) {
  int stdio[101];
  const char *args[64] = { "expect", "0=null", "1=null", "2=null", NULL };
  int file = make_anonymous(true);
  int count = 4;
  for (int slot = 0; slot < 100; slot++) stdio[slot] = CP_IGNORE;
  for (int slot = 10; slot < 100; slot += 10) {
    stdio[slot] = file;
    args[count++] = text("%d=%lu", slot, inode_of(file));
  }
  stdio[99] = CP_SOCKET;
  args[count++] = "99=socket";
  stdio[100] = CP_STDIO_END;
  struct watch *w =
      watch_child_only(cp_spawn(test_helper(), args, &(cp_options){ .stdio = stdio }));
  CHECK(cp_stdio(w->child, 99) != NULL);
  watch_run(w);
  CHECK_INT(w->code, 0);
  close(file);
}

TEST(a_stream_of_one_child_may_be_given_to_another) {
  struct watch *first = watch_child_only(cp_spawn(test_helper(), CP_ARGS("echo", "over"), NULL));
  int fd = cp_stream_take_fd(cp_stdout(first->child));
  CHECK(fd >= 0);
  struct watch *second =
      watch(cp_spawn(test_helper(), CP_ARGS("cat"), &(cp_options){ .stdio = CP_STDIO(fd) }));
  close(fd);
  watch_run(second);
  CHECK_STR(output_of(second, 1), "over\n");
  CHECK(first->has_closed);
}
