// SPDX-License-Identifier: MIT
//
// What waits behind a handle that is sent, what becomes of who had it, and what a server knows of
// its sockets.

'use strict';

const net = require('net');
const { once } = require('events');

const { fork, hear, listen } = require('../support/sockets');

const cases = {};

cases['the bytes on the way, with a socket'] = async (cp, t) => {
  const child = cp.spawn('sh', ['-c', 'exec cat <&3'], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  });
  const log = t.watch(child);
  const server = net.createServer((socket) => {
    child.send({ a: 1 }, socket);
    child.send('after');
    log.state = [
      t.encode(child._handleQueue),
      t.encode(child._pendingMessage && Object.keys(child._pendingMessage)),
    ];
    setTimeout(() => child.kill(), 150);
  });
  const address = await listen(server);
  const client = net.connect(address.port, '127.0.0.1');
  client.on('error', () => {});
  await t.until(() => log.order.includes('1:close'));
  client.destroy();
  server.close();
  return {
    data: log.told()['fd 1'].data.replace(/"key":"[^"]*"/, '"key":"<key>"'),
    state: log.state,
  };
};

cases['messages behind a handle wait, in order'] = async (cp, t) => {
  const child = fork(cp, t, 'describe');
  const log = t.watch(child, { channel: false });
  const server = net.createServer();
  await listen(server);
  const told = [];
  const answers = [child.send('first', server, (error) => told.push(['first', error]))];
  for (const text of ['second', 'third', 'fourth']) {
    answers.push(child.send(text, (error) => told.push([text, error])));
  }
  const waits = child._handleQueue && child._handleQueue.length;
  const heard = [];
  child.on('message', ({ seen, handle }) => heard.push([seen, handle]));
  await t.until(() => heard.length === 4);
  server.close();
  child.kill();
  await log.closed;
  return { answers, waits, told, heard };
};

cases['two handles at once'] = async (cp, t) => {
  const child = fork(cp, t, 'describe');
  const log = t.watch(child, { channel: false });
  const servers = [net.createServer(), net.createServer()];
  for (const server of servers) await listen(server);
  const answers = servers.map((server, i) => child.send(i, server));
  const heard = [];
  child.on('message', (message) => heard.push(message));
  await t.until(() => heard.length === 2);
  for (const server of servers) server.close();
  child.kill();
  await log.closed;
  return { answers, heard };
};

cases['disconnect waits for handles'] = async (cp, t) => {
  const child = fork(cp, t, 'handles');
  const log = t.watch(child, { channel: false });
  const server = net.createServer();
  await listen(server);
  child.send('note', server);
  child.send('note');
  const seen = [t.outcome(() => child.disconnect()), child.connected, Boolean(child.channel)];
  await t.until(() => log.order.includes('exit') && log.order.includes('1:close'));
  server.close();
  return { seen, child: log.child.slice(0, 2), channel: log.channel, text: log.stdio[1].data };
};

cases['keepOpen leaves the socket with us'] = async (cp, t) => {
  const child = fork(cp, t, 'handles');
  const log = t.watch(child);
  let seen;
  const server = net.createServer((socket) => {
    child.send('greet', socket, { keepOpen: true }, () => {
      seen = [Boolean(socket._handle), socket.destroyed];
      setTimeout(() => socket.destroy(), 50);
    });
  });
  const { port } = await listen(server);
  const text = await hear({ port, host: '127.0.0.1' });
  server.close();
  child.disconnect();
  await t.until(() => log.child.length > 1 && seen);
  return { text, seen };
};

cases['the state of a socket that was sent'] = async (cp, t) => {
  const child = fork(cp, t, 'handles');
  const log = t.watch(child);
  const seen = [];
  const server = net.createServer((socket) => {
    socket.on('close', () => seen.push('close'));
    child.send('greet', socket, () =>
      seen.push(['told', t.encode(socket._handle), socket.destroyed])
    );
    seen.push([t.encode(socket._handle), socket.destroyed, socket.readable, socket.writable]);
    seen.push(t.outcome(() => child.send('greet', socket)));
  });
  const { port } = await listen(server);
  await hear({ port, host: '127.0.0.1' });
  await t.sleep(40);
  server.close();
  child.kill();
  await log.closed;
  return seen;
};

cases['server.close waits for sockets that were passed on'] = async (cp, t) => {
  const child = fork(cp, t, 'handles');
  const log = t.watch(child, { channel: false });
  const order = [];
  const server = net.createServer((socket) => child.send('keep', socket));
  const { port } = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  client.on('close', () => {});
  await once(child, 'message');
  const count = await new Promise((resolve) => {
    server.getConnections((...args) => resolve(args));
  });
  server.close(() => order.push('closed'));
  await t.sleep(80);
  order.push('let go');
  child.send('let go');
  await t.until(() => order.includes('closed'));
  client.destroy();
  child.kill();
  await log.closed;
  return { count, order };
};

cases['connections are asked of a child that ends'] = async (cp, t) => {
  const child = fork(cp, t, 'handles');
  const log = t.watch(child, { channel: false });
  const server = net.createServer((socket) => child.send('keep', socket));
  const { port } = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => {});
  await once(child, 'message');
  child.kill('SIGSTOP');
  const count = new Promise((resolve) => {
    server.getConnections((...args) => resolve(t.encode(args)));
  });
  child.kill('SIGKILL');
  await log.closed;
  client.destroy();
  server.close();
  return count;
};

cases['a socket along with what is no message'] = async (cp, t) => {
  const child = fork(cp, t, 'handles');
  const log = t.watch(child);
  let seen;
  const server = net.createServer((socket) => {
    const state = () => [t.encode(socket._handle), server._connections, socket.destroyed];
    seen = [t.outcome(() => child.send({ big: 10n }, socket)), state()];
    seen.push(t.encode(child._handleQueue), t.encode(child._pendingMessage));
    if (socket._handle) socket.end('still by the parent');
  });
  const { port } = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  const heard = [];
  client.on('data', (data) => heard.push(String(data)));
  client.on('close', () => heard.push('close'));
  await t.until(() => seen);
  await t.until(() => heard.length === (seen[1][0] ? 2 : 0));
  const told = [...heard];
  client.destroy();
  server.close();
  child.kill();
  await log.closed;
  return { seen, heard: told };
};

cases['what is no message, behind a handle'] = async (cp, t) => {
  const child = fork(cp, t, 'describe');
  const log = t.watch(child, { channel: false });
  const server = net.createServer();
  await listen(server);
  const uncaught = [];
  t.onUncaught = (error) => uncaught.push(t.encode(error));
  const heard = [];
  child.on('message', ({ seen }) => heard.push(seen));
  child.send('first', server);
  child.send({ big: 10n });
  child.send('last');
  await t.until(() => heard.length > 0 && uncaught.length > 0);
  const isLostAlone = await Promise.race([t.until(() => heard.length === 2), t.sleep(300)]);
  server.close();
  child.kill();
  await log.closed;
  return { heard, uncaught, isLostAlone: isLostAlone === true };
};

module.exports = cases;
