#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [SECONDS]: each fuzzer for some seconds (5), its corpus first. They have a build
# of their own, whatever BUILD_DIR is. `make fuzz` gives them more time.
set -u
: "${1:?usage: run.sh BUILD_DIR [SECONDS]}"
seconds=${2:-5}
cd "$(dirname "$0")/../.." || exit 2

passed=0 failed=0
for source in test/fuzz/fuzz_*.c; do
  name=${source##*/fuzz_}
  name=${name%.c}
  if output=$(scripts/fuzz "$name" "$seconds" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n%s\n' "$name" "$output"
  fi
done

echo "fuzz: $passed passed, $failed failed"
[ $failed -eq 0 ]
