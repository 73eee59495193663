# SPDX-License-Identifier: MIT
#
# child exec and child exec-file.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_exec_runs_a_command_line_in_a_shell() {
  run exec 'printf "a\nb\n" | wc -l; echo "$0" >&2'
  expect_status 0
  expect_out 2
  expect_err sh
}

test_exec_file_runs_a_program_without_a_shell() {
  run exec-file -- printf '%s|' '$HOME' 'a b' '*' ''
  expect_status 0
  expect_out '$HOME|a b|*||'
  expect_no_err
}

test_exec_takes_another_shell() {
  run exec --shell="$BASH" 'echo "${BASH_VERSION:+bash}"'
  expect_out bash
  run exec --shell=/no/such/shell 'true'
  expect_status 127
  expect_err "child: exec '/no/such/shell': No such file or directory"
}

test_exec_file_with_shell_takes_a_command_line() {
  run exec-file --shell 'echo a | tr a b'
  expect_out b
}

test_exec_writes_both_outputs_at_the_end() {
  run exec 'echo 1; echo 2 >&2; echo 3; exit 9'
  expect_status 9
  expect_equal "$(cat out)" "$(printf '1\n3')"
  expect_equal "$(cat err)" 2
}

test_exec_carries_any_bytes() {
  head -c 300000 /dev/urandom >bytes
  run exec-file -- cat bytes
  cmp bytes out || fail "they came out wrong"
}

test_exec_exits_as_the_command_does() {
  for code in 0 1 77 255; do
    run exec "exit $code"
    expect_status $code
    expect_no_err
  done
  run exec 'kill -KILL $$'
  expect_status 137
  run exec no-such-command-at-all
  expect_status 127
  expect_err not found
  run exec-file -- no-such-program
  expect_status 127
  expect_err "child: exec 'no-such-program': No such file or directory"
  run exec-file -- /etc/passwd
  expect_status 126
  run exec --cwd missing true
  expect_status 125
  expect_err "child: chdir 'missing'"
}

test_exec_takes_the_options_of_spawn() {
  mkdir folder
  run exec --cwd folder --env A=1 --unset HOME 'pwd; echo "$A ${HOME-unset}"'
  expect_equal "$(cat out)" "$(printf '%s\n1 unset' "$PWD/folder")"
  run exec-file --argv0 name --shell 'echo "$0"'
  expect_status 0
  run exec --stderr stdout 'echo 1 >&2; echo 2'
  expect_equal "$(cat out)" "$(printf '1\n2')"
  run exec --stdout file --stdin folder/../err 'cat; echo text'
  expect_equal "$(cat file)" text
  [ ! -s out ] || fail "stdout is not empty"
}

test_exec_reads_our_stdin() {
  "$child" exec 'read line; echo "got $line"' >out <<<text
  expect_out "got text"
}

test_exec_input_is_a_file_or_our_stdin() {
  printf 'b\na\n' >words
  run exec-file --input words -- sort
  expect_equal "$(cat out)" "$(printf 'a\nb')"
  "$child" exec-file --input - -- sort >out <words
  expect_equal "$(cat out)" "$(printf 'a\nb')"
  : >empty
  run exec-file --input=empty -- wc -c
  expect_equal "$(tr -d ' ' <out)" 0
  run exec --input words '[ -p /dev/stdin ] && echo pipe'
  expect_out pipe
}

test_exec_input_may_be_large_and_need_not_be_read() {
  head -c 3000000 /dev/zero >zeros
  run exec-file --max-buffer 3000000 --input zeros -- cat
  expect_status 0
  cmp zeros out || fail "it came out wrong"
  for sync in '' --sync; do
    run exec-file $sync --input zeros -- true
    expect_status 0
    expect_no_err
  done
}

test_exec_input_that_cannot_be_read_is_125() {
  run exec-file --input missing -- cat
  expect_status 125
  expect_err "child: cannot read 'missing': No such file or directory"
  run exec-file --input . -- cat
  expect_status 125
  expect_err "child: cannot read '.': Is a directory"
}

