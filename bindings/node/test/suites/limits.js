// SPDX-License-Identifier: MIT
//
// timeout, killSignal, maxBuffer and AbortSignal, in each function that has them.

'use strict';

const SLEEP = ['sleep', ['60']];
const SHORT = 100;
const LONG = 100000;

const cases = {};

async function told(cp, t, name, ...args) {
  if (name.endsWith('Sync')) return t.call(name, ...args);
  if (name === 'spawn') return t.life(name, ...args);
  return t.callback(name, ...args);
}

function each(what, names, file, args, options) {
  for (const name of names) {
    cases[`${what}, ${name}`] = async (cp, t) => told(cp, t, name, file, args, options);
  }
}

const FILES = ['spawn', 'execFile', 'spawnSync', 'execFileSync'];
const COLLECT = ['execFile', 'spawnSync', 'execFileSync'];

each('a timeout', FILES, ...SLEEP, { timeout: SHORT });
each('a timeout by SIGKILL', FILES, ...SLEEP, { timeout: SHORT, killSignal: 'SIGKILL' });
each('a timeout by a number', FILES, ...SLEEP, { timeout: SHORT, killSignal: 2 });
each('a timeout by a name in small letters', FILES, ...SLEEP, {
  timeout: SHORT,
  killSignal: 'sigint',
});
each('a timeout that does not strike', FILES, 'sh', ['-c', 'echo x; exit 3'], { timeout: LONG });
each('a timeout after output', COLLECT, 'sh', ['-c', 'echo out; echo err >&2; exec sleep 60'], {
  timeout: 200,
});
each(
  'a timeout of a child that ends well on it',
  FILES,
  'sh',
  ['-c', 'trap "exit 0" TERM; while :; do sleep 0.02; done'],
  { timeout: 250 }
);
each(
  'a timeout of a child that ignores it',
  ['spawn', 'spawnSync'],
  'sh',
  ['-c', 'trap "" TERM; sleep 0.4; exit 4'],
  { timeout: 150 }
);
each(
  'a timeout while a grandchild holds stdout',
  COLLECT,
  'sh',
  ['-c', 'echo x; sleep 0.6 & exit 0'],
  { timeout: 200 }
);
each('a timeout of a start that fails', FILES, 'no-such-program', [], { timeout: SHORT });
each('a timeout of 0', ['execFile', 'spawnSync'], 'sh', ['-c', 'sleep 0.1; echo x'], {
  timeout: 0,
});
each('a timeout with nothing piped', ['spawn', 'spawnSync'], ...SLEEP, {
  timeout: SHORT,
  stdio: 'ignore',
});
each('a timeout through a shell', COLLECT, 'exec sleep 60', [], { timeout: SHORT, shell: true });
each('a timeout that is more than a timer can', ['spawn', 'execFile'], ...SLEEP, {
  timeout: 2 ** 31,
});

cases['a timeout of fork'] = async (cp, t) =>
  t.life('fork', '60', { execPath: 'sleep', execArgv: [], silent: true, timeout: SHORT });

for (const name of ['exec', 'execSync']) {
  cases[`a timeout, ${name}`] = async (cp, t) =>
    told(cp, t, name, 'exec sleep 60', { timeout: SHORT });
}

cases['a timeout and a kill of our own first'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP, { timeout: SHORT });
  const log = t.watch(child);
  child.kill('SIGINT');
  await log.closed;
  await t.sleep(SHORT + 30);
  return log.told();
};

cases['killed, in a callback, after a kill of our own'] = async (cp, t) => {
  let child;
  const result = new Promise((resolve) => {
    child = cp.execFile(...SLEEP, (...args) => resolve(t.encode(args)));
  });
  const answer = child.kill('SIGHUP');
  return { answer, result: await result };
};

// maxBuffer. The child waits to be killed, so that how it ends is certain.
const print = (text) => ['-c', `printf %s '${text}'; exec sleep 60`];
const both = (out, err) => ['-c', `printf %s '${out}'; printf %s '${err}' >&2; exec sleep 60`];

