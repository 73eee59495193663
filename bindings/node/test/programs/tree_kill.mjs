// SPDX-License-Identifier: MIT

/* tree-kill: a shell with children of its own, found by ps and ended, down to the last. */

import { isGone } from './ours.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import kill from 'tree-kill';

const tree = spawn('sh',
  ['-c', 'sh -c "sleep 60 & echo \\$!; wait" & echo $!; sleep 60 & echo $!; wait'],
  { stdio: ['ignore', 'pipe', 'inherit'] });
const pids = [];
for await (const line of createInterface({ input: tree.stdout })) {
  pids.push(Number(line));
  if (pids.length === 3) break;
}
const closed = once(tree, 'exit');
await promisify(kill)(tree.pid, 'SIGKILL');
console.log('tree', await closed);
// The others are nobody's children here: their end cannot be waited for.
for (let i = 0; i < 1000 && !pids.every(isGone); i++) await sleep(10);
console.log('branches', pids.map(isGone));