test_max_buffer_cuts_exactly_and_is_123() {
  for sync in '' --sync; do
    run exec $sync --max-buffer 5 'printf 12345; printf abcde >&2'
    expect_status 0
    run exec $sync --max-buffer 5 'printf 123456; exec sleep 100'
    expect_status 123
    expect_out 12345
    expect_equal "$(cat err)" "child: the output is longer than --max-buffer"
    run exec $sync --max-buffer 5 'printf 123456 >&2; exec sleep 100'
    expect_status 123
    expect_equal "$(head -c 5 err)" 12345
  done
}

test_max_buffer_takes_suffixes() {
  while read -r size bytes; do
    run exec-file --max-buffer "$size" -- head -c "$bytes" /dev/zero
    expect_status 0
    run exec-file --max-buffer "$size" -- head -c $((bytes + 1)) /dev/zero
    expect_status 123
    expect_equal "$(wc -c <out)" "$bytes"
  done <<'SIZES'
1 1
1K 1024
2M 2097152
SIZES
  run exec-file --max-buffer 1G -- head -c 3000000 /dev/zero
  expect_status 0
  run exec-file --max-buffer unlimited -- head -c 3000000 /dev/zero
  expect_status 0
  run exec-file -- head -c 1048576 /dev/zero
  expect_status 0
  run exec-file -- head -c 1048577 /dev/zero
  expect_status 123
}

test_a_max_buffer_that_is_none_is_a_usage_error() {
  for size in '' 0 0K -1 x 1k 1T K 1.5 1e3 ' 1' 1KB 99999999999999999999 9000000000000000000K; do
    run exec --max-buffer "$size" true
    expect_usage_error "'$size'" --max-buffer
  done
}

test_exec_timeout_is_124_and_keeps_what_was_written() {
  for sync in '' --sync; do
    run exec $sync --timeout 0.2 'echo text; exec tail -f /dev/null'
    expect_status 124
    expect_out text
    expect_no_err
    run exec-file $sync --timeout 1h -- sh -c 'exit 5'
    expect_status 5
  done
}

test_exec_timeout_does_not_wait_for_those_who_hold_the_output() {
  for sync in '' --sync; do
    mkfifo "fifo$sync"
    run exec $sync --timeout 0.3 "echo text; cat fifo$sync & exit 7"
    expect_status 124
    expect_out text
    : >"fifo$sync" # lets the cat go
  done
}

test_exec_timeout_strikes_a_stopped_child() {
  run exec --timeout 0.1 'kill -STOP $$; exit 0'
  expect_status 124
}

test_exec_kill_signal_may_be_chosen() {
  for sync in '' --sync; do
    run exec $sync --json --kill-signal KILL --timeout 0.1 'tail -f /dev/null'
    expect_status 124
    expect_json 'o["signal"] == "SIGKILL" and o["timed_out"] is True'
    run exec $sync --json --kill-signal USR1 --max-buffer 1 'exec yes'
    expect_status 123
    expect_json 'o["signal"] in ("SIGUSR1", "SIGPIPE") and o["error"]["code"] == "ENOBUFS"'
  done
}

test_exec_json_has_everything() {
  for sync in '' --sync; do
    run exec $sync --json 'echo out; echo err >&2; exit 3'
    expect_status 3
    expect_no_err
    expect_equal "$(wc -l <out)" 1
    expect_json '" ".join(o) == "pid code signal timed_out usage error out err"' \
      'o["pid"] > 1 and o["code"] == 3 and o["signal"] is None' \
      'o["timed_out"] is False and o["usage"]["elapsed_us"] > 0' \
      'o["out"] == "out\n" and o["err"] == "err\n"' \
      '" ".join(o["error"]) == "number code step path message command killed"' \
      'o["error"]["number"] == 0 and o["error"]["code"] is None' \
      'o["error"]["command"] == "echo out; echo err >&2; exit 3"' \
      'o["error"]["message"] == "Command failed: " + o["error"]["command"] + "\nerr\n"' \
      'o["error"]["killed"] is False'
    run exec $sync --json true
    expect_json 'o["code"] == 0 and o["error"] is None and o["out"] == "" and o["err"] == ""'
  done
}

