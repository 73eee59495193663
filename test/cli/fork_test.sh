# SPDX-License-Identifier: MIT
#
# `child fork`: messages between a terminal and a child. In Node, in C, and in a shell.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

echo_js() { # a child that sends everything back, and ends when it is disconnected
  echo 'process.on("message", (message) => process.send(message));' >echo.js
}

test_fork_sends_lines_and_prints_messages() {
  echo_js
  printf '%s\n' '"x"' '{ "a" : [1, null] }' 'true' >in
  run fork --disconnect-after 3 echo.js <in
  expect_status 0
  expect_out $'"x"\n{"a":[1,null]}\ntrue'
  expect_no_err
}

test_fork_shows_the_answer_to_the_last_line() { drive fork answers_after_end_of_input; }

test_fork_sends_the_last_line_without_its_end() {
  echo_js
  run fork --disconnect-after 1 echo.js < <(printf '"x"')
  expect_out '"x"'
}

test_fork_sends_what_its_options_say_first() {
  echo_js
  run fork --send '"one"' --send='{ "two":
    2 }' --disconnect-after=3 echo.js <<<'"three"'
  expect_status 0
  expect_out $'"one"\n{"two":2}\n"three"'
}

test_fork_says_what_is_wrong_with_a_line_and_goes_on() {
  echo_js
  printf '%s\n' '1' '{"a":}' '' '  ' "{'a':1}" '2' >in
  run fork --disconnect-after 2 echo.js <in
  expect_status 0
  expect_out $'1\n2'
  expect_err "child: line 2: JSON: " "at byte 5" "child: line 5: JSON: " "at byte 1"
  expect_equal "$(wc -l <err)" 2
}

test_fork_reads_lines_with_a_zero_byte_as_wrong() {
  echo_js
  run fork --disconnect-after 1 echo.js < <(printf '"a\0b"\n\0\n"c"\n')
  expect_out '"c"'
  expect_err "line 1: " "line 2: "
}

test_fork_talks_to_a_program_in_c() {
  run fork --disconnect-after 2 "$build/examples/c_child" < <(
    printf '%s\n' '{"number":7}' '{"number":1.5}'
  )
  expect_status 0
  expect_out $'{"square":49}\n{"square":2.25}'
  expect_no_err
}

test_fork_talks_to_any_program_that_reads_the_variable() {
  cat >script <<'END'
#!/bin/bash
read -r line <&"$NODE_CHANNEL_FD"
echo "{\"mode\":\"$NODE_CHANNEL_SERIALIZATION_MODE\",\"line\":$line}" >&"$NODE_CHANNEL_FD"
exit 3
END
  chmod +x script
  run fork ./script <<<' [ 1 ] '
  expect_status 3
  expect_out '{"mode":"json","line":[1]}'
}

test_fork_gives_arguments_to_the_module_and_to_node() {
  echo 'process.send([process.argv.slice(2), process.execArgv]);' >args.js
  run fork --exec-argv=--no-warnings --exec-argv --expose-gc -- args.js -a --send 'b c'
  expect_status 0
  expect_out '[["-a","--send","b c"],["--no-warnings","--expose-gc"]]'
}

test_fork_takes_another_program_for_the_module() {
  cat >runner <<'END'
#!/bin/bash
echo "\"$*\"" >&"$NODE_CHANNEL_FD"
END
  chmod +x runner
  run fork --exec-path "$PWD/runner" --exec-argv -x module.js more
  expect_out '"-x module.js more"'
}

test_fork_shares_the_options_of_a_start() {
  mkdir folder
  echo 'process.send([process.cwd(), process.env.A, process.env.HOME ?? null]);' >folder/tell.js
  run fork --cwd folder --env A=1 --unset HOME tell.js
  expect_out "[\"$PWD/folder\",\"1\",null]"
}

test_fork_gives_the_child_an_empty_stdin() {
  echo 'process.send(require("fs").readFileSync(0, "utf8"));' >read.js
  run fork read.js <<<'"not for its stdin"'
  expect_out '""'
  echo text >file
  run fork --stdin file read.js <<<'1'
  expect_out '"text\n"'
  run fork --stdin inherit read.js <<<'mine'
  expect_out '"mine\n"'
}

test_fork_prints_what_the_child_prints_to_stderr() {
  echo 'console.log("out"); console.error("err"); process.send("message");' >print.js
  run fork print.js </dev/null
  expect_out '"message"'
  expect_equal "$(cat err)" $'out\nerr'
  run fork --silent print.js </dev/null
  expect_out '"message"'
  expect_no_err
  run fork --stdout file print.js </dev/null
  expect_out '"message"'
  expect_equal "$(cat file err)" $'out\nerr'
  run fork --silent --stderr file print.js </dev/null
  expect_equal "$(cat file)" err
  expect_no_err
  run fork --stdout inherit --stderr null print.js </dev/null
  expect_equal "$(sort out)" $'"message"\nout'
  run fork --stdout file --stderr stdout print.js </dev/null
  expect_equal "$(sort file)" $'err\nout'
}

