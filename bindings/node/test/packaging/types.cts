// SPDX-License-Identifier: MIT

/* Compiled, not run: as types.mts, for who requires it. */

import node = require('node:child_process');
import ours = require('child-process-native');
import register = require('child-process-native/register');

const asNodes: typeof node = ours;
const registered: typeof node = register;
const error: ours.StartError | null = null;

ours.exec('ls', (failure, stdout, stderr) => {
  const text: string = stdout + stderr;
  console.log(failure?.code, text, error);
});
// @ts-expect-error A command is a string.
ours.exec(1);

export = { asNodes, registered };
