# SPDX-License-Identifier: MIT
#
# Output comes through, input is inherited.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_output_comes_through_byte_for_byte() {
  python3 -c 'import sys; sys.stdout.buffer.write(bytes(range(256)) * 3000)' >bytes
  run spawn -- cat bytes
  expect_status 0
  cmp bytes out || fail "stdout differs"
  run spawn -- sh -c 'cat bytes >&2'
  cmp bytes err || fail "stderr differs"
}

test_stdout_and_stderr_are_told_apart() {
  run spawn -- sh -c 'echo one; echo two >&2'
  expect_out one
  expect_equal "$(cat err)" two
}

test_the_last_line_needs_no_newline() {
  run spawn -- printf abc
  expect_equal "$(wc -c <out)" 3
}

test_big_output_comes_in_full_through_a_slow_reader() { drive output slow_reader; }
test_big_output_comes_in_full_through_a_non_blocking_pipe() { drive output non_blocking_pipe; }
test_big_output_comes_in_full_through_a_socket() { drive output socket_reader; }
test_big_output_comes_in_full_through_a_terminal() { drive output terminal_reader; }
test_a_descriptor_that_is_shared_keeps_its_flags() { drive output flags_of_stdout; }
test_output_comes_as_it_is_written() { drive output output_is_not_held_back; }

test_a_closed_reader_ends_it_quietly() {
  "$child" spawn -- yes 2>err | head -n 1 >out
  status=${PIPESTATUS[0]}
  expect_status 141
  expect_out y
  expect_no_err
}

test_a_child_that_ends_well_after_its_reader_went_away_ends_well() {
  "$child" spawn -- sh -c 'trap "" PIPE; yes 2>/dev/null; exit 3' 2>err | head -n 1 >out
  status=${PIPESTATUS[0]}
  expect_status 3
  expect_no_err
}

test_output_that_a_closed_stdout_loses_is_a_failure_of_ours_and_said() {
  "$child" spawn -- sh -c 'echo lost; echo kept >&2; exit 4' >&- 2>err
  status=$?
  expect_status 125
  expect_err kept "child: stdout: Bad file descriptor"
  "$child" spawn -- sh -c 'exit 4' >&- 2>err
  status=$?
  expect_status 4
  expect_no_err
}

test_a_closed_stderr_is_no_failure_of_ours() {
  "$child" spawn -- sh -c 'echo lost >&2; echo kept; exit 4' >out 2>&-
  status=$?
  expect_status 4
  expect_out kept
}

test_all_of_stdio_closed_is_survived() {
  "$child" spawn --stdout=null --stderr=null -- sh -c 'echo a; echo b >&2; exit 6' <&- >&- 2>&-
  status=$?
  expect_status 6
}

test_a_full_device_is_a_failure_of_ours_and_said() {
  "$child" spawn -- echo text >/dev/full 2>err
  status=$?
  expect_status 125
  expect_err "child: stdout: No space left on device"
}

test_stdin_is_inherited() {
  run spawn -- cat < <(echo "from outside")
  expect_out "from outside"
}

test_stdin_that_the_child_leaves_is_there_for_the_next() {
  printf 'one\ntwo\n' | { "$child" spawn -- sh -c 'read -r line; echo "$line"'; cat; } >out
  expect_out $'one\ntwo'
}

test_nothing_else_that_is_open_reaches_the_child() {
  exec 9<"$here/run.sh" 77>extra
  run spawn -- ls /proc/self/fd
  expect_out $'0\n1\n2\n3'
}
