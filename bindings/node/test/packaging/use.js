// SPDX-License-Identifier: MIT
'use strict';

/* Run in a folder where the package is installed: require, and who replaces execFile is heard. */

const assert = require('node:assert');
const builtin = require('node:child_process');
const ours = require('child-process-native');

assert.notStrictEqual(ours.spawn, builtin.spawn);
assert.deepStrictEqual(Object.keys(ours), Object.keys(builtin));

const { execFile } = ours;
const heard = [];
ours.execFile = (...args) => {
  heard.push(args[0]);
  return execFile(...args);
};
ours.exec('echo from the package', (error, stdout) => {
  assert.deepStrictEqual(heard, ['echo from the package']);
  console.log(error, JSON.stringify(stdout));
});
