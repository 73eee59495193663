// SPDX-License-Identifier: MIT

/*
 * What each program here loads first: with PROGRAM_MODULE, the add-on's index.js, that module must
 * be what `import` and `require` of child_process give.
 */

import assert from 'node:assert';
import { createRequire } from 'node:module';
import * as namespace from 'node:child_process';

const require = createRequire(import.meta.url);

if (process.env.PROGRAM_MODULE) {
  const ours = require(process.env.PROGRAM_MODULE);
  for (const name of ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'ChildProcess']) {
    assert.strictEqual(typeof ours[name], 'function');
    assert.strictEqual(namespace[name], ours[name]);
    assert.strictEqual(require('child_process')[name], ours[name]);
  }
}

/** Where no process of that pid is left, or only a status that nobody took. */
export function isGone(pid) {
  const { readFileSync } = require('node:fs');
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}
