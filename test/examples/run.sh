#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR: runs each example and compares what it prints with NAME.expected and
# NAME.stderr.expected; where that depends on the machine, NAME.expected-pattern and
# NAME.stderr.expected-pattern must match. An example without a program or without an expectation is
# a failure; one that is a child of another runs with that.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd) || exit 2
cd "$(dirname "$0")/../../examples" || exit 2

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

programs=$build/examples

run_example() { # NAME: with the arguments that the expected output is for
  local words=("$programs/$1")
  case $1 in
    spawn_ls | exec_ls) words+=(data) ;;
    python) words+=(script.py) ;;
    c_child) words=(node node_parent.js "$programs/c_child") ;;
    fork_work) words+=("$programs/work_child") ;;
  esac
  timeout 60 "${words[@]}"
}

compare() { # NAME FILE [DEFAULT]: prints how the file differs from what is expected
  local expected=$1.expected
  if [ -e "$1.expected-pattern" ]; then
    # One line with its end, or nothing.
    [ "$(wc -l <"$2")" -le 1 ] && [[ $(cat "$2") =~ ^($(cat "$1.expected-pattern"))$ ]] && return
    echo "it does not match $1.expected-pattern:"
    cat "$2"
  else
    [ $# -lt 3 ] || [ -e "$expected" ] || expected=$3
    diff -u "$expected" "$2"
  fi
}

differs() { # NAME: prints what is wrong with it
  local name=$1 status
  run_example "$name" >"$scratch/out" 2>"$scratch/err" </dev/null
  status=$?
  [ $status -eq 0 ] || echo "it exited with code $status"
  compare "$name" "$scratch/out"
  compare "$name.stderr" "$scratch/err" /dev/null
}

passed=0
failed=0
for source in *.c; do
  name=${source%.c}
  [ "$name" != work_child ] || continue # of fork_work
  if difference=$(differs "$name" 2>&1) && [ -z "$difference" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: the example %s prints what it should\n%s\n' "$name" "$difference"
  fi
done

echo "examples: $passed passed, $failed failed"
[ $failed -eq 0 ]
