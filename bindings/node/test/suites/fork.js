// SPDX-License-Identifier: MIT
//
// fork(): its arguments, what its child is, and its life.

'use strict';

const fs = require('fs');
const path = require('path');
const url = require('url');

const cases = {};

// A node with nothing but what is told; `silent` keeps its words to us.
function fork(cp, t, part, args = [], options = {}) {
  return cp.fork(t.child, [part, ...args.map(String)], { silent: true, execArgv: [], ...options });
}

async function about(cp, t, options, args) {
  const child = fork(cp, t, 'about', args, options);
  return {
    spawnfile: t.encode(child.spawnfile),
    spawnargs: t.encode(child.spawnargs),
    ...(await t.finish(child)),
  };
}

for (const [what, options] of Object.entries({
  'nothing more': {},
  execArgv: { execArgv: ['--no-warnings', '--stack-size=900'] },
  cwd: { cwd: '/usr' },
  env: { env: { ...process.env, ADDON_TEST: 'x' } },
  'shell, which is ignored': { shell: true },
  detached: { detached: true },
  advanced: { serialization: 'advanced' },
  argv0: { argv0: 'name' },
  'an empty execPath': { execPath: '' },
  windowsHide: { windowsHide: true },
  'stdio pipe': { silent: false, stdio: 'pipe' },
  'stdio ignore': { silent: false, stdio: 'ignore' },
  'stdio as an array': { silent: false, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  'ipc first': { silent: false, stdio: ['ipc', 'pipe', 'pipe'] },
  'ipc last of six': { silent: false, stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'ignore', 'ipc'] },
})) {
  cases[`fork with ${what}`] = async (cp, t) => about(cp, t, options, ['a', 'b c']);
}

for (const [what, stdio] of Object.entries({
  'no ipc': ['pipe', 'pipe', 'pipe'],
  'an empty array': [],
  'ipc twice': ['ipc', 'ipc'],
  'ipc alone': ['ipc'],
  'a bad text': 'x',
  'the text ipc': 'ipc',
  'a number': 1,
  'an object': {},
  'ipc in capitals': ['pipe', 'pipe', 'pipe', 'IPC'],
  overlapped: 'overlapped',
  null: null,
})) {
  cases[`fork and stdio: ${what}`] = async (cp, t) => {
    const child = t.outcome(() => {
      const started = cp.fork('module', [], { execPath: 'true', stdio });
      t.watched.push(started);
      return [started.stdio.map((each) => each && each.constructor.name), Boolean(started.channel)];
    });
    return child;
  };
}

cases['a module as URL'] = async (cp, t) =>
  t.finish(cp.fork(url.pathToFileURL(t.child), ['exit', '3'], { execArgv: [] }));
cases['a module as Buffer'] = async (cp, t) =>
  t.life('fork', Buffer.from('module'), { execPath: 'echo', silent: true, execArgv: [] });
cases['a module as another URL'] = async (cp, t) => t.life('fork', new URL('http://host/x'));
cases['a module that is not there'] = async (cp, t) => {
  const seen = await t.finish(cp.fork('/no/such/module', [], { silent: true, execArgv: [] }));
  return {
    child: seen.child,
    channel: seen.channel,
    err: /Cannot find module/.test(seen['fd 2'].data),
  };
};
cases['a module by a relative name'] = async (cp, t) => {
  const file = t.file(
    'module.js',
    'process.send(__filename === require("path").resolve("module.js"))'
  );
  return t.finish(cp.fork('./module.js', [], { cwd: path.dirname(file), execArgv: [] }));
};
cases['a module of the other kind'] = async (cp, t) => {
  const file = t.file(
    'module.mjs',
    'import { execPath } from "process"; process.send(typeof execPath);'
  );
  return t.finish(cp.fork(file, [], { execArgv: [] }));
};

cases['execArgv is that of the process'] = async (cp, t) =>
  t.program(
    `
  const child = cp.fork(__filename.replace(/program-.*/, 'module.js'), ['x'],
    { execPath: 'echo', silent: true });
  console.log(child.spawnargs.length, child.spawnargs.slice(1, -2).join());
`,
    { flags: ['--no-warnings', '--stack-size=900'] }
  );

for (const flags of [['-e'], ['-p'], ['--eval'], ['--print'], ['-pe'], ['--no-warnings', '-e']]) {
  cases[`execArgv of a process started with ${flags.join(' ')}`] = async (cp, t) => {
    const source = `const cp = require(process.env.CP_TEST_MODULE);
      const c = cp.fork('module', ['x'], { execPath: 'true' }); console.log(c.spawnargs.slice(1))`;
    const { spawnSync } = require('node:child_process');
    const { stdout, status } = spawnSync(t.node, [...flags, source], { encoding: 'utf8' });
    return { stdout, status };
  };
}

