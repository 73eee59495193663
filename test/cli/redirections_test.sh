# SPDX-License-Identifier: MIT
#
# --stdin, --stdout and --stderr.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_stdin_takes_a_file_or_null() {
  echo "in the file" >input
  run spawn --stdin input -- cat
  expect_out "in the file"
  run spawn --stdin=null -- cat < <(echo lost)
  expect_status 0
  expect_out ""
  echo "a file of that name" >null
  run spawn --stdin ./null -- cat
  expect_out "a file of that name"
  run spawn --stdin inherit -- cat < <(echo "from outside")
  expect_out "from outside"
}

test_stdin_that_is_not_there_is_125() {
  run spawn --stdin missing -- cat
  expect_status 125
  expect_err "child: cannot open 'missing': No such file or directory"
}

test_stdout_takes_a_file_null_or_inherit() {
  echo "longer than what follows" >target
  run spawn --stdout target -- echo text
  expect_out ""
  expect_equal "$(cat target)" text
  run spawn --stdout null -- echo text
  expect_status 0
  expect_out ""
  run spawn --stdout inherit -- readlink /proc/self/fd/1
  expect_out "$PWD/out"
  run spawn --stdout stream -- readlink /proc/self/fd/1
  expect_equal "$(cut -d: -f1 out)" pipe
}

test_stderr_takes_the_same_and_stdout() {
  run spawn --stderr target -- sh -c 'echo text >&2'
  expect_no_err
  expect_equal "$(cat target)" text
  run spawn --stderr=null -- sh -c 'echo text >&2'
  expect_no_err
  run spawn --stderr=stdout -- sh -c 'echo 1; echo 2 >&2; echo 3; echo 4 >&2'
  expect_no_err
  expect_out $'1\n2\n3\n4'
  run spawn --stdout target --stderr stdout -- sh -c 'echo 1; echo 2 >&2'
  expect_equal "$(cat target)" $'1\n2'
}

test_files_are_opened_in_our_own_folder() {
  mkdir folder
  run spawn --cwd folder --stdout target -- pwd
  expect_equal "$(cat target)" "$PWD/folder"
}
