// SPDX-License-Identifier: MIT

/* zx: scripts of the shell, written in JavaScript. */

import './ours.mjs';
import { $, cd, within } from 'zx';

$.verbose = false;
const show = (name, value) => console.log(name, JSON.stringify(value));

show('output', (await $`echo ${"it's quoted $HOME"}`).stdout);
show('pipe', (await $`printf 'b\na\n'`.pipe($`sort`)).lines());
show('nothrow', (await $({ nothrow: true })`echo no >&2; exit 5`).exitCode);
show('throws', await $`exit 6`.catch((error) => [error.exitCode, error.signal]));
show('input', (await $({ input: 'typed' })`cat`).stdout);
const typed = $`read line; echo got $line`;
typed.stdin.write('a line\n');
typed.stdin.end();
show('stdin', (await typed).stdout);
const slow = $`exec sleep 60`;
setTimeout(() => slow.kill('SIGINT'), 50);
show('kill', await slow.catch((error) => error.signal));
show('timeout', await $`exec sleep 60`.timeout(50, 'SIGKILL').catch((error) => error.signal));
await within(async () => {
  cd('/');
  show('cd', (await $`pwd`).text());
});
show('sync', $.sync`echo ${'blocking'}`.stdout);
const lines = [];
for await (const line of $`printf '1\n2\n3\n'`) lines.push(line);
show('lines', lines);