test_exec_json_of_bytes_is_base64() {
  python3 -IS -c 'open("bytes", "wb").write(b"\xff" + bytes(range(256)))
open("text", "wb").write("é€😀\0\"".encode())'
  for length in 1 2 3 4 5 256; do
    for sync in '' --sync; do
      run exec $sync --json "head -c $length bytes; cat text >&2"
      expect_json "'out' not in o and o['out_base64'] == __import__('base64').b64encode(
          (b'\xff' + bytes(range(256)))[:$length]).decode()" \
        "'err_base64' not in o and o['err'] == 'é€😀\0\"'"
    done
  done
}

test_exec_json_of_a_start_that_failed() {
  run exec-file --json -- no-such-program a 'b c'
  expect_status 127
  expect_json 'o["pid"] is None and o["code"] is None and o["usage"] is None' \
    'o["error"]["step"] == "exec" and o["error"]["path"] == "no-such-program"' \
    'o["error"]["message"] == "spawn no-such-program ENOENT"' \
    'o["error"]["command"] == "no-such-program a b c" and o["out"] == ""'
  run exec-file --sync --json -- no-such-program
  expect_status 127
  expect_json 'o["error"]["message"] == "spawnSync no-such-program ENOENT"'
}

test_exec_json_of_a_timeout() {
  for sync in '' --sync; do
    run exec $sync --json --timeout 0.1 'tail -f /dev/null'
    expect_json 'o["timed_out"] is True and o["error"]["code"] == "ETIMEDOUT"' \
      'o["error"]["number"] == -110 and o["error"]["killed"] is True'
  done
}

test_exec_json_goes_to_a_file_and_output_nowhere_else() {
  run exec --json=result 'echo text'
  expect_out ""
  cp result out
  expect_json 'o["out"] == "text\n"'
}

test_spawn_sync_collects_and_a_code_is_no_error() {
  run spawn --sync -- sh -c 'echo out; echo err >&2; exit 3'
  expect_status 3
  expect_out out
  expect_equal "$(cat err)" err
  run spawn --sync --json -- sh -c 'echo out; exit 3'
  expect_status 3
  expect_json 'o["code"] == 3 and o["error"] is None and o["out"] == "out\n"'
  printf words >words
  run spawn --sync --input words --max-buffer 3 -- cat
  expect_status 123
  expect_out wor
}

test_exec_command_lines_that_are_wrong_are_usage_errors() {
  run exec
  expect_usage_error "no command line given" "child exec --help"
  run exec ''
  expect_usage_error "command line is empty"
  run exec echo text
  expect_usage_error "a shell takes one command line, not 2 words"
  run exec-file
  expect_usage_error "no program given" "child exec-file --help"
  run exec-file --shell a b
  expect_usage_error "--shell takes one command line"
  run exec --input words --stdin null cat
  expect_usage_error "--input and --stdin"
  run spawn --input words -- cat
  expect_usage_error "need --sync"
  run spawn --max-buffer 5 -- cat
  expect_usage_error "need --sync"
  run exec --sync=yes true
  expect_usage_error --sync
}

test_exec_output_that_cannot_be_written_is_125() {
  "$child" exec 'echo text' >/dev/full 2>err
  status=$?
  expect_status 125
  expect_err "child: stdout: No space left on device"
  run exec --json=/dev/full true
  expect_status 125
  expect_err "child: cannot write the JSON object"
}

test_exec_with_a_closed_stdout_fails_if_there_is_output() {
  "$child" exec 'echo text; exit 4' >&- 2>err
  status=$?
  expect_status 125
  expect_err "child: stdout: Bad file descriptor"
  "$child" exec 'exit 4' >&- 2>err
  status=$?
  expect_status 4
  expect_no_err
  "$child" exec 'echo lost >&2; exit 4' 2>&-
  status=$?
  expect_status 4
}

test_exec_passes_signals_on_and_keeps_the_output() { drive exec passes_signals_on; }
test_exec_that_is_to_end_does_not_wait_for_others() { drive exec ends_by_signal_with_grandchild; }
test_a_signal_after_the_end_of_the_command_ends_the_waiting() { drive exec late_signal; }
test_exec_writes_to_a_slow_reader() { drive exec with_slow_reader; }
test_exec_can_be_ended_while_nobody_reads() { drive exec with_stuck_reader; }
test_exec_says_nothing_of_a_reader_that_goes_away() { drive exec for_reader_that_goes_away; }
