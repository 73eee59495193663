// SPDX-License-Identifier: MIT

/* cross-spawn: programs, scripts, what is not there, and the blocking form. */

import './ours.mjs';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import spawn from 'cross-spawn';

const folder = mkdtempSync(path.join(tmpdir(), 'cross-spawn-'));
const script = path.join(folder, 'a script');
writeFileSync(script, '#!/usr/bin/env node\nconsole.log(process.argv.slice(2).join("|"));\n');
chmodSync(script, 0o755);

const child = spawn(script, ['a b', '*', '"$HOME"'], { stdio: ['ignore', 'pipe', 'inherit'] });
const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
console.log('script', JSON.stringify(output), code);

const lost = spawn(path.join(folder, 'nothing'));
const [error] = await once(lost, 'error');
console.log('lost', error.code, error.syscall.replace(folder, ''), lost.pid);

const result = spawn.sync(script, ['blocking'], { encoding: 'utf8' });
console.log('sync', JSON.stringify(result.stdout), result.status, result.error);
const failed = spawn.sync('there-is-no-such-program', ['x']);
console.log('sync lost', failed.error.code, failed.error.syscall, failed.status);
rmSync(folder, { recursive: true });
