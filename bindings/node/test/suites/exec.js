// SPDX-License-Identifier: MIT
//
// exec() and execFile(): what the callback is told, and the promisified forms.

'use strict';

const util = require('util');

const cases = {};

const COMMANDS = {
  nothing: 'true',
  'a line': 'echo text',
  both: 'echo out; echo err >&2',
  'a code': 'echo out; echo err >&2; exit 7',
  'a code without output': 'exit 3',
  'code 127': 'no-such-command',
  'code 255': 'exit 255',
  'a syntax error': 'if then',
  'a signal': 'echo out; kill -USR1 $$',
  SIGKILL: 'kill -9 $$',
  SIGPIPE: 'kill -PIPE $$',
  'no text': 'printf "\\377\\200"',
  'two-byte text': 'printf "\\303\\251\\342\\202\\254"',
  '200 KB': 'head -c 200000 /dev/zero',
  'an empty command': '',
  'a command that is not there, with blanks': '  no-such-command  a  b  ',
  'a command of two lines': 'echo a\nexit 2',
  'stderr without an end': 'printf err >&2; exit 1',
  'text beyond ASCII in the command': 'echo \u20ac; exit 1',
};

for (const [what, command] of Object.entries(COMMANDS)) {
  cases[`exec: ${what}`] = async (cp, t) => t.callback('exec', command);
  cases[`exec promisified: ${what}`] = async (cp, t) =>
    promised(t, util.promisify(cp.exec), command);
}

const FILES = {
  'a program': ['echo', ['a', 'b c']],
  'a code': ['sh', ['-c', 'echo out; echo err >&2; exit 7']],
  'a program that is not there': ['no-such-program', ['a', 'b c']],
  'a path through a file': ['/etc/passwd/x', ['a']],
  'no arguments': ['true'],
  'arguments null': ['true', null],
  'arguments undefined': ['true', undefined],
  'options alone': ['pwd', { cwd: '/usr' }],
  'options null': ['true', [], null],
  'options undefined': ['true', [], undefined],
  'a shell': ['echo $0; exit 2', ['a'], { shell: true }],
  'arguments that are no text': ['false', [1, null, undefined, {}]],
  'a signal': ['sh', ['-c', 'kill -TERM $$']],
};

for (const [what, args] of Object.entries(FILES)) {
  cases[`the callback of execFile with ${what}`] = async (cp, t) => t.callback('execFile', ...args);
  cases[`execFile promisified: ${what}`] = async (cp, t) =>
    promised(t, util.promisify(cp.execFile), ...args);
}

async function promised(t, call, ...args) {
  let promise;
  try {
    promise = call(...args);
  } catch (error) {
    return { threw: t.encode(error) };
  }
  const seen = {
    isNative: Object.getPrototypeOf(promise) === Promise.prototype,
    keys: Object.keys(promise),
    child: promise.child && promise.child.constructor.name,
  };
  if (promise.child) t.watched.push(promise.child);
  await promise.then(
    (value) => {
      seen.value = t.encode(value);
    },
    (error) => {
      seen.error = t.encode(error);
    }
  );
  return seen;
}

for (const encoding of [
  undefined,
  null,
  'utf8',
  'utf-8',
  'UTF8',
  'latin1',
  'binary',
  'ascii',
  'hex',
  'base64',
  'utf16le',
  'ucs2',
  'buffer',
  'BUFFER',
  'no-such',
  '',
  0,
  1,
  {},
]) {
  for (const name of ['exec', 'execFile']) {
    const args = name === 'exec' ? ['printf "\\342\\202\\254a"'] : ['printf', ['\\342\\202\\254a']];
    cases[`${name} with encoding ${String(encoding)} (${typeof encoding})`] = async (cp, t) =>
      t.callback(name, ...args, { encoding });
  }
}

cases['setEncoding by the program'] = async (cp, t) =>
  new Promise((resolve) => {
    const child = cp.execFile('printf', ['\\342\\202\\254'], { encoding: 'buffer' }, (...args) =>
      resolve(t.encode(args))
    );
    child.stdout.setEncoding('utf8');
  });

cases['a character in two reads'] = async (cp, t) =>
  t.callback('exec', 'printf "\\342"; sleep 0.1; printf "\\202\\254"');

cases['what is forwarded to spawn, and what is not'] = async (cp, t) => {
  const seen = [];
  for (const options of [
    { cwd: '/usr' },
    { env: { PATH: process.env.PATH, A: '1' } },
    { stdio: 'ignore' },
    { detached: true },
    { argv0: 'name' },
    { serialization: 'advanced' },
    { input: 'text' },
    { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] },
  ]) {
    const script = `pwd; echo $A $0; read -r a b c d p s rest </proc/$$/stat
      [ $$ = $s ] && echo leads; [ -e /proc/$$/fd/3 ] && echo three`;
    const life = t.callback('execFile', 'sh', ['-c', script], options);
    const child = t.watched[t.watched.length - 1];
    seen.push([child.stdio.length, child.stdio.map((each) => Boolean(each)), await life]);
  }
  return seen;
};

