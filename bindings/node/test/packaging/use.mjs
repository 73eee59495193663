// SPDX-License-Identifier: MIT

/* As use.js, imported. */

import assert from 'node:assert';
import { createRequire } from 'node:module';
import * as builtin from 'node:child_process';
import whole, * as ours from 'child-process-native';

const required = createRequire(import.meta.url)('child-process-native');
assert.strictEqual(whole, required);
assert.deepStrictEqual(Object.keys(ours), Object.keys(builtin));
for (const name of Object.keys(required)) assert.strictEqual(ours[name], required[name], name);

const child = ours.spawn('echo', ['imported'], { stdio: ['ignore', 'inherit', 'inherit'] });
child.on('close', (code) => console.log('closed with', code));
