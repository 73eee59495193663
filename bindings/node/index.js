// SPDX-License-Identifier: MIT
'use strict';

/*
 * The module: what require('child_process') has, under the same names in the same order.
 */

const { _forkChild } = require('node:child_process');
const { ChildProcess } = require('./lib/child.js');
const { addPromisified, execFile, makeExec } = require('./lib/exec.js');
const { makeFork } = require('./lib/fork.js');
const { nameAsInNode } = require('./lib/node.js');
const { spawn } = require('./lib/spawn.js');
const { execFileSync, execSync, spawnSync } = require('./lib/sync.js');

const exec = makeExec(() => module.exports);
addPromisified(exec);
addPromisified(execFile);

module.exports = {
  _forkChild,
  ChildProcess,
  exec,
  execFile,
  execFileSync,
  execSync,
  fork: makeFork(spawn),
  spawn,
  spawnSync,
};
nameAsInNode(module.exports);
