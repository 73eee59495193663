# SPDX-License-Identifier: MIT
#
# --timeout and --kill-signal.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_timeout_kills_and_is_124() {
  for duration in 0.05 50ms .05s 0.0005m; do
    run spawn --timeout $duration -- tail -f /dev/null
    expect_status 124
    expect_no_err
  done
}

test_a_child_that_is_done_before_its_timeout_is_not_touched() {
  for duration in 60 1h 1d 1000000h 0 0s; do
    run spawn --timeout $duration -- sh -c 'exit 5'
    expect_status 5
  done
}

test_the_shortest_timeout_still_strikes() {
  run spawn --timeout 0.0000001ms -- tail -f /dev/null
  expect_status 124
}

test_the_kill_signal_may_be_chosen() {
  for signal in KILL SIGKILL kill 9; do
    run spawn --timeout 0.05 --kill-signal $signal --json=json -- tail -f /dev/null
    expect_status 124
    cp json out
    expect_json 'o["signal"] == "SIGKILL" and o["timed_out"] is True and o["code"] is None'
  done
}

test_a_child_that_ends_well_after_its_timeout_is_124_all_the_same() {
  drive output timeout_is_caught
}

test_a_child_that_is_stopped_times_out_as_well() {
  run spawn --timeout 0.1 -- sh -c 'kill -STOP $$; exit 0'
  expect_status 124
}

test_a_timeout_does_not_wait_for_who_holds_the_output() { drive output timeout_with_grandchild; }
test_a_timeout_strikes_while_nobody_reads() { drive output timeout_with_stuck_reader; }

test_a_timeout_that_is_none_is_a_usage_error() {
  for duration in '' x -1 1e3 inf nan 0x10 '1 s' 1S 5min . .s 1.2.3 999999999999d; do
    run spawn --timeout "$duration" -- true
    expect_usage_error "'$duration'" "--timeout"
  done
}

test_a_signal_that_is_none_is_a_usage_error() {
  for signal in '' 0 99 -9 NOPE SIG 9x SIGSIGTERM averyveryveryverylongnameofasignal; do
    run spawn --kill-signal "$signal" -- true
    expect_usage_error "'$signal'" "--kill-signal"
  done
}
