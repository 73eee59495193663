// SPDX-License-Identifier: MIT
//
// Where the module is used: worker threads, ES modules, and the asynchronous context of callbacks.

'use strict';

const path = require('path');

const CHILD = JSON.stringify(path.join(__dirname, '..', 'support', 'child.js'));
const cases = {};

// A worker tells what it was told itself.
function worker(name, source, after = '') {
  cases[`in a worker: ${name}`] = async (cp, t) =>
    t.program(`
    const { Worker, isMainThread, parentPort } = require('worker_threads');
    if (isMainThread) {
      const worker = new Worker(__filename);
      const told = [];
      worker.on('message', (message) => { told.push(message); ${after} });
      worker.on('error', (error) => told.push(['error', error.message]));
      worker.on('exit', (code) => console.log(JSON.stringify(told), code));
    } else {
      const tell = (...args) => parentPort.postMessage(args);
      ${source}
    }
  `);
}

worker(
  'spawn',
  `
  const child = cp.spawn('sh', ['-c', 'cat; echo err >&2; exit 3']);
  let text = '';
  child.stdout.on('data', (data) => { text += data; });
  child.stdin.end('text');
  child.on('close', (...args) => tell('close', text, ...args));`
);
worker(
  'a failed spawn',
  `
  const child = cp.spawn('no-such-program', { stdio: 'ignore' });
  child.on('error', ({ code }) => tell('error', code));
  child.on('close', (...args) => tell('close', ...args));`
);
worker('exec', 'cp.exec("echo text; exit 2", (error, out) => tell(error.message, out));');
worker(
  'spawnSync',
  'const { status, stdout } = cp.spawnSync("echo", ["text"]); tell(status, stdout.toString());'
);
worker('execFileSync', 'tell(cp.execFileSync("echo", ["text"], { encoding: "utf8" }));');
worker(
  'stdio that is inherited',
  'cp.spawn("sh", ["-c", "exit 4"], { stdio: "inherit" }).on("close", (...args) => tell(...args));'
);
worker(
  'fork',
  `
  const child = cp.fork(${CHILD}, ['echo'], { execArgv: [] });
  child.on('message', (message) => { tell('message', message); child.kill(); });
  child.on('close', (...args) => tell('close', ...args));
  child.send({ a: 1 });`
);
worker(
  'fork, advanced',
  `
  const child = cp.fork(${CHILD}, ['echo'], { execArgv: [], serialization: 'advanced' });
  child.on('message', (message) => { tell('message', message); child.kill(); });
  child.on('close', (...args) => tell('close', ...args));
  child.send(new Map([[1, 2n]]));`
);
worker(
  "a child that is unref'ed",
  `
  const child = cp.spawn('sleep', ['1'], { stdio: 'ignore' });
  child.unref();
  tell('unref');`
);
worker(
  'process.exit with a child that lives',
  `
  const child = cp.spawn('sleep', ['1'], { stdio: 'ignore' });
  child.on('exit', () => tell('no'));
  tell('exit');
  process.exit(5);`
);
worker(
  'terminated while a child lives',
  `
  const child = cp.spawn('sh', ['-c', 'read -r line;
    sleep 1'], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.on('exit', (...args) => tell('no', ...args));
  child.on('spawn', () => tell('spawn'));`,
  'worker.terminate();'
);
worker(
  'terminated while a fork lives',
  `
  const child = cp.fork(${CHILD}, ['wait'], { execArgv: [] });
  child.on('message', (message) => tell(message));`,
  'worker.terminate();'
);
worker(
  'terminated while output comes',
  `
  const child = cp.spawn('sh', ['-c', 'while echo x; do :; done']);
  let isTold = false;
  child.stdout.on('data', () => { if (!isTold) tell('data'); isTold = true; });`,
  'worker.terminate();'
);
worker(
  'a throw in an event',
  `
  cp.spawn('true').on('exit', () => { throw new Error('mine'); });`
);

cases['many workers, each with children'] = async (cp, t) =>
  t.program(`
  const { Worker, isMainThread, parentPort } = require('worker_threads');
  if (isMainThread) {
    let left = 6;
    const codes = [];
    for (let i = 0; i < left; i++) {
      new Worker(__filename).on('message', (code) => codes.push(code)).on('exit', () => {
        if (--left === 0) console.log(codes.length, new Set(codes).size);
      });
    }
    for (let i = 0; i < 10; i++) cp.spawn('true').on('exit', (code) => codes.push(code));
  } else {
    for (let i = 0; i < 10; i++) cp.spawn('true').on('exit',
      (code) => parentPort.postMessage(code));
  }
`);

cases['workers that come and go, one after the other'] = async (cp, t) =>
  t.program(`
  const { Worker, isMainThread } = require('worker_threads');
  const fs = require('fs');
  const next = (left, fds) => {
    const worker = new Worker(__filename);
    worker.on('exit', () => {
      const now = fs.readdirSync('/proc/self/fd').length;
      if (left > 0) next(left - 1, fds || now);
      else console.log('grown by', Math.max(0, now - fds));
    });
  };
  if (isMainThread) {
    next(6);
  } else {
    const child = cp.spawn('sleep', ['0.3']);
    child.on('spawn', () => process.exit());
  }
`);

