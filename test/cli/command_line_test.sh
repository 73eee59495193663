# SPDX-License-Identifier: MIT
#
# How the command line is read, and what is said of a wrong one.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_options_end_at_the_program() {
  run spawn echo --cwd /nowhere --help
  expect_out "--cwd /nowhere --help"
  run spawn -- echo -- --json
  expect_out "-- --json"
}

test_options_are_spelled_in_both_ways_and_abbreviated() {
  run spawn --cwd=/ --env A=1 -- pwd
  expect_out /
  run spawn --cw / -- pwd
  expect_out /
}

test_help_tells_every_option_and_the_man_page_too() {
  mandoc -T ascii "$root/cli/child.1" | sed 's/.\x08//g' | grep -oE '^ {5}--[a-z0-9-]+' |
    tr -d ' ' | sort -u >in_manual
  for command in spawn exec exec-file fork; do
    run $command --help
    expect_status 0
    expect_no_err
    grep -oE '^  --[a-z0-9-]+' out | tr -d ' ' >>options
    [ "$(grep -cE '^  --' out)" -ge 19 ] || fail "there are too few options"
    cp out first
    run help $command
    cmp first out || fail "'child help $command' is not 'child $command --help'"
  done
  sort -u options >in_help
  diff in_help in_manual || fail "the help and the man page differ"
}

test_help_lists_the_commands() {
  for word in help --help; do
    run $word
    expect_status 0
    expect_no_err
    for command in spawn exec exec-file fork; do
      grep -q "^  $command " out || fail "$command is not listed"
    done
  done
}

test_version_is_that_of_the_header() {
  run --version
  expect_status 0
  expect_out "child $(awk '/#define CP_VERSION_/ { printf "%s%s", dot, $3; dot = "." }' \
    "$root/include/child_process.h")"
}

test_help_that_cannot_be_written_is_125() {
  "$child" --help >/dev/full 2>err
  status=$?
  expect_status 125
  expect_err "No space left on device"
}

test_usage_errors_are_125_and_say_what_is_wrong() {
  run
  expect_usage_error "no command given"
  run sqawn
  expect_usage_error "unknown command 'sqawn'"
  run --nope
  expect_usage_error "unknown option '--nope'"
  run help sqawn
  expect_usage_error "unknown command 'sqawn'"
  run help spawn more
  expect_usage_error "'more'"
  run spawn
  expect_usage_error "no program given" "child spawn --help"
  run spawn --
  expect_usage_error "no program given"
  run spawn --shell
  expect_usage_error "no command line given"
  run spawn -- ''
  expect_usage_error "program is empty"
  run spawn --nope -- true
  expect_usage_error "--nope"
  run spawn -x -- true
  expect_usage_error "'x'"
  run spawn --std -- true
  expect_usage_error "--std" "ambiguous"
  run spawn --cwd
  expect_usage_error "--cwd" "requires an argument"
  run spawn --detached=yes -- true
  expect_usage_error "--detached"
  run spawn --shell= -- true
  expect_usage_error "--shell"
  run spawn --json= -- true
  expect_usage_error "--json"
  run spawn --cwd '' -- true
  expect_usage_error "--cwd"
}
