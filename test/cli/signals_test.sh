# SPDX-License-Identifier: MIT
#
# Signals that `child` gets.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_signals_are_passed_on() { drive signals_are_passed_on; }
test_a_signal_that_kills_the_child_is_its_exit_code() { drive signals_kill; }
test_a_stopped_child_is_woken_by_the_signal_that_is_to_end_it() { drive stopped_child; }
test_a_signal_that_is_ignored_for_us_is_not_passed_on() { drive ignored_signal; }
test_ctrl_c_comes_once() { drive ctrl_c; }
test_ctrl_c_reaches_a_detached_child() { drive ctrl_c_detached; }
test_a_signal_after_the_end_of_the_child_ends_the_waiting() { drive late_signal; }
test_an_ignored_sigchld_loses_no_exit_code() { drive ignored_sigchld; }
test_the_child_has_default_dispositions_and_an_empty_mask() { drive signal_state; }
