// SPDX-License-Identifier: MIT
//
// Messages: what can be sent, what arrives, and what send() answers.

'use strict';

const { fork, shell } = require('../support/channels');
const { POOL, showName } = require('../support/pool');

const MODES = ['json', 'advanced'];
const cases = {};

function circular() {
  const value = { name: 'x' };
  value.self = value;
  return value;
}

const MESSAGES = {
  nested: { a: [1, { b: [null, undefined, [[]]] }], c: { d: {} } },
  'a long text': 'x'.repeat(200000),
  'text beyond ASCII': 'é€😀',
  'half a character': '\ud800',
  'line breaks': 'a\nb\r\nc\u2028d\0',
  numbers: [0, -0, 1.5, 1e308, -1e-300, 2 ** 53, NaN, Infinity],
  'a circle': circular(),
  'a date': new Date(0),
  'a Map': new Map([[1, { a: new Set(['x']) }]]),
  'an array with a hole': [1, , 3],
  'a regexp': /x/gi,
  'an error': Object.assign(new TypeError('mine'), { code: 'X' }),
  'a Buffer': Buffer.from('bytes'),
  'typed arrays': [
    new Uint8Array([1, 2]),
    new Float64Array([0.5]),
    new DataView(new ArrayBuffer(2)),
  ],
  'an ArrayBuffer': new Uint8Array([1, 2, 3]).buffer,
  'a BigInt inside': { big: 10n },
  'a function inside': { call() {} },
  'a symbol inside': { symbol: Symbol('s') },
  'an object with toJSON': { toJSON: () => ({ from: 'toJSON' }) },
  'a toJSON that throws': {
    toJSON() {
      throw new RangeError('mine');
    },
  },
  'a getter that throws': {
    get x() {
      throw new RangeError('mine');
    },
  },
  'a class instance': new (class Named {
    constructor() {
      this.a = 1;
    }
  })(),
  boxed: [new String('s'), new Number(1), new Boolean(false)],
  'a URL': new URL('http://host/x'),
  'a command that is unknown': { cmd: 'NODE_SOMETHING', a: 1 },
  'a command that is the prefix': { cmd: 'NODE_' },
  'a command of our own': { cmd: 'OTHER' },
  'a command that is no text': { cmd: 1 },
  'a text like a command': 'NODE_HANDLE',
  '__proto__ as a name': JSON.parse('{"__proto__": {"a": 1}}'),
  'an argument list': (function list() {
    return arguments;
  })(1, 2),
  'a deep value': Array.from({ length: 500 }).reduce((inner) => [inner], 'x'),
  'a promise': Promise.resolve(1),
  'a WeakMap': new WeakMap(),
  'a proxy': new Proxy({ a: 1 }, {}),
  'the same object twice': ((one) => [one, one])({ a: 1 }),
};

// All of a mode through one child, which says what it saw.
for (const mode of MODES) {
  const all = [
    ...POOL.map((value, i) => [`${showName(value)} (${i})`, value]),
    ...Object.entries(MESSAGES),
  ];
  cases[`what of all messages arrives, and how, by ${mode}`] = async (cp, t) => {
    const child = fork(cp, t, 'describe', [], { serialization: mode });
    const log = t.watch(child, { channel: false });
    const seen = {};
    for (const [name, value] of all) {
      const told = { callback: [] };
      seen[name] = told;
      const outcome = t.outcome(() =>
        child.send(value, (...args) => told.callback.push(t.encode(args)))
      );
      told.outcome = outcome;
      if (outcome.threw || (value && /^NODE_./.test(value.cmd))) continue;
      [told.answer] = await require('events').once(child, 'message');
    }
    child.kill();
    await log.closed;
    return t.encode(seen);
  };

  cases[`what of all messages comes from a child, by ${mode}`] = async (cp, t) => {
    const child = fork(cp, t, 'echo', [], { serialization: mode });
    const log = t.watch(child, { channel: false });
    const seen = {};
    for (const [name, value] of all) {
      if (value && /^NODE_./.test(value.cmd)) continue;
      try {
        child.send(value);
      } catch {
        continue;
      }
      [seen[name]] = (await require('events').once(child, 'message')).map(t.encode);
    }
    child.kill();
    await log.closed;
    return seen;
  };

  cases[`three thousand messages, by ${mode}`] = async (cp, t) => {
    const child = fork(cp, t, 'count', [], { serialization: mode });
    const log = t.watch(child);
    for (let i = 0; i < 3000; i++) child.send({ i });
    child.send('stop');
    await log.closed;
    return log.told();
  };

  cases[`many messages from a child in their order, by ${mode}`] = async (cp, t) => {
    const child = fork(cp, t, 'sayMany', [3000, 50], { serialization: mode });
    const log = t.watch(child, { channel: false });
    let next = 0;
    let isInOrder = true;
    child.on('message', ({ i }) => {
      isInOrder = isInOrder && i === next;
      next++;
    });
    await log.closed;
    return { next, isInOrder };
  };

  cases[`a message of 5 MB each way, by ${mode}`] = async (cp, t) => {
    const child = fork(cp, t, 'echo', [], { serialization: mode });
    const log = t.watch(child, { channel: false });
    const text = 'é'.repeat(2500000);
    const answer = child.send(text);
    child.on('message', (message) => {
      log.same = message === text;
      child.disconnect();
    });
    await t.until(() => log.child.length > 1);
    return { answer, same: log.same, child: log.child.slice(0, 2) };
  };

  cases[`the bytes that a child gets, by ${mode}`] = async (cp, t) => {
    const child = shell(cp, 'head -c 60 <&3 | od -An -tx1 -v', { serialization: mode });
    for (const value of ['text', { a: 1, b: [true, null, 'é'] }, -1.5, 'x'.repeat(60)])
      child.send(value);
    child.disconnect();
    const log = t.watch(child);
    await t.until(() => log.order.includes('1:close'));
    return log.told()['fd 1'].data;
  };
}