test_fork_ends_with_the_exit_code_of_the_child() {
  for code in 0 7 255; do
    run fork --exec-argv -e --exec-path node "process.exit($code)" </dev/null
    expect_status $code
  done
  run fork --exec-path sh --exec-argv -c 'kill -KILL $$' </dev/null
  expect_status 137
}

test_fork_does_not_wait_for_its_stdin() { drive fork does_not_wait_for_stdin; }

test_fork_of_what_is_not_there_is_127_and_what_cannot_run_126() {
  run fork ./missing </dev/null
  expect_status 127
  expect_err "child: exec './missing': No such file or directory"
  echo text >file
  run fork ./file </dev/null
  expect_status 126
  expect_err "child: exec './file': Permission denied"
  run fork --cwd nowhere echo.js </dev/null
  expect_status 125
  expect_err "child: chdir 'nowhere'"
  run fork --env PATH=/nowhere echo.js --send 1 </dev/null
  expect_status 127
  expect_err "node"
}

test_fork_disconnects_at_the_end_of_input_when_asked() {
  cat >count.js <<'END'
let count = 0;
process.on('message', () => count++);
process.on('disconnect', () => console.log(`${count} messages`));
END
  seq 100000 >in
  run fork --disconnect-at-eof count.js <in
  expect_status 0
  expect_equal "$(cat err)" "100000 messages"
  run fork --disconnect-at-eof count.js < <(seq 1000)
  expect_equal "$(cat err)" "1000 messages"
  run fork --disconnect-at-eof --send 1 count.js </dev/null
  expect_equal "$(cat err)" "1 messages"
}

test_fork_loses_nothing_of_either_direction() {
  echo_js
  seq -f '{"number":%.0f,"more":"----------------------------------"}' 60000 >in
  run fork --disconnect-after 60000 echo.js <in
  expect_status 0
  cmp in out || fail "what came back is not what was sent"
}

test_fork_waits_for_a_slow_reader_without_losing_messages() { drive fork slow_reader; }
test_fork_stops_a_child_whose_messages_nobody_reads() { drive fork stops_child; }
test_fork_can_be_ended_while_its_reader_is_stuck() { drive fork stuck_reader; }
test_fork_disconnects_when_its_reader_goes_away() { drive fork reader_goes_away; }

test_fork_that_cannot_write_is_125() {
  echo_js
  "$child" fork echo.js <<<1 >/dev/full 2>err
  status=$?
  expect_status 125
  expect_err "child: stdout: No space left on device"
}

test_fork_leaves_nothing_unsaid_of_a_child_that_breaks_the_protocol() {
  cat >garbage <<'END'
#!/bin/bash
echo 'this is not JSON' >&"$NODE_CHANNEL_FD"
read -r line <&"$NODE_CHANNEL_FD"
exit 0
END
  chmod +x garbage
  run fork ./garbage </dev/null
  expect_status 125
  expect_err "child: channel: the peer sent a line that is not JSON"
}

test_fork_speaks_structured_clones() {
  echo 'process.on("message", (value) => process.send(new Map([["got", value]])));' >map.js
  printf '%s\n' '"x"' '{ "a" : [1, null] }' >in
  run fork --advanced --disconnect-after 2 map.js <in
  expect_status 0
  expect_out $'Map(1) { "got" => "x" }\nMap(1) { "got" => { "a": [ 1, null ] } }'
  expect_no_err
}

test_fork_prints_json_of_a_clone_that_json_can_hold() {
  echo_js
  printf '%s\n' '{ "a" : [1, -0, 1e400] }' '{}' >in
  run fork --advanced --send '{ "a" : [1, "\ud800"] }' --disconnect-after 3 echo.js <in
  expect_status 0
  expect_out $'{"a":[1,"\\ud800"]}\n{ "a": [ 1, -0, Infinity ] }\n{}'
}

