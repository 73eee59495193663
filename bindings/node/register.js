// SPDX-License-Identifier: MIT
'use strict';

/*
 * node --require child-process-native/register app.js
 *
 * Puts our functions in place of Node's, in the module object that everybody shares: what was
 * required or imported before sees them too, but for what was taken out of the object by then.
 * What Node exports and we do not have (_forkChild, by which it installs a channel in a child)
 * stays. A second time changes nothing.
 */

const builtin = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');
const ours = require('./index.js');

if (builtin.spawn !== ours.spawn) {
  for (const name of Object.keys(builtin)) {
    if (Object.hasOwn(ours, name)) builtin[name] = ours[name];
  }
  // From now on there is one module: who replaces execFile in it is heard by exec, whichever of
  // the two names he knows it by.
  require.cache[require.resolve('./index.js')].exports = builtin;
  syncBuiltinESMExports();
}

module.exports = builtin;
