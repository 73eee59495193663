#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [WORD...]: the add-on beside Node's own module, case by case; with words, only the
# cases whose names hold one. $NODE is the Node that plays both, by default the one in PATH.
set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR [WORD...]}" && pwd) || exit 2
shift
here=$(cd "$(dirname "$0")" && pwd) || exit 2
node=$(command -v "${NODE:-node}") || {
  echo "addon: there is no node"
  echo "addon: 0 passed, 0 failed, 1 skipped"
  exit 0
}

unset CDPATH ENV BASH_ENV NODE_OPTIONS NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE
export LC_ALL=C
export CHILD_PROCESS_NODE_ADDON=$build/bindings/node/child_process.node
exec "$node" --test-reporter="$here/support/reporter.js" "$here/compare.js" "$@"
