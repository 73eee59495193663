// SPDX-License-Identifier: MIT
//
// Messages: what can be sent, what arrives, what send() answers, and how a channel ends.

'use strict';

const { POOL, showName } = require('../support/pool');

const MODES = ['json', 'advanced'];
const cases = {};

function fork(cp, t, part, args = [], options = {}) {
  return cp.fork(t.child, [part, ...args.map(String)], { silent: true, execArgv: [], ...options });
}

// A child that is no Node: a shell that has the channel as descriptor 3.
function shell(cp, script, options = {}) {
  return cp.spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'], ...options });
}

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

cases['send after disconnect'] = async (cp, t) => {
  const child = shell(cp, 'exec cat <&3 >/dev/null');
  const log = t.watch(child);
  child.disconnect();
  const told = [];
  const seen = [
    t.outcome(() => child.send('x', (error) => told.push(t.encode(error)))),
    child.connected,
  ];
  seen.push(t.outcome(() => child.send('y')));
  seen.push(t.outcome(() => child.disconnect()));
  await t.sleep(60);
  return {
    seen,
    told,
    child: log.child.filter(([name]) => name === 'error'),
    channel: log.channel,
  };
};

cases['send to a child that has ended'] = async (cp, t) => {
  const child = shell(cp, 'exit 3');
  const log = t.watch(child);
  await log.closed;
  const told = [];
  const seen = t.outcome(() => child.send('x', (error) => told.push(t.encode(error))));
  await t.turns();
  return { seen, told, connected: child.connected, ...log.told() };
};

cases['send without a callback to a child that has ended'] = async (cp, t) => {
  const child = shell(cp, 'exit 3');
  const log = t.watch(child);
  await log.closed;
  const seen = t.outcome(() => child.send('x'));
  await t.turns();
  return { seen, child: log.child };
};

cases['messages to a child that does not read, and ends'] = async (cp, t) => {
  const child = shell(cp, 'read -r line; exit 3');
  const log = t.watch(child);
  const told = [];
  for (let i = 0; i < 6; i++)
    child.send('x'.repeat(100000), (error) => told.push(error && error.code));
  child.stdin.end('go\n');
  await log.closed;
  return {
    told: told.length,
    child: log.child.filter(([name]) => name !== 'error'),
    last: told[5],
  };
};

cases['a child that closes the channel'] = async (cp, t) => {
  const child = shell(cp, 'exec 3>&-; read -r line; exit 4');
  const log = t.watch(child);
  await t.until(() => log.channel.length > 0);
  const state = [child.connected, t.encode(child.channel)];
  child.stdin.end('go\n');
  await log.closed;
  return { state, ...log.told() };
};

cases['what is sent before disconnect'] = async (cp, t) => {
  const child = shell(cp, 'exec cat <&3');
  const log = t.watch(child);
  child.send('a');
  child.send({ b: 1 });
  child.disconnect();
  await t.until(() => log.order.includes('1:close'));
  return log.told()['fd 1'].data;
};

cases['8 MB sent before disconnect'] = async (cp, t) => {
  const child = shell(cp, 'cat <&3 | wc -c');
  const log = t.watch(child);
  const told = [];
  child.send('x'.repeat(8000000), (error) => told.push(error));
  child.disconnect();
  await t.until(() => log.order.includes('1:close'));
  return { all: log.told()['fd 1'].data.trim() === '8000003', told };
};

cases['disconnect, event by event'] = async (cp, t) => {
  const child = shell(cp, 'cat <&3; exit 3');
  const log = t.watch(child);
  const seen = [t.encode(child.disconnect()), child.connected, t.encode(child.channel)];
  process.nextTick(() => log.order.push('tick'));
  await t.until(() => log.child.length > 1);
  await t.sleep(50);
  return {
    seen,
    order: log.order.filter((name) => name === 'tick' || name === 'disconnect'),
    child: log.child,
    channel: log.channel,
  };
};

cases['disconnect inside message'] = async (cp, t) => {
  const child = shell(cp, 'printf \'"a"\\n"b"\\n\' >&3; cat <&3 >/dev/null; exit 3');
  const log = t.watch(child);
  child.once('message', () => child.disconnect());
  await t.until(() => log.child.some(([name]) => name === 'exit'));
  return log.channel;
};

