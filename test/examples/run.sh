#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR: runs each example and compares what it prints with NAME.expected and
# NAME.stderr.expected. An example without a program or without an expectation is a failure.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd) || exit 2
cd "$(dirname "$0")/../../examples" || exit 2

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

arguments() { # NAME: those that the expected output is for
  case $1 in
    spawn_ls) echo data ;;
    python) echo script.py ;;
  esac
}

differs() { # NAME: prints what is wrong with it
  local name=$1 status expected_stderr=/dev/null
  [ -e "$name.stderr.expected" ] && expected_stderr=$name.stderr.expected
  # shellcheck disable=SC2046 # a list of words
  timeout 60 "$build/examples/$name" $(arguments "$name") \
    >"$scratch/out" 2>"$scratch/err" </dev/null
  status=$?
  [ $status -eq 0 ] || echo "it exited with code $status"
  diff -u "$name.expected" "$scratch/out"
  diff -u "$expected_stderr" "$scratch/err"
}

passed=0
failed=0
for source in *.c; do
  name=${source%.c}
  if difference=$(differs "$name" 2>&1) && [ -z "$difference" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: the example %s prints what it should\n%s\n' "$name" "$difference"
  fi
done

echo "examples: $passed passed, $failed failed"
[ $failed -eq 0 ]
