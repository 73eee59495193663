// SPDX-License-Identifier: MIT

/*
 * Run with --require or --import of child-process-native/register: everybody in the program has
 * ours, import, require, cluster and worker threads included, and what we do not have is kept.
 */

import assert from 'node:assert';
import cluster from 'node:cluster';
import { createRequire } from 'node:module';
import { isMainThread, Worker } from 'node:worker_threads';
import builtin, { spawn, execFileSync } from 'node:child_process';
import { exec as execWithoutPrefix } from 'child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const require = createRequire(import.meta.url);
const ours = require('child-process-native');

assert.match(ours.spawn.toString(), /./);
assert.strictEqual(ours, builtin);
assert.strictEqual(require('child_process'), builtin);
assert.strictEqual(spawn, builtin.spawn);
assert.strictEqual(execWithoutPrefix, builtin.exec);
assert.strictEqual(typeof builtin._forkChild, 'function');
// Twice is once.
const before = { ...builtin };
require('child-process-native/register');
assert.deepStrictEqual({ ...builtin }, before);
// ChildProcess is the one class of both names.
assert.ok(spawn('true') instanceof ours.ChildProcess);

if (!isMainThread) {
  console.log('thread:', execFileSync('echo', ['blocking'], { encoding: 'utf8' }).trim());
} else if (cluster.isPrimary) {
  const { stdout } = await promisify(execWithoutPrefix)('echo promised');
  console.log('exec:', stdout.trim());
  cluster.setupPrimary({ exec: new URL('worker.cjs', import.meta.url).pathname });
  const worker = cluster.fork();
  assert.ok(worker.process instanceof ours.ChildProcess);
  assert.deepStrictEqual((await once(worker, 'message'))[0], 'ready');
  worker.send('question');
  console.log('cluster:', (await once(worker, 'message'))[0]);
  worker.disconnect();
  await once(worker, 'exit');
  await once(new Worker(new URL(import.meta.url)), 'exit');
}
