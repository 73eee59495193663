// SPDX-License-Identifier: MIT
//
// Every option with values of every type, in every function: which are refused, by what error, and
// what the others lead to. The program is one that does nothing.

'use strict';

const { POOL, isLeftOut, showName, tryAll } = require('../support/pool');

const FILE_FUNCTIONS = ['spawn', 'spawnSync', 'execFile', 'execFileSync'];
const COMMAND_FUNCTIONS = ['exec', 'execSync'];

// More values of an option than those that all get.
const OPTIONS = {
  cwd: [
    '/',
    '/no/such/folder',
    '/etc/passwd',
    Buffer.from('/'),
    Buffer.from('/\0x'),
    new Uint8Array([47]),
    new URL('file:///'),
    new URL('http://host/'),
    new URL('file://host/'),
    new URL('file:///%00'),
    new URL('file:///a%2Fb'),
    new DataView(new ArrayBuffer(1)),
  ],
  detached: [new Boolean(true)],
  uid: [0, 2 ** 31, 2 ** 31 - 1, -(2 ** 31), '0'],
  gid: [0, 2 ** 31, '0'],
  shell: ['/bin/sh', 'sh', '/no/such/shell', new String('/bin/sh'), 'sh\0'],
  argv0: ['name', 'na\0me', new String('name')],
  windowsHide: [],
  windowsVerbatimArguments: [],
  timeout: [100000, '100000', new Date(100000)],
  signal: [new AbortController().signal, new EventTarget(), { aborted: 0 }],
  maxBuffer: [1000, '1000', 0.5, -0.5, -0],
  killSignal: [
    'SIGTERM',
    'sigterm',
    'SigKill',
    'TERM',
    'SIGFOO',
    'SIGTERM\0',
    9,
    64,
    65,
    15.5,
    '9',
  ],
  stdio: [
    'pipe',
    'ignore',
    'inherit',
    'ipc',
    'wrap',
    'fd',
    'PIPE',
    'pipe\0',
    ['pipe'],
    [],
    [class Named {}],
  ],
  serialization: ['json', 'advanced', 'JSON', 'json\0', ['json']],
  encoding: ['utf8', 'UTF-8', 'buffer', 'hex', 'latin1', 'no-such-encoding', 'base64url'],
  input: ['text', new Uint8Array(2), new DataView(new ArrayBuffer(2)), new ArrayBuffer(2)],
  env: [
    { A: 'a\0b' },
    { 'A\0B': 'x' },
    { A: undefined },
    { A: null, B: true, C: 1 },
    { A: { toString: () => 'x\0y' } },
    { 'A=B': 'x' },
    { '': 'x' },
  ],
};

// What would leave a mark on the machine, or whose result depends on the moment.
function isUnfit(option, value) {
  if (option === 'timeout') return value === 1;
  // A number as descriptor means whatever is open.
  return option === 'stdio' && Array.isArray(value) && value.some(Number.isInteger);
}

// A program that does not read its input may be told that it had none.
function argumentsOf(name, options) {
  const file = 'input' in options && name.endsWith('Sync') ? 'cat' : 'true';
  return COMMAND_FUNCTIONS.includes(name) ? [file, options] : [file, [], options];
}

// Options in which the functions are not alike.
const DIFFERS = ['maxBuffer', 'encoding', 'input', 'timeout', 'stdio', 'signal'];
const isLong = Boolean(process.env.CP_TEST_SOAK);

const cases = {};

for (const [option, more] of Object.entries(OPTIONS)) {
  for (const [i, value] of [...POOL, ...more].entries()) {
    if (isUnfit(option, value) || (i < POOL.length && isLeftOut(i))) continue;
    cases[`options.${option} = ${showName(value)} (${i})`] = async (cp, t) => {
      const names = [...FILE_FUNCTIONS, ...COMMAND_FUNCTIONS];
      // spawn() makes stdio longer in place.
      const given = () => (Array.isArray(value) ? [...value] : value);
      const make = (name) => argumentsOf(name, { [option]: given() });
      const seen = await tryAll(t, ['spawn'], make);
      // A value that spawn() takes starts a process in each of the others.
      if (!seen.spawn.threw && !DIFFERS.includes(option) && !isLong && i % 4 !== 0) return seen;
      Object.assign(seen, await tryAll(t, names, make));
      seen.fork = await t.call('fork', 'module', { execPath: 'true', [option]: given() });
      return seen;
    };
  }
}

module.exports = cases;
