# SPDX-License-Identifier: MIT
#
# What the tests of the command are written with: `run`, and expectations that end the test.
#
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # for other shells, and other files

run() { # ARGUMENT...: runs child; leaves $status, ./out and ./err
  "$child" "$@" >out 2>err
  status=$?
}

fail() {
  echo "$*"
  for file in out err; do
    [ -s $file ] && { echo "--- $file"; head -c 2000 $file; }
  done
  exit 1
}

expect_status() { # NUMBER
  [ "$status" -eq "$1" ] || fail "exit code $status, not $1"
}

expect_out() { # TEXT: all of stdout, but for the newline at its end
  [ "$(cat out)" = "$1" ] || fail "stdout is not: $1"
}

expect_err() { # WORD...: each stands somewhere on stderr
  local word
  for word in "$@"; do
    grep -qF -e "$word" err || fail "stderr does not say: $word"
  done
}

expect_no_err() {
  [ ! -s err ] || fail "stderr is not empty"
}

expect_equal() { # A B
  [ "$1" = "$2" ] || fail "'$1' is not '$2'"
}

expect_usage_error() { # WORD...: exit code 125, the words, and where help is
  expect_status 125
  expect_err "child: " "Try 'child" "--help'" "$@"
  [ ! -s out ] || fail "stdout is not empty"
}

expect_json() { # EXPRESSION...: in Python, each of the object o that ends ./out
  tail -n 1 out >object
  python3 -IS -c 'import json, sys

def refuse(word):
    raise ValueError(f"{word} is no JSON")

try:
    o = json.load(open("object", encoding="utf-8"), parse_constant=refuse)
except ValueError as error:
    sys.exit(f"the last line is not JSON: {error}")
for expression in sys.argv[1:]:
    if not eval(expression):
        sys.exit(f"not true of {o}: {expression}")' "$@" || fail "expect_json failed"
}

drive() { # SUBJECT CASE: a part that is played by drive_SUBJECT.py
  python3 -B "$here/drive_$1.py" "$2" || fail "drive_$1.py $2"
}
