#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [SEED [COUNT]]: reading and writing JSON beside node's JSON.parse() and
# JSON.stringify(), and clones beside v8.serialize() and v8.deserialize(), with each program named
# in CP_TEST_NODES (node). The random texts and values come from SEED (1018; "random" for another
# each time), which is told when a test fails; of clones there are COUNT (5000) in each of four
# tests. Where versions of V8 read spoiled clones otherwise than others do, clone_compare.js says
# so.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR [SEED [COUNT]]}" && pwd) || exit 2
seed=${2:-1018}
[ "$seed" != random ] || seed=$((RANDOM * 31 + $$))
count=${3:-5000}
here=$(cd "$(dirname "$0")" && pwd) || exit 2
root=$(cd "$here/../.." && pwd) || exit 2

# setting NAME: what the build was configured with
setting() {
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"
}

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

# compile NAME FILES...: with the library as it was built, and its compiler; the tools are a part of
# the runner, too.
sanitize=$(setting CP_SANITIZE)
compile() {
  local name=$1
  shift
  # shellcheck disable=SC2046,SC2086 # lists of words
  "$(setting CMAKE_C_COMPILER)" -std=c11 -D_GNU_SOURCE -g ${sanitize:+-fsanitize=$sanitize} \
    -I"$root/include" -I"$root/src" -I"$root/test" "-D$name=main" "${@/#/$here/}" \
    "$build/libchild_process_internal.a" $(pkg-config --libs libuv) -pthread -o "$scratch/$name"
}
if ! compile json_tool json_tool.c || ! compile clone_tool clone_tool.c rebuild.c; then
  echo "value: 0 passed, 1 failed"
  exit 1
fi

# All of it in a locale with a decimal comma, where one can be made: it must not matter.
passed=0 failed=0 skipped=0
cat >"$scratch/source" <<'end'
LC_NUMERIC
decimal_point "<U002C>"
thousands_sep ""
grouping -1
END LC_NUMERIC
end
localedef -c --no-archive -i "$scratch/source" "$scratch/comma" >/dev/null 2>&1
comma=(env LOCPATH="$scratch" LC_ALL=comma)
if [ "$("${comma[@]}" printf %.1f 1,5 2>/dev/null)" != 1,5 ]; then
  skipped=1
  echo "SKIPPED: in a locale with a decimal comma: localedef makes none here"
  comma=()
fi

# compare NODE TOOL SCRIPT [ARGUMENT...]
compare() {
  local node=$1 tool=$scratch/$2 script=$3 output status
  shift 3
  output=$(${comma[@]+"${comma[@]}"} "$node" "$here/$script" "$tool" "$seed" "$@" 2>&1)
  status=$?
  sed '$d' <<<"$output"
  if [[ $output =~ compare:\ ([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  else
    echo "FAILED: $script ended with $status: ${output##*$'\n'}"
    failed=$((failed + 1))
  fi
}

for node in ${CP_TEST_NODES:-node}; do
  if ! command -v "$node" >/dev/null; then
    echo "FAILED: $node is not there"
    failed=$((failed + 1))
    continue
  fi
  compare "$node" json_tool compare.js
  compare "$node" clone_tool clone_compare.js "$count"
done

line="value: $passed passed, $failed failed"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
echo "$line"
[ $failed -eq 0 ]
