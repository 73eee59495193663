// SPDX-License-Identifier: MIT
'use strict';

/*
 * Node's own test files that pass with Node's module and cannot pass with ours, each with the
 * reason. One that passes after all is a failure of the list.
 */
const INTERNALS = 'replaces parts of Node\'s internal/child_process (--expose-internals), which ' +
  'ours does not use';

module.exports = {
  'parallel/test-child-process-exec-kill-throws.js': INTERNALS,
  'parallel/test-child-process-spawnsync-kill-signal.js': INTERNALS,
  'parallel/test-child-process-spawnsync-shell.js': INTERNALS,
  'parallel/test-child-process-windows-hide.js': INTERNALS,
};
