# SPDX-License-Identifier: MIT
#
# --json.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

test_json_tells_of_a_child_that_ended() {
  run spawn --json -- sh -c 'echo text; exit 3'
  expect_status 3
  expect_equal "$(head -n 1 out)" text
  expect_equal "$(wc -l <out)" 2
  expect_json 'list(o) == ["pid", "code", "signal", "timed_out", "usage", "error"]' \
    'o["pid"] > 1 and o["code"] == 3 and o["signal"] is None and o["error"] is None' \
    'list(o["usage"]) == ["user_us", "system_us", "max_rss_bytes", "elapsed_us"]' \
    '0 < o["usage"]["elapsed_us"] < 60e6 and o["usage"]["max_rss_bytes"] > 4096' \
    'o["timed_out"] is False'
}

test_json_counts_the_time_that_was_used() {
  run spawn --json -- python3 -c 'import time
end = time.process_time() + 0.1
while time.process_time() < end: pass'
  expect_json '100000 <= o["usage"]["user_us"] + o["usage"]["system_us"]' \
    '100000 <= o["usage"]["elapsed_us"]'
}

test_json_stands_on_a_line_of_its_own() {
  run spawn --json -- printf abc
  expect_equal "$(head -n 1 out)" abc
  expect_json 'o["code"] == 0'
}

test_json_tells_of_a_signal() {
  run spawn --json -- sh -c 'kill -USR1 $$'
  expect_status 138
  expect_json 'o["signal"] == "SIGUSR1" and o["code"] is None'
}

test_json_tells_why_it_was_not_started() {
  PATH=/usr/bin:/bin run spawn --json -- no-such-program
  expect_status 127
  expect_equal "$(wc -l <out)" 1
  expect_json 'o["pid"] is None and o["code"] is None and o["signal"] is None' \
    'o["usage"] is None and o["timed_out"] is False' \
    'o["error"]["number"] == -2 and o["error"]["code"] == "ENOENT"' \
    'o["error"]["step"] == "exec" and o["error"]["path"] == "no-such-program"' \
    'o["error"]["message"] == "spawn no-such-program ENOENT"'
  run spawn --json --cwd /no/such/folder -- true
  expect_status 125
  expect_json 'o["error"]["step"] == "chdir" and o["error"]["path"] == "/no/such/folder"'
}

test_json_is_valid_for_any_name() {
  bad=$'\xff\xc0\x80\xed\xa0\x80\xf5'
  run spawn --json -- $'./"q\\b\t\x01\x7f \xe2\x82\xac '"$bad"$' \xf0\x9f\x98\x80\xe2\x82'
  expect_status 127
  python3 - <<'PYTHON' || fail "the name came out wrong"
import json
name = json.loads(open("out", encoding="utf-8").read())["error"]["path"]
bad = "\ufffd"
assert name == './"q\\b\t\x01\x7f \u20ac ' + bad * 7 + " \U0001F600" + bad * 2, ascii(name)
PYTHON
}

test_json_escapes_as_json_stringify_does() {
  run exec --json "printf '\\001\\b\\t\\n\\v\\f\\r\\037\\177/\"'"
  grep -qF '"out":"\u0001\b\t\n\u000b\f\r\u001f'$'\177''/\""' out || fail "other escapes"
  expect_json 'o["out"] == "\x01\b\t\n\v\f\r\x1f\x7f/\""'
}

test_json_goes_to_a_file() {
  run spawn --json=result -- echo text
  expect_out text
  cp result out
  expect_json 'o["code"] == 0'
  run spawn --json=/no/such/folder/result -- echo text
  expect_status 125
  expect_out ""
  expect_err "cannot open '/no/such/folder/result'"
}

test_json_goes_to_a_descriptor() {
  run spawn --json=/dev/fd/3 -- echo text 3>result
  expect_out text
  cp result out
  expect_json 'o["code"] == 0'
}

test_json_that_cannot_be_written_is_125() {
  run spawn --json=/dev/full -- true
  expect_status 125
  expect_err "child: cannot write the JSON object: No space left on device"
}