// ES modules.
function esModule(name, source) {
  cases[`as an ES module: ${name}`] = async (cp, t) => {
    const real =
      t.modulePath === 'child_process'
        ? 'node:child_process'
        : path.join(path.dirname(t.modulePath), 'index.mjs');
    const file = t.file('module.mjs', source.replace(/MODULE/g, JSON.stringify(real)));
    const { spawnSync } = require('node:child_process');
    const { status, stdout, stderr } = spawnSync(t.node, [file], {
      encoding: 'utf8',
      cwd: t.scratch,
    });
    return { status, stdout, stderr: stderr.slice(0, 500) };
  };
}

esModule('the names', 'import * as all from MODULE; console.log(Object.keys(all).sort().join());');
esModule(
  'the default',
  `import cp from MODULE; import * as all from MODULE;
  console.log(Object.keys(cp).sort().join(),
    Object.keys(cp).every((name) => cp[name] === all[name]));`
);
esModule(
  'a named import',
  `import { spawn, execFileSync } from MODULE;
  spawn('sh', ['-c', 'exit 3']).on('close', (...args) => console.log(...args));
  console.log(String(execFileSync('echo', ['text'])));`
);
esModule(
  'a dynamic import',
  `const { spawn, default: cp } = await import(MODULE);
  console.log(spawn === cp.spawn); const child = spawn('echo', ['text']);
  for await (const part of child.stdout) console.log(String(part));`
);
esModule(
  'promises at the top',
  `import { promisify } from 'util'; import { exec } from MODULE;
  console.log(await promisify(exec)('echo text'));`
);
esModule(
  'fork of a URL',
  `import { fork } from MODULE;
  if (process.send) process.send('text');
  else fork(new URL(import.meta.url)).on('message', (message) => console.log(message));`
);

// The context of what is called back.
const CONTEXTS = {
  spawn: `const child = cp.spawn('echo', ['x']);
    for (const name of ['spawn', 'exit', 'close']) child.on(name, () => note(name));
    child.stdout.on('data', () => note('data')); child.stdout.on('end', () => note('end'));
      child.stdout.on('close', () => note('stdout'));`,
  'a failed spawn': `const child = cp.spawn('no-such-program', { stdio: 'ignore' });
    for (const name of ['error', 'close']) child.on(name, () => note(name));`,
  execFile: 'cp.execFile("true", () => note("callback"));',
  exec: 'cp.exec("exit 2", () => note("callback"));',
  promises: 'require("util").promisify(cp.execFile)("true").then(() => note("then"));',
  stdin:
    `const child = cp.spawn("cat"); child.stdin.write("x", () => note("written"));
      child.stdin.end(() => note("ended"));`,
  messages: `const child = cp.fork(${CHILD}, ['echo'], { execArgv: [] });
    child.on('message', () => { note('message'); child.disconnect(); });
      child.on('disconnect', () => note('disconnect'));
    child.on('exit', () => note('exit')); child.send('x', () => note('sent'));`,
  timeouts:
    'cp.spawn("sleep", ["60"], { timeout: 50, stdio: "ignore" }).on("exit", () => note("exit"));',
  signals: `const c = new AbortController();
    const child = cp.spawn("sleep", ["60"], { signal: c.signal, stdio: "ignore" });
    child.on("error", () => note("error")); child.on("exit", () => note("exit"));
      other(() => c.abort());`,
  'listeners added elsewhere':
    `const child = cp.spawn("true", { stdio: "ignore" });
      other(() => child.on("exit", () => note("exit")));`,
};

for (const [what, source] of Object.entries(CONTEXTS)) {
  cases[`the context of ${what}`] = async (cp, t) => {
    const { out, err } = await t.program(`
      const { AsyncLocalStorage, executionAsyncId } = require('async_hooks');
      const storage = new AsyncLocalStorage();
      const told = {};
      const note = (name) => { told[name] = [storage.getStore(), executionAsyncId() > 0]; };
      const other = (call) => storage.run('other', call);
      storage.run('mine', () => { ${source} });
      process.on('exit', () => console.log(JSON.stringify(Object.entries(told).sort())));
    `);
    return { told: out ? JSON.parse(out) : null, err };
  };
}

cases['a promise and a tick inside an event run before the next event'] = async (cp, t) => {
  const child = cp.spawn('true', { stdio: 'ignore' });
  const order = [];
  child.on('exit', () => {
    order.push('exit');
    process.nextTick(() => order.push('tick'));
    queueMicrotask(() => order.push('microtask'));
  });
  child.on('close', () => order.push('close'));
  setImmediate(function wait() {
    if (!order.includes('tick')) setImmediate(wait);
    else order.push('immediate');
  });
  await t.until(() => order.includes('immediate'));
  return order;
};

cases['a domain hears of errors'] = async (cp, t) =>
  t.program(`
  const domain = require('domain').create();
  domain.on('error', (error) => console.log('domain', error.message));
  domain.run(() => cp.spawn('no-such-program'));
`);

cases['async_hooks count as many befores as afters'] = async (cp, t) =>
  t.program(`
  const hooks = require('async_hooks');
  let depth = 0;
  let lowest = 0;
  hooks.createHook({ before: () => { depth++; }, after: () => { depth--;
    lowest = Math.min(lowest, depth); } }).enable();
  const child = cp.spawn('echo', ['x']);
  child.stdout.resume();
  child.on('close', () => setImmediate(() => setImmediate(() => console.log(depth, lowest))));
`);

module.exports = cases;
