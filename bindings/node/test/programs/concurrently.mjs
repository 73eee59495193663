// SPDX-License-Identifier: MIT

/* concurrently: as a program and as a module. */

import './ours.mjs';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import concurrently from 'concurrently';

const require = createRequire(import.meta.url);
const program = path.join(require.resolve('concurrently'), '../dist/bin/concurrently.js');

async function run(commands, options) {
  const outputStream = new PassThrough();
  const output = text(outputStream);
  const { result } = concurrently(commands, { outputStream, prefixColors: 'none', ...options });
  const events = await result.catch((closed) => closed);
  outputStream.end();
  const lines = (await output).split('\n').map((line) => line.trimEnd()).filter(Boolean).sort();
  const ends = events.map(({ command, exitCode }) => `${command.name} ${exitCode}`).sort();
  return { lines, ends };
}

console.log(await run([
  { command: 'echo hello', name: 'greeter' },
  { command: 'echo error >&2; exit 2', name: 'loser' },
  { command: 'echo "$WHO"', name: 'who', env: { WHO: 'me' } },
]));
console.log(await run([
  { command: 'exit 1', name: 'first' },
  { command: 'exec sleep 60', name: 'killed' },
], { killOthersOn: ['failure'] }));
console.log(await run([{ command: 'exit 1', name: 'again' }],
  { restartTries: 2, restartDelay: 10 }));
const inputStream = new PassThrough();
setImmediate(() => inputStream.write('typed\n'));
console.log(await run([{ command: 'read line; echo got $line', name: 'reader' }],
  { handleInput: true, inputStream, pauseInputStreamOnFinish: true }));

// The program: itself with the same module, since its parent hands on how it was started.
await new Promise((resolve) => {
  execFile(process.execPath, [...process.execArgv, program, '--no-color', '-n', 'a,b',
    'echo from-a', 'sh -c "exit 4"'], (error, stdout) => {
    console.log('program', error.code, stdout.split('\n').filter(Boolean).sort());
    resolve();
  });
});
