# SPDX-License-Identifier: MIT
#
# Signals that `child` gets.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_signals_are_passed_on() { drive signals signals_are_passed_on; }
test_a_signal_that_is_passed_on_and_kills_the_child_ends_us_too() { drive signals signals_kill; }
test_a_signal_that_only_the_child_got_is_an_exit_code() { drive signals signal_of_another; }
test_a_stopped_child_is_woken_by_the_signal_that_is_to_end_it() { drive signals stopped_child; }
test_a_signal_that_is_ignored_for_us_is_not_passed_on() { drive signals ignored_signal; }
test_ctrl_c_comes_once() { drive signals ctrl_c; }
test_ctrl_c_ends_a_loop_of_a_shell() { drive signals ctrl_c_ends_a_loop; }
test_ctrl_c_reaches_a_detached_child() { drive signals ctrl_c_detached; }
test_a_signal_after_the_end_of_the_child_ends_the_waiting() { drive signals late_signal; }
test_an_ignored_sigchld_loses_no_exit_code() { drive signals ignored_sigchld; }
test_the_child_has_default_dispositions_and_an_empty_mask() { drive signals signal_state; }

test_a_shell_sees_128_and_the_number_of_a_signal_that_ends_us() {
  for command in spawn exec-file fork; do
    "$child" $command -- sh -c 'kill -USR1 $PPID; exec sleep 60' >out 2>err </dev/null
    status=$?
    expect_status 138
    expect_no_err
  done
}
