// SPDX-License-Identifier: MIT

/* jest-worker and workerpool: pools of forked processes, their messages and their errors. */

import './ours.mjs';
import { Worker } from 'jest-worker';
import workerpool from 'workerpool';

const task = new URL('workers_task.cjs', import.meta.url).pathname;

const farm = new Worker(task, { numWorkers: 2, exposedMethods: ['square', 'fail', 'who', 'die'] });
const squares = await Promise.all(Array.from({ length: 200 }, (_, i) => farm.square(i)));
console.log('squares', squares.reduce((sum, n) => sum + n, 0));
console.log('failure', await farm.fail('why').catch((error) => [error.name, error.message]));
const pids = new Set(await Promise.all(Array.from({ length: 20 }, () => farm.who())));
console.log('other processes', !pids.has(process.pid), pids.size <= 2);
console.log('death', await farm.die().catch((error) => error.message.replace(/pid=\d+/, 'pid')));
console.log('end', await farm.end());

const pool = workerpool.pool({ workerType: 'process', maxWorkers: 2 });
const sums = await Promise.all([1, 2, 3].map((n) => pool.exec((a, b) => a + b, [n, 10])));
console.log('sums', sums);
const thrown = pool.exec(() => { throw new RangeError('far'); });
console.log('thrown', await thrown.catch((error) => error.message));
const stuck = pool.exec(() => { while (true); }).timeout(300);
console.log('stuck', await stuck.catch((error) => error.constructor.name));
await pool.terminate();
console.log('pool', pool.stats().totalWorkers);
