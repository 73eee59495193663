#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [WORD...]: tests of the command `child`; those whose names hold a WORD, or all.
# A test is a function whose name is a sentence, in one of the files *_test.sh. Each runs in a
# process and in a folder of its own, for a minute at most, and fails by expect_* of expect.sh.
# The parts that a shell cannot play (terminals, slow readers, signals at a known moment) are in
# drive_*.py. Four run at the same time: they wait for something most of the time.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR [WORD...]}" && pwd) || exit 2
shift
here=$(cd "$(dirname "$0")" && pwd) || exit 2
root=$(cd "$here/../.." && pwd) || exit 2

# A folder and a copy that any user may enter and run.
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
child=$scratch/child
cp "$build/cli/child" "$child" || exit 2
export here root build child
unset CDPATH ENV BASH_ENV
export LC_ALL=C

# shellcheck disable=SC2016 # these are for the shell that is started
run_test() { # NAME FILE: in a folder of its own; timeout ends its whole process group
  mkdir -m 777 "$scratch/$1"
  cd "$scratch/$1" && timeout 60 "$BASH" -u -c '. "$here/expect.sh"; . "$1"; "$2"' test "$2" "$1"
}

# The redirections keep what a test leaves behind from holding the output that we wait for.
start_test() { # NAME FILE: its exit code comes into a file
  {
    (run_test "$1" "$2")
    echo $? >"$scratch/$1.status"
  } >"$scratch/$1.log" 2>&1 </dev/null &
}

is_wanted() { # NAME WORD...
  local name=$1 word
  shift
  [ $# -eq 0 ] && return
  for word in "$@"; do
    [[ $name == *"$word"* ]] && return
  done
  return 1
}

at_once=4
names=()
for file in "$here"/*_test.sh; do
  # shellcheck disable=SC2013 # names are words
  for name in $(sed -nE 's/^(test_[a-z0-9_]+)\(\).*/\1/p' "$file"); do
    is_wanted "$name" "$@" || continue
    [ ${#names[@]} -lt $at_once ] || wait -n
    names+=("$name")
    start_test "$name" "$file"
  done
done
wait

passed=0
failed=0
for name in "${names[@]}"; do
  result=$(cat "$scratch/$name.status")
  if [ "$result" = 0 ]; then
    passed=$((passed + 1))
    continue
  fi
  failed=$((failed + 1))
  [ "$result" != 124 ] || echo "it took more than a minute" >>"$scratch/$name.log"
  sentence=${name#test_}
  printf 'FAILED: %s\n' "${sentence//_/ }"
  sed 's/^/    /' "$scratch/$name.log"
done

echo "cli: $passed passed, $failed failed"
[ $failed -eq 0 ]
