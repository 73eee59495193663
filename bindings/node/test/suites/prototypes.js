// SPDX-License-Identifier: MIT
//
// Programs in which prototypes and globals were changed, before the module is used or before it is
// loaded.

'use strict';

const path = require('path');

const CHILD = JSON.stringify(path.join(__dirname, '..', 'support', 'child.js'));
const cases = {};

// Functions of the language that go wrong when the add-on's own JavaScript calls them. Node's has
// copies of its own.
function broken(owner, names) {
  return `
    for (const name of ${JSON.stringify(names)}) {
      const real = ${owner}[name];
      let isInside = false;
      ${owner}[name] = function(...args) {
        if (!isInside) {
          isInside = true;
          const caller = new Error().stack.split('\\n')[2];
          isInside = false;
          if (caller.includes('/bindings/node/lib/')) throw new Error('called ' + name);
        }
        return Reflect.apply(real, this, args);
      };
    }`;
}

// What is done to the language, once the module is there.
const POLLUTIONS = {
  'options on Object.prototype': `Object.assign(Object.prototype, {
      cwd: '/no/such', shell: '/no/such', uid: 12345, gid: 12345, detached: true, argv0: 'polluted',
      env: { A: 'polluted' }, stdio: 'ignore', timeout: 1, killSignal: 'SIGKILL', maxBuffer: 1,
      windowsHide: 'x' });`,
  'options of fork on Object.prototype': `Object.assign(Object.prototype, {
      execPath: '/no/such', execArgv: ['--no-such-flag'], silent: 1, serialization: 'x' });`,
  'results on Object.prototype': `Object.assign(Object.prototype, {
      status: 'x', killed: 'x', stdout: 'x', stderr: 'x', output: 'x', step: 'x', fds: 'x' });`,
  'enumerable things on Array.prototype': `Array.prototype.extra = 1;
      Object.defineProperty(Array.prototype, 3,
        { value: 'x', writable: true, configurable: true });`,
  'broken methods of arrays': broken('Array.prototype', [
    'push',
    'slice',
    'map',
    'filter',
    'forEach',
    'join',
    'concat',
    'unshift',
    'shift',
    'pop',
    'indexOf',
    'includes',
    'reduce',
    'some',
    'every',
    'splice',
  ]),
  'broken methods of strings': broken('String.prototype', [
    'slice',
    'includes',
    'indexOf',
    'toUpperCase',
    'startsWith',
    'split',
    'replace',
    'trim',
    'charCodeAt',
    'endsWith',
  ]),
  'broken call, apply and bind': broken('Function.prototype', ['call', 'apply', 'bind']).replace(
    'const real',
    'const Reflect = global.Reflect; const real'
  ),
  'broken functions of objects': broken('Object', [
    'keys',
    'assign',
    'defineProperty',
    'create',
    'entries',
    'freeze',
    'getOwnPropertyDescriptor',
    'defineProperties',
    'setPrototypeOf',
    'getPrototypeOf',
  ]),
  'broken promises': broken('Promise.prototype', ['then', 'catch', 'finally']),
  'globals that are gone': `for (const name of ['Object', 'Array', 'Error', 'TypeError',
    'RangeError',
      'Promise', 'Symbol', 'String', 'Buffer', 'Number', 'Reflect', 'JSON', 'Map', 'Set', 'Math',
        'process']) {
      global[name] = null; }`,
  'timers that were replaced': `for (const name of ['setTimeout', 'clearTimeout', 'setImmediate',
      'setInterval', 'clearInterval', 'queueMicrotask']) {
      global[name] = () => { throw new Error('called ' + name); }; }`,
};

// What is done then, one after the other; each is done when it says so.
const USES = `
  const uses = {
    spawn: (done) => {
      const child = cp.spawn('echo', ['text']);
      child.stdout.on('data', (data) => print('data', data + ''));
      child.on('error', (error) => print('error', error.message));
      child.on('close', (...args) => done('close', ...args));
    },
    options: (done) => {
      const child = cp.spawn('sh', ['-c', 'pwd'],
        { cwd: '/usr', stdio: ['ignore', 'pipe', 'ignore'] });
      child.stdout.on('data', (data) => print('data', data + ''));
      child.on('close', (...args) => done('close', ...args));
    },
    failure: (done) => {
      const child = cp.spawn('no-such-program', ['x']);
      child.on('error', (error) => print('error', error.message, error.code, error.path));
      child.on('close', (...args) => done('close', ...args));
    },
    execFile: (done) => cp.execFile('sh', ['-c', 'echo a; exit 3'], (error, out, err) => (
      done(error && error.message, error && error.code, out, err))),
    timeout: (done) => cp.exec('exec sleep 60', { timeout: 100 }, (error, out, err) => (
      done(error && error.killed, error && error.signal, out, err))),
    spawnSync: (done) => {
      const { status, stdout, signal, error } = cp.spawnSync('echo', ['text']);
      done(status, stdout && stdout + '', signal, error && error.message);
    },
    execFileSync: (done) => {
      try {
        done(cp.execFileSync('sh', ['-c', 'exit 3']));
      } catch (error) {
        done(error.message, error.status);
      }
    },
    refusal: (done) => {
      try {
        cp.spawn(1);
      } catch (error) {
        done(error.name, error.code, error.message);
      }
    },
    fork: (done) => {
      const child = cp.fork(${CHILD}, ['echo'], { execArgv: [] });
      child.on('message', (message) => {
        print('message', message.a && message.a[0], message.a && message.a[1]);
        child.kill();
      });
      child.on('exit', (...args) => done('exit', ...args));
      child.send({ a: [1, 'x'] });
    },
  };
`;

// Another use begins when the one before is done, or goes wrong, or says nothing for a while.
const DRIVER = `
  const names = ['spawn', 'options', 'failure', 'execFile', 'timeout', 'spawnSync', 'execFileSync',
    'refusal', 'fork'];
  let current = -1;
  let timer;
  const next = () => {
    clear(timer);
    const name = names[++current];
    if (name === undefined) end();
    print(name);
    const mine = current;
    const done = (...args) => {
      print(...args);
      if (mine === current) immediate(next);
    };
    timer = later(() => done('nothing'), 3000);
    try {
      uses[name](done);
    } catch (error) {
      done('threw', error && error.message);
    }
  };
  own.on('uncaughtException', (error) => {
    print('uncaught', error && error.message);
    immediate(next);
  });
  next();
`;

function source(pollution) {
  return `
    const { writeSync } = require('fs');
    const { stringify } = JSON;
    const [later, clear, immediate] = [setTimeout, clearTimeout, setImmediate];
    const own = process;
    const end = () => own.exit();
    const print = (...args) => writeSync(1, stringify(args) + '\\n');
    for (const name of ['net', 'stream', 'dgram', 'events', 'util', 'v8', 'url',
      'string_decoder']) require(name);
    process.stdout;
    ${USES}
    ${pollution}
    ${DRIVER}
  `;
}

for (const [what, pollution] of Object.entries(POLLUTIONS)) {
  cases[`polluted: ${what}`] = async (cp, t) => {
    const { out, err, code, signal } = await t.program(source(pollution));
    const uses = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return {
      uses,
      err: err
        .split('\n')
        .filter((line) => /Error/.test(line))
        .slice(0, 1),
      code,
      signal,
    };
  };
}

// Node 18 itself is not proof against them.
module.exports = Number(process.versions.node.split('.')[0]) < 20 ? {} : cases;
