# SPDX-License-Identifier: MIT
#
# What `child` exits with.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_exits_with_the_code_of_the_child() {
  for code in 0 1 7 124 255; do
    run spawn -- sh -c "exit $code"
    expect_status $code
    expect_no_err
  done
}

test_exits_with_128_and_the_signal_that_killed_the_child() {
  run spawn -- sh -c 'kill -TERM $$'
  expect_status 143
  run spawn -- sh -c 'kill -KILL $$'
  expect_status 137
  expect_no_err
}

test_a_program_that_is_not_there_is_127_and_named() {
  # A folder that we may not enter would make it "permission denied", as execvp() has it.
  PATH=/usr/bin:/bin run spawn -- no-such-program
  expect_status 127
  expect_err "child: exec 'no-such-program': No such file or directory"
  run spawn -- ./no-such-program
  expect_status 127
}

test_a_program_that_cannot_be_run_is_126() {
  echo "not a program" >file
  run spawn -- ./file
  expect_status 126
  expect_err "child: exec './file': Permission denied"
  mkdir folder
  run spawn -- ./folder
  expect_status 126
}