cases['the inner properties of a channel'] = async (cp, t) => {
  const child = shell(cp, 'exec cat <&3');
  const seen = [
    child._handleQueue,
    child._pendingMessage,
    typeof child._send,
    child._send.length,
    typeof child._disconnect,
    child._disconnect.length,
    child.send.length,
    child.disconnect.length,
    child.send.name,
    child._send.name,
  ].map(t.encode);
  child.kill();
  await t.finish(child);
  return [...seen, t.encode(child._handleQueue), t.encode(child._pendingMessage)];
};

cases['a message before anybody listens waits'] = async (cp, t) => {
  const child = shell(cp, 'printf \'"a"\\n"b"\\n\' >&3; read -r line');
  const log = t.watch(child, { channel: false });
  await t.sleep(80);
  const told = [];
  const order = ['now'];
  child.on('other', () => {});
  child.on('message', (message) => {
    told.push(message);
    order.push(message);
  });
  process.nextTick(() => order.push('tick'));
  await t.until(() => told.length === 2);
  child.stdin.end();
  await log.closed;
  return { told, order };
};

cases['a listener that throws does not lose the others'] = async (cp, t) => {
  const child = shell(cp, 'printf \'"a"\\n"b"\\n"c"\\n\' >&3');
  const told = [];
  child.on('message', (message) => {
    told.push(message);
    throw new Error(message);
  });
  await t.finish(child, { channel: false });
  return told;
};

cases['a message and its internal kind'] = async (cp, t) => {
  const lines = [
    '{"cmd":"NODE_X","a":1}',
    '{"cmd":"NODE_"}',
    '{"cmd":"NODE"}',
    '{"cmd":1}',
    'null',
    '[]',
    '{"cmd":"node_x"}',
    '{"cmd":null}',
    '"NODE_X"',
    '{"cmd":"NODE_SOCKET_COUNT"}',
  ];
  const child = shell(cp, `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >&3`);
  return t.finish(child);
};

for (const [what, text] of Object.entries({
  'lines in one write': '"a"\\n"b"\\n',
  'white space': ' "a" \\n\\t1\\n',
  'a carriage return': '"a"\\r\\n',
  numbers: '1\\n-0\\n1e400\\n0.1\\n12345678901234567890\\n',
  words: 'true\\nfalse\\nnull\\n',
  escapes: '"\\\\u0000\\\\ud800\\\\n"\\n',
  'a name twice': '{"a":1,"a":2}\\n',
  'bad UTF-8': '"\\377\\200"\\n',
  __proto__: '{"__proto__":1}\\n',
  'a long line': `"${'x'.repeat(70000)}"\\n`,
  'names like numbers': '{"b":1,"2":2,"1":3}\\n',
  'UTF-8': '"\\303\\251"\\n',
})) {
  cases[`what comes from a child: ${what}`] = async (cp, t) =>
    t.finish(shell(cp, `printf '${text}' >&3`));
}

cases['a line in two writes'] = async (cp, t) =>
  t.finish(shell(cp, "printf '\"a\\303' >&3; sleep 0.1; printf '\\251b\"\\n' >&3"));
cases['a line without an end'] = async (cp, t) => t.finish(shell(cp, 'printf \'"a"\\n"b"\' >&3'));

cases['a message and the end at once'] = async (cp, t) => {
  const seen = new Set();
  for (let i = 0; i < 20; i++) {
    const { channel } = await t.finish(shell(cp, 'printf \'"a"\\n\' >&3; exit 3'));
    seen.add(JSON.stringify(channel));
  }
  return [...seen];
};

cases['once and events'] = async (cp, t) => {
  const { once } = require('events');
  const child = fork(cp, t, 'say', ['["a",{"b":1}]']);
  const [first] = await once(child, 'message');
  const [second] = await once(child, 'message');
  await t.finish(child);
  return [first, second];
};

cases['a child that sends much and exits'] = async (cp, t) => {
  const child = fork(cp, t, 'sayMany', [30, 20000]);
  const log = t.watch(child, { channel: false });
  let count = 0;
  child.on('message', ({ text }) => {
    count += text.length;
  });
  await log.closed;
  return { count, child: log.child };
};

module.exports = cases;
