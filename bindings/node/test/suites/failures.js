// SPDX-License-Identifier: MIT
//
// Starts that fail: which functions throw, which emit, and what, in which order.

'use strict';

const fs = require('fs');
const path = require('path');

const ALL = ['spawn', 'execFile', 'spawnSync', 'execFileSync', 'fork'];
const HUGE = 'x'.repeat(200000);

const cases = {};

// fork() has the file as its execPath.
function argumentsOf(name, file, args, options) {
  if (name === 'fork') return ['module', args, { execPath: file, silent: true, ...options }];
  return [file, args, options];
}

const FAILURES = {
  'a program that is not there': ['no-such-program', ['a', 'b c']],
  'a path that is not there': ['/no/such/program', []],
  'a file that may not be run': ['/etc/passwd', ['a']],
  'a folder as program': ['/etc', ['a']],
  'a path through a file': ['/etc/passwd/x', ['a']],
  'a name that is too long': [`/${'x'.repeat(300)}`, ['a']],
  'a path that is too long': [`/${'x/'.repeat(3000)}`, ['a']],
  'an argument that is too long': ['true', [HUGE]],
  'an environment that is too long': ['true', [], { env: { A: HUGE } }],
  'a cwd that is not there': ['true', [], { cwd: '/no/such/folder' }],
  'a cwd that is a file': ['true', ['a'], { cwd: '/etc/passwd' }],
  'a cwd that is too long': ['true', [], { cwd: `/${'x'.repeat(300)}` }],
  'a missing cwd and a missing program': ['no-such-program', [], { cwd: '/no/such/folder' }],
  'a missing cwd and a shell': ['true', [], { cwd: '/no/such/folder', shell: true }],
  'a missing program, without pipes': ['no-such-program', [], { stdio: 'ignore' }],
  'a missing program, its outputs inherited': ['no-such-program', [], { stdio: 'inherit' }],
  'a missing program, with one pipe': [
    'no-such-program',
    [],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  ],
  'a missing program, with five pipes': [
    'no-such-program',
    [],
    { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] },
  ],
  'a missing program, detached': ['no-such-program', [], { detached: true }],
  'a missing program with a timeout': ['no-such-program', [], { timeout: 100000 }],
  'a descriptor that is not open': ['true', [], { stdio: ['ignore', 'ignore', 'ignore', 9999] }],
  'a descriptor that is not open as stdout': ['true', ['a'], { stdio: ['pipe', 9999, 'pipe'] }],
};

for (const [what, [file, args, options = {}]] of Object.entries(FAILURES)) {
  for (const name of ALL) {
    if (name === 'fork' && options.stdio) continue;
    cases[`${name}: ${what}`] = async (cp, t) =>
      t.call(name, ...argumentsOf(name, file, args, options));
  }
}

for (const [what, [file, args, options = {}]] of Object.entries(FAILURES)) {
  cases[`a failed start, told to the callback of execFile: ${what}`] = async (cp, t) =>
    t.callback('execFile', file, args, options);
}

cases['a failed child, property by property'] = async (cp, t) => {
  const child = cp.spawn('no-such-program', ['a']);
  const before = t.encode(Object.fromEntries(Object.entries(child)));
  const seen = await t.finish(child);
  return { before, seen, after: t.encode(Object.fromEntries(Object.entries(child))) };
};

cases['a failed child, in its order'] = async (cp, t) => {
  const child = cp.spawn('no-such-program', [], { stdio: 'ignore' });
  const log = t.watch(child);
  const order = log.order;
  process.nextTick(() => order.push('tick'));
  setImmediate(() => order.push('immediate'));
  await log.closed;
  return order;
};

// Node signals the process group of the program itself.
const IN_A_GROUP = {
  before: 'exec setsid "$0" "$@"',
};

cases['a signal to a child that failed to start'] = async (cp, t) =>
  t.program(
    `
  const child = cp.spawn('no-such-program');
  child.on('error', () => {});
  console.log(child.kill(), child.killed);
`,
    IN_A_GROUP
  );

cases['signal 0 to a child that failed to start'] = async (cp, t) =>
  t.program(
    `
  const child = cp.spawn('no-such-program');
  child.on('error', () => {});
  console.log(child.kill(0), child.killed);
`,
    IN_A_GROUP
  );

cases['a signal to a child that was never started'] = async (cp, t) =>
  t.program(
    `
  const child = new cp.ChildProcess();
  console.log(child.kill(), child.killed);
`,
    IN_A_GROUP
  );

cases['a signal to a child after its start has failed'] = async (cp, t) => {
  const child = cp.spawn('no-such-program');
  await t.finish(child);
  return [t.outcome(() => child.kill()), child.killed];
};

cases['writing to a failed child'] = async (cp, t) => {
  const child = cp.spawn('no-such-program');
  const log = t.watch(child);
  const told = [];
  child.stdin.write('text', (error) => told.push(error ? error.code : 'written'));
  child.stdin.end();
  await log.closed;
  return { child: log.child, callbacks: told.length };
};