cases['what the environment of a child has'] = async (cp, t) => {
  const seen = [];
  for (const serialization of [undefined, 'json', 'advanced']) {
    for (const slot of [3, 5, 0]) {
      const stdio = ['ignore', 'pipe', 'ignore', 'ignore', 'ignore', 'ignore'];
      stdio[slot] = 'ipc';
      const child = cp.spawn(
        'sh',
        ['-c', 'echo $NODE_CHANNEL_FD $NODE_CHANNEL_SERIALIZATION_MODE'],
        { stdio, serialization }
      );
      seen.push((await t.finish(child))['fd 1'].data);
    }
  }
  return seen;
};

const OTHERS = [
  'no handle',
  undefined,
  null,
  0,
  '',
  'x',
  {},
  [],
  Symbol('s'),
  new Date(0),
  Buffer.alloc(1),
];
for (const [i, handle] of OTHERS.entries()) {
  cases[`send with ${showName(handle)} as the handle (${i})`] = async (cp, t) => {
    const child = shell(cp, 'exec cat <&3');
    const seen = t.outcome(() => child.send('x', handle));
    const told = [];
    seen.options = [{}, null, 1, 'x', true, { keepOpen: 1 }, [], () => {}].map((options) =>
      t.outcome(() => child.send('y', undefined, options, (error) => told.push(error)))
    );
    child.kill();
    await t.finish(child);
    return seen;
  };
}

for (const [i, value] of POOL.entries()) {
  cases[`send with ${showName(value)} as the callback (${i})`] = async (cp, t) => {
    const child = shell(cp, 'exec cat <&3 >/dev/null');
    const seen = t.outcome(() => child.send('x', undefined, undefined, value));
    await t.turns();
    child.kill();
    await t.finish(child);
    return seen;
  };
}

cases['send without a message'] = async (cp, t) => {
  const child = shell(cp, 'exec cat <&3');
  const seen = [t.outcome(() => child.send()), t.outcome(() => child.send(undefined, () => {}))];
  child.kill();
  await t.finish(child);
  return [...seen, t.outcome(() => child.send())];
};

// How much the system takes before anything waits is its own affair.
cases['send() answers false when much waits, and true again'] = async (cp, t) => {
  const child = shell(cp, 'read -r line; exec cat <&3 >/dev/null');
  const text = 'x'.repeat(60000);
  const answers = [];
  const told = [];
  for (let i = 0; i < 20; i++) answers.push(child.send(text, (error) => told.push(error)));
  const early = told.length;
  child.stdin.end('go\n');
  await t.until(() => told.length === 20);
  answers.push(child.send('x'));
  child.disconnect();
  const first = answers.indexOf(false);
  return {
    first: answers.slice(0, 4),
    isSorted: answers.slice(first, 20).every((answer) => !answer),
    last: answers.slice(19),
    early,
    told,
  };
};

cases['the callback comes later, in order'] = async (cp, t) => {
  const child = shell(cp, 'exec cat <&3 >/dev/null');
  const order = [];
  child.send('a', () => order.push('a'));
  child.send('b', () => order.push('b'));
  order.push('now');
  process.nextTick(() => order.push('tick'));
  await t.until(() => order.length === 4);
  child.kill();
  await t.finish(child);
  return order;
};

module.exports = cases;
