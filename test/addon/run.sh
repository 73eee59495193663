#!/bin/bash
# SPDX-License-Identifier: MIT
#
# run.sh BUILD_DIR [WORD...]: the tests of the add-on for Node, which are beside it.
exec bash "$(dirname "$0")/../../bindings/node/test/run.sh" "$@"
