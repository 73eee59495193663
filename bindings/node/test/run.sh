#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [WORD...]: the add-on of that build beside Node's own module, case by case, and
# what it does by itself; with words, only the cases and tests whose names hold one. $NODE is the
# Node for all of it, by default the one in PATH. With CP_TEST_SOAK it takes much longer.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR [WORD...]}" && pwd) || exit 2
shift
here=$(cd "$(dirname "$0")" && pwd) || exit 2

skip() {
  echo "addon: $1"
  echo "addon: 0 passed, 0 failed, 1 skipped"
  exit 0
}

node=$(command -v "${NODE:-node}") || skip "there is no node"
export CHILD_PROCESS_NODE_ADDON=$build/bindings/node/child_process.node
[ -e "$CHILD_PROCESS_NODE_ADDON" ] || {
  echo "addon: there is no $CHILD_PROCESS_NODE_ADDON"
  echo "addon: 0 passed, 1 failed"
  exit 1
}

# What the cases see must not depend on who runs them.
unset CDPATH ENV BASH_ENV NODE_OPTIONS NODE_PATH NODE_V8_COVERAGE
unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID
export LC_ALL=C

# A sanitizer has to be there before anything else. It slows down each process that is started, so
# that it sees a selection.
sanitizer=$(ldd "$CHILD_PROCESS_NODE_ADDON" | sed -n 's/.*=> \(.*libasan[^ ]*\).*/\1/p')
if [ -n "$sanitizer" ]; then
  export LD_PRELOAD=$sanitizer CP_TEST_SANITIZED=1
  export ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS:-}
  if [ $# -eq 0 ]; then
    set -- 'the streams of' 'by json' 'hostile' 'TCP'
    [ -z "${CP_TEST_SOAK:-}" ] || set -- "$@" 'kill(' 'stdio by' 'spawnSync:' 'socket' \
      'server' 'abort' 'a timeout' 'too ' 'fork with' 'comes from' 'in a worker' 'a grandchild' \
      'cluster'
  fi
fi

exec "$node" --no-warnings --test-reporter="$here/support/reporter.js" "$here/all.js" "$@"