cases['a failed child without a listener for its error'] = async (cp, t) => {
  const child = cp.spawn('no-such-program');
  let isClosed = false;
  child.on('close', () => {
    isClosed = true;
  });
  await t.sleep(100);
  return [child.exitCode, isClosed];
};

cases['a failed fork, in its order'] = async (cp, t) => {
  const child = cp.fork('module', { execPath: 'no-such-program' });
  const state = [child.connected, t.encode(child.channel), t.encode(child.pid)];
  const seen = await t.finish(child);
  return { state, seen, after: [child.connected, t.encode(child.channel)] };
};

cases['sending to a failed fork'] = async (cp, t) => {
  const child = cp.fork('module', { execPath: 'no-such-program' });
  const log = t.watch(child);
  const callbacks = [];
  const sent = t.outcome(() => child.send('text', (error) => callbacks.push(t.encode(error))));
  await log.closed;
  return { sent, child: log.child, calls: callbacks.length };
};

// Under a low limit of descriptors the streams are not there at all.
cases['no descriptor is left'] = async (cp, t) =>
  t.program(
    `
  const fs = require('fs');
  cp.spawn('true').on('close', () => {
    cp.spawnSync('true');
    const open = [];
    try { for (;;) open.push(fs.openSync('/dev/null')); } catch {}
    const told = [];
    const child = cp.spawn('true');
    for (const name of ['spawn', 'error', 'exit', 'close']) {
      child.on(name, (...args) => told.push([name,
        ...args.map((each) => each && each.message || each)]));
    }
    const streams = ['stdin', 'stdout', 'stderr', 'stdio'].map((name) => [name in child,
      typeof child[name]]);
    const sync = cp.spawnSync('true');
    const result = [Object.keys(sync), sync.error && sync.error.code, sync.status, sync.pid];
    setTimeout(() => {
      for (const fd of open) fs.closeSync(fd);
      console.log(JSON.stringify({ told, streams, result, pid: typeof child.pid,
        keys: Object.keys(child) }));
    }, 50);
  });
`,
    { before: 'ulimit -n 80' }
  );

cases['a start that throws leaves no descriptor'] = async (cp, t) => {
  const count = () => fs.readdirSync('/proc/self/fd').length;
  t.outcome(() => cp.spawn('/etc/passwd/x'));
  await t.turns();
  const before = count();
  const outcomes = [];
  for (let i = 0; i < 20; i++) {
    outcomes.push(t.outcome(() => cp.spawn('/etc/passwd/x')).threw.text);
    outcomes.push(
      t.outcome(() =>
        cp.spawn('true', {
          stdio: ['pipe', 'pipe', 'pipe', 'nonsense'],
        })
      ).threw.text
    );
    outcomes.push(t.outcome(() => cp.spawn('true', { stdio: ['pipe', 'pipe', 9999] })).threw.text);
  }
  await t.turns(5);
  return { outcomes: [...new Set(outcomes)], left: count() - before };
};

cases['a start that is emitted leaves no descriptor'] = async (cp, t) => {
  const count = () => fs.readdirSync('/proc/self/fd').length;
  await t.finish(cp.spawn('no-such-program'));
  const before = count();
  for (let i = 0; i < 20; i++) await t.finish(cp.spawn('no-such-program'));
  return count() - before;
};

cases['a program that vanishes between two starts'] = async (cp, t) => {
  const file = t.file('tool', '#!/bin/sh\nexit 4', 0o755);
  const first = await t.life('spawn', file);
  fs.unlinkSync(file);
  return [first, await t.life('spawn', file), path.basename(file)];
};

cases['an empty file, past the checks'] = async (cp, t) => {
  const seen = [];
  for (const extra of [{}, { args: ['name', 'x'] }, { stdio: 'ignore' }]) {
    const child = new cp.ChildProcess();
    seen.push(t.outcome(() => child.spawn({ file: '', args: [], ...extra })));
    seen.push(await t.finish(child));
  }
  return seen;
};

// What each number of free descriptors is good for.
cases['starts of a missing program with few descriptors'] = async (cp, t) =>
  t.program(
    `
    const fs = require('fs');
    const start = (...args) => new Promise((resolve) => {
      const child = cp.spawn(...args);
      child.on('error', ({ code }) => resolve([code, child.stdin === undefined]));
    });
    (async () => {
      await start('no-such-program');
      for (let free = 0; free < 12; free++) {
        const held = [];
        try {
          for (;;) held.push(fs.openSync('/dev/null'));
        } catch {}
        for (let i = 0; i < free; i++) fs.closeSync(held.pop());
        const told = [];
        for (const args of [['no-such-program'], ['true', { cwd: '/no/such' }]]) {
          told.push(await start(...args));
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        for (const fd of held) fs.closeSync(fd);
        console.log(free, JSON.stringify(told));
      }
    })();
  `,
    { before: 'ulimit -n 80' }
  );

module.exports = cases;