for (const limit of [0, 1, 4, 5, 6, 6.5, -0]) {
  cases[`5 bytes and a maxBuffer of ${limit}, execFile`] = async (cp, t) => {
    const result = t.callback('execFile', 'sh', ['-c', 'printf 12345; read -r line'], {
      maxBuffer: limit,
    });
    const child = t.watched[0];
    setTimeout(() => child.stdin.end(), 150);
    return result;
  };
  if (limit > 0 && limit < 5) {
    cases[`5 bytes and a maxBuffer of ${limit}, spawnSync`] = async (cp, t) =>
      told(cp, t, 'spawnSync', 'sh', print('12345'), { maxBuffer: limit });
  } else {
    cases[`5 bytes and a maxBuffer of ${limit}, spawnSync`] = async (cp, t) =>
      told(cp, t, 'spawnSync', 'printf', ['12345'], { maxBuffer: limit });
  }
}

each('too much on stderr', COLLECT, 'sh', ['-c', 'printf 123456 >&2; exec sleep 60'], {
  maxBuffer: 5,
});
each(
  'too much in many writes',
  ['execFile'],
  'sh',
  ['-c', 'printf 123; sleep 0.1; printf 456; sleep 0.1; printf 789; exec sleep 60'],
  { maxBuffer: 5 }
);
each('too much, as Buffer', COLLECT, 'sh', print('123456'), { maxBuffer: 5, encoding: 'buffer' });
each('too many characters', ['execFile'], 'sh', print('\u20ac\u20ac\u20ac\u20ac\u20ac'), {
  maxBuffer: 7,
});
each(
  'too many characters, as Buffer',
  ['execFile'],
  'sh',
  print('\u20ac\u20ac\u20ac\u20ac\u20ac'),
  { maxBuffer: 7, encoding: 'buffer' }
);
each('too many characters, as latin1', ['execFile'], 'sh', print('\u20ac\u20ac\u20ac'), {
  maxBuffer: 4,
  encoding: 'latin1',
});
each('too much, as hex', ['execFile'], 'sh', print('12345'), { maxBuffer: 4, encoding: 'hex' });
each('too much, as utf16le', ['execFile'], 'sh', print('123456'), {
  maxBuffer: 3,
  encoding: 'utf16le',
});
each('too much, by SIGKILL', COLLECT, 'sh', print('123456'), {
  maxBuffer: 5,
  killSignal: 'SIGKILL',
});
each('too much of both together', ['spawnSync', 'execFileSync'], 'sh', both('1234', 'abcd'), {
  maxBuffer: 5,
});
each(
  'as much as allowed of both',
  ['execFile', 'spawnSync'],
  'sh',
  ['-c', 'printf 12345; printf abcde >&2'],
  { maxBuffer: 10 }
);
each('1 MiB', ['execFile', 'spawnSync'], 'head', ['-c', '1048576', '/dev/zero'], {});
each('more than 1 MiB', ['execFile'], 'sh', ['-c', 'head -c 1048577 /dev/zero; exec sleep 60'], {});
each('no limit', ['execFile', 'spawnSync'], 'head', ['-c', '3000000', '/dev/zero'], {
  maxBuffer: Infinity,
});

// AbortSignal.
const ABORTS = {
  'without a reason': (controller) => controller.abort(),
  'with an error': (controller) => controller.abort(new TypeError('mine')),
  'with a text': (controller) => controller.abort('because'),
  'with undefined': (controller) => controller.abort(undefined),
  'with null': (controller) => controller.abort(null),
};

function withoutPlace(value) {
  return JSON.parse(JSON.stringify(value));
}

for (const [what, abort] of Object.entries(ABORTS)) {
  for (const name of ['spawn', 'execFile', 'exec', 'fork']) {
    const args = { spawn: SLEEP, execFile: SLEEP, exec: ['exec sleep 60'], fork: ['60'] }[name];
    const options = name === 'fork' ? { execPath: 'sleep', execArgv: [], silent: true } : {};

    cases[`abort ${what}, ${name}`] = async (cp, t) => {
      const controller = new AbortController();
      const { signal } = controller;
      const child = cp[name](
        ...args,
        { ...options, signal },
        ...(name.startsWith('exec') ? [() => {}] : [])
      );
      const log = t.watch(child);
      setTimeout(() => abort(controller), 20);
      await log.closed;
      return withoutPlace({ killed: child.killed, ...log.told() });
    };

    cases[`aborted before, ${what}, ${name}`] = async (cp, t) => {
      const controller = new AbortController();
      const { signal } = controller;
      abort(controller);
      const child = cp[name](
        ...args,
        { ...options, signal },
        ...(name.startsWith('exec') ? [() => {}] : [])
      );
      const killed = [child.killed];
      const log = t.watch(child);
      await log.closed;
      return withoutPlace({ killed: [...killed, child.killed], ...log.told() });
    };
  }
}

