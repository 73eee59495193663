#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [--build]: the add-on for Node as a package of npm: packed, installed into an
# empty folder, used there in each way.
set -eu
exec node "$(dirname "$0")/../../bindings/node/test/packaging.js" "$@"
