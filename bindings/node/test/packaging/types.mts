// SPDX-License-Identifier: MIT

/* Compiled, not run: the package's types are Node's own, for who imports it. */

import * as node from 'node:child_process';
import * as ours from 'child-process-native';
import whole from 'child-process-native';
import 'child-process-native/register';
import { spawn, ChildProcess, type StartError, type SpawnOptions } from 'child-process-native';

const asNodes: typeof node = ours;
const wholeAsNodes: typeof node = whole;
const ownProcess: node.ChildProcess = ours.spawn('ls');
const options: SpawnOptions = { stdio: ['pipe', 'pipe', 'inherit'], detached: true };

const child: ChildProcess = spawn('ls', ['-lh'], options);
child.on('error', (error: StartError) => {
  const step: string | undefined = error.step;
  const code: string | undefined = error.code;
  console.log(step, code);
});
const text: string = ours.execSync('ls', { encoding: 'utf8' });
const bytes: Buffer = ours.execFileSync('ls');
const forked = ours.fork('child.js', { serialization: 'advanced' });
forked.send({ hello: 'child' }, (error) => error?.message);

// @ts-expect-error The first argument is the program.
spawn(1);
// @ts-expect-error There is no such export.
export { spawnAsync } from 'child-process-native';

export { asNodes, wholeAsNodes, ownProcess, text, bytes };
