#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [WORD...]: the library at one end of a channel and Node at the other, both ways,
# with each program named in CP_TEST_NODES (node); with words, only the tests whose names hold one.
# With CP_TEST_ADDON, Node's end is the add-on of that build in place of its own module.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR [WORD...]}" && pwd) || exit 2
shift
here=$(cd "$(dirname "$0")" && pwd) || exit 2
unset NODE_OPTIONS NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
export LC_ALL=C
if [ -n "${CP_TEST_ADDON:-}" ]; then
  export CHILD_PROCESS_NODE_ADDON=$build/bindings/node/child_process.node
  # For the children, too; the quotes are for Node.
  # shellcheck disable=SC2089
  NODE_OPTIONS="--require \"$(cd "$here/../../bindings/node" && pwd)/register.js\""
  # shellcheck disable=SC2090
  export NODE_OPTIONS
fi

passed=0 failed=0

# play SUITE ARGUMENT...: one file of tests, and what it counts.
play() {
  local suite=$1 output status
  shift
  output=$(PATH="$scratch:$PATH" timeout 300 "$node" --no-warnings "$here/$suite.js" "$@" \
    2>&1 </dev/null)
  status=$?
  sed '$d' <<<"$output"
  if [[ $output =~ $suite:\ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    echo "FAILED: $suite.js ended with $status: ${output##*$'\n'}"
    failed=$((failed + 1))
  fi
}

for name in ${CP_TEST_NODES:-node}; do
  if ! node=$(command -v "$name"); then
    echo "FAILED: $name is not there"
    failed=$((failed + 1))
    continue
  fi
  # What the library calls node is the first of that name in PATH.
  scratch=$(mktemp -d) || exit 2
  ln -s "$node" "$scratch/node"
  play talk "$build/test/ipc_program" "$@"
  play handles "$build/test" "$@"
  play advanced "$build/test" "$@"
  rm -rf "$scratch"
done

echo "node: $passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
