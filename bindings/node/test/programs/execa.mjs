// SPDX-License-Identifier: MIT

/* execa: its usual work, as its documentation shows it. */

import './ours.mjs';
import { execa, execaNode, execaSync, $ } from 'execa';
import { readFileSync, rmSync } from 'node:fs';

const show = (name, value) => console.log(name, JSON.stringify(value));

show('output', (await execa('printf', ['%s\n', 'one', 'two'])).stdout);
show('lines', (await execa({ lines: true })('printf', ['%s\n', 'one', 'two'])).stdout);
show('input', (await execa('tr', ['a-z', 'A-Z'], { input: 'from a string' })).stdout);
show('template', (await $`echo ${'one word'} and ${['two', 'words']}`).stdout);
show('shell', (await execa({ shell: true })`echo $((6 * 7)) | tr 2 3`).stdout);
show('environment', (await execa('sh', ['-c', 'echo $WHO'], { env: { WHO: 'me' } })).stdout);
show('all', (await execa({ all: true })`sh -c ${'echo out; echo err >&2'}`).all.split('\n').sort());
show('piped', (await execa('printf', ['b\na\n']).pipe('sort').pipe`head -n 1`).stdout);

const failure = await execa({ reject: false })`sh -c ${'echo no >&2; exit 3'}`;
show('failure', [failure.failed, failure.exitCode, failure.stderr, failure.shortMessage]);
const missing = await execa({ reject: false })`there-is-no-such-program`;
show('missing', [missing.failed, missing.code, missing.exitCode, missing.cause.syscall]);
const slow = await execa({ reject: false, timeout: 100 })`sleep 60`;
show('timeout', [slow.timedOut, slow.signal, slow.isTerminated, slow.exitCode]);
const controller = new AbortController();
const cancelled = execa({ reject: false, cancelSignal: controller.signal })`sleep 60`;
setImmediate(() => controller.abort());
show('cancelled', [(await cancelled).isCanceled, (await cancelled).signal]);
const stubborn = execa('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 0.05; done'],
  { reject: false, forceKillAfterDelay: 100 });
for await (const line of stubborn) {
  show('stubborn', line);
  stubborn.kill();
}
show('killed at last', [(await stubborn).signal, (await stubborn).isForcefullyTerminated]);
const much = await execa({ reject: false, maxBuffer: 1000 })`yes`;
show('much', [much.isMaxBuffer, much.stdout.length]);

const file = `execa-${process.pid}.txt`;
await execa({ stdout: { file } })`echo into a file`;
show('file', readFileSync(file, 'utf8'));
rmSync(file);
show('inherit', (await execa({ stdout: ['inherit', 'pipe'] })`echo inherited and seen`).stdout);
async function* shout(line) { yield line.toUpperCase(); }
show('transform', (await execa({ stdout: shout })`printf ${'x\\ny'}`).stdout);
const binary = await execa({ encoding: 'buffer' })`head -c 300000 /dev/zero`;
show('binary', [binary.stdout.constructor.name, binary.stdout.length]);

const talk = new URL('execa_child.mjs', import.meta.url).pathname;
const talker = execaNode({ ipc: true, input: '' })`${talk}`;
await talker.sendMessage({ question: 'how many?' });
show('message', await talker.getOneMessage());
show('talker', (await talker).ipcOutput.length);
const advanced = await execaNode(talk,
  { ipcInput: new Map([['question', new Set([1n])]]), serialization: 'advanced' });
show('advanced', advanced.ipcOutput.map(String));

show('sync', execaSync('echo', ['blocking']).stdout);
show('sync input', execaSync('cat', { input: Buffer.from('bytes') }).stdout);
show('sync failure', execaSync({ reject: false })`sh -c ${'kill -9 $$'}`.signal);
show('many', (await Promise.all(Array.from({ length: 50 }, (_, i) => execa('echo', [String(i)]))))
  .reduce((sum, { stdout }) => sum + Number(stdout), 0));
