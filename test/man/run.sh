#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR: the man pages. Every public function is named in one and declared there as in
# the header, every page names only what there is, and mandoc has nothing to say.
set -u
: "${1:?usage: run.sh BUILD_DIR}"
cd "$(dirname "$0")/../.." || exit 2

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
export LC_ALL=C
passed=0
failed=0

# check SENTENCE COMMAND...: what the command prints is what is wrong.
check() {
  local sentence=$1 said
  shift
  if said=$("$@" 2>&1) && [ -z "$said" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$sentence"
    printf '%s\n' "$said" | sed 's/^/    /'
  fi
}

# The pages as if they were installed, so that references between them can be followed.
mkdir -p "$scratch/man1" "$scratch/man3"
cp cli/*.1 "$scratch/man1"
cp docs/man/*.3 "$scratch/man3"
makewhatis "$scratch"

lint() { # PAGE
  MANPATH=$scratch mandoc -T lint -W style "$1"
}

# The header without comments and preprocessor lines, a declaration a line, single blanks.
declarations() {
  gcc -fpreprocessed -E -P include/child_process.h 2>/dev/null | grep -v '^#' |
    tr '\n' ' ' | tr ';' '\n' | sed -E 's/[[:space:]]+/ /g; s/^ //' |
    grep -E '^CP_API' | sed -E 's/^CP_API (CP_MUST_USE )?//'
}

# What the SYNOPSIS of all pages declares, in the same form.
declared_in_pages() {
  for page in docs/man/*.3; do
    mandoc -T utf8 -O width=900 "$page" | sed 's/.\x08//g' |
      sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | tr '\n' ' ' | tr ';' '\n' |
      sed -E 's/[[:space:]]+/ /g; s/^ //; s/^.*<child_process\.h> //; s/\* (cp_[a-z0-9_]*\()/*\1/'
    echo # the last one ended without
  done | grep -E '^[a-z].*\(.*\)$' | grep -v '^typedef'
}

declarations | sort >"$scratch/in_header"
declared_in_pages | sort >"$scratch/in_pages"

every_function_is_declared() {
  [ "$(wc -l <"$scratch/in_header")" -ge 50 ] || echo "there are too few functions"
  diff "$scratch/in_header" "$scratch/in_pages"
}

names_in_header() {
  grep -oE '\b(cp|CP)_[A-Za-z_]+' include/child_process.h | sort -u
}

no_page_names_what_is_not_there() {
  for page in docs/man/*.3 cli/*.1; do
    grep -v '^\.\\"' "$page" | grep -oE '\b(cp|CP)_[A-Za-z_]+' | sort -u |
      grep -vxiF -f <(names_in_header; echo child_process; basename "$page" .3) |
      sed "s|^|$page: |"
  done
}

for page in docs/man/*.3 cli/*.1; do
  check "mandoc has nothing to say about $page" lint "$page"
done
for section in 'RETURN VALUES' ERRORS EXAMPLES 'SEE ALSO'; do
  check "every page has a section $section" grep -L "^\.Sh $section" docs/man/*.3
done
check "every public function is declared as in the header" every_function_is_declared
check "no page names what is not there" no_page_names_what_is_not_there

echo "man: $passed passed, $failed failed"
[ $failed -eq 0 ]