cases['abort in the order of events'] = async (cp, t) => {
  const controller = new AbortController();
  const child = cp.spawn(...SLEEP, { signal: controller.signal, stdio: 'ignore' });
  const log = t.watch(child);
  controller.abort();
  const now = [...log.order];
  process.nextTick(() => log.order.push('tick'));
  await log.closed;
  return { now, order: log.order };
};

cases['aborted before, in the order of events'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP, { signal: AbortSignal.abort(), stdio: 'ignore' });
  const log = t.watch(child);
  process.nextTick(() => log.order.push('tick'));
  setImmediate(() => log.order.push('immediate'));
  await t.until(() => log.order.includes('close'));
  return log.order.filter((name) => name !== 'immediate');
};

cases['abort with killSignal'] = async (cp, t) => {
  const controller = new AbortController();
  const child = cp.spawn(...SLEEP, { signal: controller.signal, killSignal: 'SIGKILL' });
  const log = t.watch(child);
  controller.abort();
  await log.closed;
  return log.told();
};

cases['abort of execFile with killSignal'] = async (cp, t) => {
  const controller = new AbortController();
  const child = cp.execFile(
    ...SLEEP,
    { signal: controller.signal, killSignal: 'SIGKILL' },
    () => {}
  );
  const log = t.watch(child);
  controller.abort();
  await log.closed;
  return log.told();
};

cases['abort after the end'] = async (cp, t) => {
  const controller = new AbortController();
  const child = cp.spawn('true', { signal: controller.signal });
  const log = t.watch(child);
  await log.closed;
  controller.abort();
  await t.turns();
  return log.told();
};

// What Node signals then is the group of the program itself.
const FAILED_STARTS = {
  'abort of a failed start': 'controller.abort();',
  'a failed start that was aborted before': '',
};

for (const [what, line] of Object.entries(FAILED_STARTS)) {
  cases[what] = async (cp, t) =>
    t.program(
      `
    const controller = new AbortController();
    ${line ? '' : 'controller.abort();'}
    const { signal } = controller;
    const child = cp.spawn('no-such-program', { signal, stdio: 'ignore' });
    for (const name of ['spawn', 'error', 'exit', 'close']) {
      child.on(name, (value) => console.log(name, value && value.message || value));
    }
    ${line}
  `,
      { before: 'exec setsid "$0" "$@"' }
    );
}

cases['what the signal has for listeners'] = async (cp, t) => {
  const { getEventListeners } = require('events');
  const { signal } = new AbortController();
  const count = () => getEventListeners(signal, 'abort').length;
  const seen = [count()];
  const child = cp.spawn('true', { signal });
  seen.push(count());
  child.on('exit', () => seen.push(count()));
  await t.finish(child);
  return [...seen, count()];
};

cases['a callback comes at once when aborted'] = async (cp, t) => {
  const controller = new AbortController();
  const order = [];
  const child = cp.execFile(
    'sh',
    ['-c', 'trap "" TERM; echo x; sleep 0.3'],
    { signal: controller.signal },
    (error, out, err) => order.push(['callback', error && error.name, out, err])
  );
  for (const name of ['error', 'exit', 'close']) child.on(name, () => order.push(name));
  child.stdout.once('data', () => controller.abort());
  await t.finish(child, { reads: false });
  return order;
};

cases['one signal for many'] = async (cp, t) => {
  const controller = new AbortController();
  const children = Array.from({ length: 5 }, () =>
    cp.spawn(...SLEEP, { signal: controller.signal })
  );
  const lives = children.map((child) => t.finish(child));
  controller.abort();
  return Promise.all(lives);
};

cases['AbortSignal.timeout'] = async (cp, t) => {
  const child = cp.spawn(...SLEEP, { signal: AbortSignal.timeout(50) });
  return t.finish(child);
};

module.exports = cases;