test_fork_prints_values_that_json_does_not_have() {
  cat >values.js <<'END'
const shared = Buffer.from('hi');
const cycle = { a: 1 };
cycle.self = cycle;
const list = [1, , , 4];
list.length = 6;
list.key = 'value';
const error = new TypeError('why');
error.stack = 'nowhere';
for (const value of [
  [undefined, NaN, -Infinity], [10n, -1n, 2n ** 64n - 1n, -(2n ** 64n)], list, cycle,
  [shared, shared],
  { u: new Uint16Array([513]), b: new ArrayBuffer(1), d: new DataView(new ArrayBuffer(1)) },
  new Set([1, 'a']), new Map(), [new Date(0), new Date(NaN), /a\/+/gi], error,
  [Object(1), Object('a'), Object(2n)], { "a\n": undefined }, [[], {}],
]) process.send(value);
END
  run fork --advanced values.js </dev/null
  expect_status 0
  expect_out '[ undefined, NaN, -Infinity ]
[ 10n, -1n, 18446744073709551615n, -0x10000000000000000n ]
[ 1, <2 empty>, 4, <2 empty>, "key": "value" ]
&1 { "a": 1, "self": *1 }
[ &1 <Buffer 68 69>, *1 ]
{ "u": <Uint16Array 01 02>, "b": <ArrayBuffer 00>, "d": <DataView 00> }
Set(2) { 1, "a" }
Map(0) {}
[ Date("1970-01-01T00:00:00.000Z"), Date(invalid), /a\/+/gi ]
Error { "name": "TypeError", "message": "why", "stack": "nowhere" }
[ Object(1), Object("a"), Object(2n) ]
{ "a\n": undefined }
[[],{}]'
}

test_fork_prints_little_of_a_long_list_of_holes() {
  echo 'const list = [1]; list.length = 4294967295; process.send(list);' >long.js
  run fork --advanced long.js </dev/null
  expect_status 0
  expect_out '[ 1, <4294967294 empty> ]'

  echo 'const list = []; list[4000000000] = 2; list[4000000001] = 3; process.send(list);' >long.js
  run fork --advanced long.js </dev/null
  expect_out '[ <4000000000 empty>, 2, 3 ]'
}

test_fork_says_what_is_wrong_with_a_line_to_an_advanced_child() {
  echo_js
  run fork --advanced --disconnect-after 1 echo.js < <(printf '"a\0b"\n{"a":}\n"c"\n')
  expect_status 0
  expect_out '"c"'
  expect_err "child: line 1: JSON: " "child: line 2: JSON: " "at byte 5"
}

test_fork_of_a_child_that_sends_no_clone_is_a_failure_of_ours() {
  cat >garbage <<'END'
#!/bin/bash
printf '\0\0\0\3{1}' >&"$NODE_CHANNEL_FD"
read -r line <&"$NODE_CHANNEL_FD"
exit 0
END
  chmod +x garbage
  run fork --advanced ./garbage </dev/null
  expect_status 125
  expect_err "child: channel: " "clone"
}

test_fork_tells_the_child_its_serialization() {
  printf '%s\n' '#!/bin/sh' 'echo "$NODE_CHANNEL_SERIALIZATION_MODE" >&2' >mode
  chmod +x mode
  run fork --advanced ./mode </dev/null
  expect_err advanced
  run fork ./mode </dev/null
  expect_err json
}

test_fork_with_a_timeout_is_124() {
  echo_js
  run fork --timeout 500ms --json=json echo.js </dev/null
  expect_status 124
  grep -q '"timed_out":true' json || fail "$(cat json)"
  run fork --timeout 1m --disconnect-after 1 echo.js <<<1
  expect_status 0
}

test_fork_ends_when_the_child_does_though_others_hold_the_channel() {
  drive fork grandchild_holds_channel
}

test_fork_passes_signals_on() { drive fork passes_signals_on; }

test_fork_tells_the_end_as_json() {
  echo 'process.send("message"); process.exitCode = 4;' >four.js
  run fork --json four.js </dev/null
  expect_status 4
  expect_equal "$(head -n 1 out)" '"message"'
  expect_json 'o["code"] == 4 and o["error"] is None and "out" not in o'
  run fork --json ./missing </dev/null
  expect_status 127
  expect_json 'o["pid"] is None and o["error"]["code"] == "ENOENT"'
}

test_fork_is_strict_about_its_command_line() {
  run fork
  expect_usage_error "no module given" "child fork --help"
  run fork ''
  expect_usage_error "module is empty"
  run fork --send '{' echo.js
  expect_usage_error "--send '{': JSON: " "at byte 1"
  run fork --send '' echo.js
  expect_usage_error "--send ''"
  for count in 0 -1 x ''; do
    run fork "--disconnect-after=$count" echo.js
    expect_usage_error "invalid argument '$count' of --disconnect-after"
  done
  run fork --exec-path= echo.js
  expect_usage_error "--exec-path"
  run fork --stdout stream echo.js
  expect_usage_error "./stream"
  run fork --disconnect-at-eof --stdin inherit echo.js
  expect_usage_error "only one of them"
  run fork --shell echo.js
  expect_usage_error "--shell"
  run fork --exec-argv=-x ./echo </dev/null
  expect_status 125
  expect_err "exec_argv"
}