cases['the child that is returned'] = async (cp, t) => {
  const child = cp.execFile('cat', () => {});
  const seen = [
    child instanceof cp.ChildProcess,
    child.stdio.length,
    child.spawnfile,
    child.spawnargs,
    child.stdout.listenerCount('data'),
    child.stderr.listenerCount('data'),
    child.listenerCount('close'),
    child.listenerCount('error'),
    child.eventNames(),
    child.stdout.readableEncoding,
    child.stderr.readableEncoding,
  ];
  child.stdin.end('x');
  await t.finish(child, { reads: false });
  return t.encode(seen);
};

cases['no callback'] = async (cp, t) => {
  const child = cp.execFile('no-such-program');
  const seen = [child.eventNames(), child.listenerCount('error')];
  return { seen: t.encode(seen), life: await t.finish(child) };
};

cases['no callback and nobody listens'] = async (cp, t) =>
  t.program(`
  const told = [cp.execFile('no-such-program'), cp.exec('exit 3'), cp.exec('no-such')].length;
  process.on('exit', (code) => console.log(told, code));
`);

cases['the callback in the order of events'] = async (cp, t) => {
  const order = [];
  const child = cp.exec('echo x', () => {
    order.push('callback');
    process.nextTick(() => order.push('tick'));
    Promise.resolve().then(() => order.push('promise'));
  });
  for (const name of ['spawn', 'exit', 'close']) child.on(name, () => order.push(name));
  await t.finish(child, { reads: false });
  return order.filter((name) => name !== 'exit');
};

cases['a callback that throws'] = async (cp, t) => {
  cp.execFile('true', () => {
    throw new Error('mine');
  });
  await t.sleep(100);
  return 'told by uncaught';
};

cases['this inside the callback'] = async (cp) =>
  new Promise((resolve) => {
    cp.execFile('true', function callback() {
      resolve(this === undefined ? 'undefined' : Object.prototype.toString.call(this));
    });
  });

cases['input by child.stdin'] = async (cp, t) => {
  const result = t.callback('exec', 'sort | tr a-z A-Z');
  t.watched[0].stdin.end('b\na\n');
  return result;
};

cases['input to a command that does not read it'] = async (cp, t) => {
  const result = t.callback('exec', 'sleep 0.1; exec <&-; sleep 0.1; exit 2');
  const { stdin } = t.watched[0];
  const errors = [];
  stdin.on('error', (error) => errors.push(t.encode(error)));
  stdin.end(Buffer.alloc(300000));
  return { told: await result, errors };
};

cases['input to a command that has closed its stdin before'] = async (cp, t) => {
  const result = t.callback('exec', 'exec <&-; sleep 0.3; exit 2');
  const { stdin } = t.watched[0];
  const errors = [];
  stdin.on('error', (error) => errors.push(error.code));
  setTimeout(
    () => stdin.end(Buffer.alloc(300000), (error) => errors.push(error && error.code)),
    150
  );
  return { told: await result, errors };
};

cases['exec with a callback in the place of options'] = async (cp, t) =>
  new Promise((resolve) => {
    cp.exec('echo x', (...args) => resolve(t.encode(args)));
  });

for (const options of [
  null,
  undefined,
  1,
  'x',
  true,
  [],
  { shell: '/bin/bash' },
  { shell: false },
  { shell: '' },
  { shell: 'bash', cwd: '/' },
]) {
  const shown = JSON.stringify(options) || 'undefined';
  cases[`exec with options ${shown}`] = async (cp, t) =>
    t.callback('exec', 'echo ${BASH_VERSION:+bash}; echo $0', options);
}

cases['AbortError by the promise'] = async (cp, t) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('mine')), 20);
  return promised(t, util.promisify(cp.execFile), 'sleep', ['60'], { signal: controller.signal });
};

cases['a timeout, by the promise'] = async (cp, t) =>
  promised(t, util.promisify(cp.exec), 'exec sleep 60', { timeout: 60 });

cases['too much by the promise'] = async (cp, t) =>
  promised(t, util.promisify(cp.exec), 'printf 123456; exec sleep 60', { maxBuffer: 3 });

for (const [what, args] of Object.entries({
  'no arguments': [],
  'a number': [1],
  'a NUL': ['a\0b'],
  'bad options': ['x', [], 1],
})) {
  cases[`the promise with ${what}`] = async (cp, t) =>
    promised(t, util.promisify(cp.execFile), ...args);
}

module.exports = cases;
