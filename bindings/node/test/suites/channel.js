// SPDX-License-Identifier: MIT
//
// What comes over a channel, what send() does when nobody is there, and how a channel ends.

'use strict';

const { fork, shell } = require('../support/channels');

const cases = {};

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
