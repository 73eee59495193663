#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR: what receiving costs grows with the message and no faster, however it is cut:
# the instructions for 1, 4 and 16 MiB, in reads of 1 KiB and of 64 KiB, in proportion within 1.2.
# In a build with a sanitizer, which valgrind cannot run, only that the message arrives.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd) || exit 2
program=$build/test/ipc_program
sanitize=$(sed -n 's/^CP_SANITIZE:[A-Z]*=//p' "$build/CMakeCache.txt")

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0

fail() {
  echo "FAILED: $*"
  failed=$((failed + 1))
}

# instructions LENGTH PIECE: how many it takes, or nothing.
instructions() {
  valgrind --tool=callgrind --callgrind-out-file="$scratch/out" "$program" pieces "$1" "$2" \
    >"$scratch/said" 2>"$scratch/told" || return
  [ "$(cat "$scratch/said")" = "received $1" ] || return
  sed -n 's/^.*Collected : //p' "$scratch/told"
}

# arrives LENGTH PIECE
arrives() {
  [ "$("$program" pieces "$1" "$2" 2>&1)" = "received $1" ]
}

mib=$((1 << 20))
for piece in 1024 65536; do
  least='' # at 1 MiB, without what the program costs by itself
  if [ -z "$sanitize" ]; then
    base=$(instructions 2 $piece)
    [ -n "$base" ] || fail "valgrind cannot run $program: $(tail -3 "$scratch/told")"
  fi
  for times in 1 4 16; do
    length=$((times * mib))
    if [ -n "$sanitize" ]; then
      if arrives $length $piece; then passed=$((passed + 1)); else fail "$length by $piece"; fi
      continue
    fi
    count=$(instructions $length $piece)
    if [ -z "$count" ] || [ -z "$base" ]; then
      fail "$length bytes in reads of $piece: $(cat "$scratch/said" "$scratch/told")"
      continue
    fi
    count=$((count - base))
    [ -n "$least" ] || least=$count
    if [ $((count * 10)) -le $((least * times * 12)) ]; then
      passed=$((passed + 1))
    else
      fail "$length bytes in reads of $piece take $count instructions; 1 MiB takes $least"
    fi
  done
done

echo "ipc: $passed passed, $failed failed"
[ $failed -eq 0 ]
