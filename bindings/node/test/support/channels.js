// SPDX-License-Identifier: MIT
//
// Children at the other end of a channel, for the suites about messages.

'use strict';

function fork(cp, t, part, args = [], options = {}) {
  return cp.fork(t.child, [part, ...args.map(String)], { silent: true, execArgv: [], ...options });
}

// A child that is no Node: a shell that has the channel as descriptor 3.
function shell(cp, script, options = {}) {
  return cp.spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'], ...options });
}

module.exports = {
  fork,
  shell,
};