cases['options are not changed'] = async (cp, t) => {
  const options = Object.freeze({ execPath: 'true', execArgv: Object.freeze(['a']), silent: true });
  const args = Object.freeze(['x']);
  await t.finish(cp.fork('module', args, options));
  return [options, args];
};

cases['a fork that exits'] = async (cp, t) => t.finish(fork(cp, t, 'exit', [9]));
cases['a fork that throws'] = async (cp, t) => {
  const { child, channel, 'fd 2': err } = await t.finish(fork(cp, t, 'throw'));
  return { child, channel, err: err.data.includes('Error: mine') };
};
cases['a fork that is killed'] = async (cp, t) => {
  const child = fork(cp, t, 'wait');
  child.on('message', () => child.kill('SIGKILL'));
  return t.finish(child);
};
cases['a fork that lets go'] = async (cp, t) => t.finish(fork(cp, t, 'disconnect'));
cases['a fork that the parent lets go'] = async (cp, t) => {
  const child = fork(cp, t, 'wait');
  const log = t.watch(child);
  child.on('message', () => child.disconnect());
  await t.until(() => log.child.length > 1 && log.channel.length > 1);
  await t.sleep(30);
  return { child: log.child, channel: log.channel };
};

cases['the keys of a fork'] = async (cp, t) => {
  const child = cp.fork('module', [], { execPath: 'true' });
  const seen = {
    keys: Object.keys(child),
    hidden: Object.getOwnPropertyNames(child),
    symbols: Object.getOwnPropertySymbols(child).map(String),
  };
  const flags = Object.getOwnPropertyDescriptor(child, '_channel');
  // Node 26 has none.
  if (flags) {
    seen.accessor = [typeof flags.get, typeof flags.set, flags.enumerable, flags.configurable];
  }
  await t.finish(child);
  return { ...seen, after: Object.keys(child) };
};

cases['_channel is deprecated'] = async (cp, t) => {
  const child = cp.fork('module', [], { execPath: 'true' });
  const { channel } = child;
  const seen = [child._channel === channel];
  child._channel = 'other';
  seen.push(child.channel);
  child._channel = channel;
  await t.finish(child);
  return { seen: t.encode(seen), warned: process.listenerCount('warning') };
};

cases['the channel object'] = async (cp, t) => {
  const child = fork(cp, t, 'wait');
  const { channel } = child;
  const prototype = Object.getPrototypeOf(channel);
  const seen = {
    type: channel.constructor.name,
    keys: Object.keys(channel),
    methods: Object.getOwnPropertyNames(prototype),
    parent: Object.getOwnPropertyNames(Object.getPrototypeOf(prototype)).length > 0,
    fd: channel.fd > 2,
    isSocket: fs.fstatSync(channel.fd).isSocket(),
    hasRef: typeof channel.hasRef === 'function' && channel.hasRef(),
    returned: [channel.unref(), channel.ref(), channel.unrefCounted(), channel.refCounted()].map(
      t.encode
    ),
    emitter: typeof channel.on,
  };
  child.on('message', () => child.kill());
  await t.finish(child);
  return { ...seen, after: t.encode(child.channel), late: t.outcome(() => channel.fd) };
};

cases['connected and channel, at each event'] = async (cp, t) => {
  const child = fork(cp, t, 'disconnect');
  const seen = {};
  const note = (name) => {
    seen[name] = [child.connected, t.encode(child.channel)];
  };
  note('start');
  for (const name of ['spawn', 'message', 'disconnect', 'exit', 'close'])
    child.on(name, () => note(name));
  await t.finish(child);
  return seen;
};

cases['a fork in the order of its events'] = async (cp, t) => {
  const child = fork(cp, t, 'say', ['["a","b"]'], {
    silent: false,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const log = t.watch(child);
  await log.closed;
  return {
    first: log.order[0],
    last: log.order[log.order.length - 1],
    messages: log.order.filter((name) => name === 'message' || name === 'disconnect'),
  };
};

cases['a fork with a signal'] = async (cp, t) => {
  const controller = new AbortController();
  const child = fork(cp, t, 'wait', [], { signal: controller.signal });
  child.on('message', () => controller.abort());
  return t.finish(child);
};

cases['a program that ends with its fork'] = async (cp, t) =>
  t.program(`
  const child = cp.fork(${JSON.stringify(path.join(__dirname, '..', 'support', 'child.js'))},
    ['wait'], { execArgv: [] });
  child.on('message', (message) => { console.log(message); process.disconnect && 0;
    child.disconnect(); });
  child.on('exit', (code) => console.log('exit', code));
`);

cases['a fork whose parent is gone'] = async (cp, t) =>
  t.program(`
  const child = cp.fork(${JSON.stringify(path.join(__dirname, '..', 'support', 'child.js'))},
    ['wait'],
    { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.on('message', (message) => { console.log(message); process.exit(2); });
`);

module.exports = cases;
