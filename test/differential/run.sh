#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [WORD...]: the command `child` beside Node itself, row by row of table.js; with
# words, only the rows whose names hold one. $NODE is the Node that is asked, by default the one
# in PATH.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR [WORD...]}" && pwd) || exit 2
shift
node=$(command -v "${NODE:-node}") || {
  echo "differential: there is no node to compare with"
  echo "differential: 0 passed, 0 failed, 1 skipped"
  exit 0
}

# What is said must not depend on the language, nor on what a shell is told to read first.
unset CDPATH ENV BASH_ENV NODE_OPTIONS
export LC_ALL=C
exec "$node" "$(dirname "$0")/compare.js" "$build/cli/child" "$@"
