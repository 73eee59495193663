// SPDX-License-Identifier: MIT
//
// Handles that go along with messages, each way: sockets, servers, datagram sockets and what is
// inside them.

'use strict';

const dgram = require('dgram');
const net = require('net');
const { once } = require('events');

const { connections, fork, hear, listen, place, target } = require('../support/sockets');

const cases = {};

for (const serialization of ['json', 'advanced']) {
  for (const kind of ['tcp', 'unix']) {
    const what = `${kind}, ${serialization}`;

    cases[`a socket to the child: ${what}`] = async (cp, t) => {
      const child = fork(cp, t, 'handles', [], { serialization });
      const log = t.watch(child);
      const server = net.createServer((socket) => {
        log.sent = [
          child.send('greet', socket, (error) => {
            log.told = error;
          }),
          t.encode(socket._handle),
        ];
      });
      const text = await hear(target(await listen(server, place(t, kind))));
      await t.until(() => log.told === null);
      const count = await connections(t, server);
      const closed = once(server, 'close');
      server.close();
      await closed;
      child.disconnect();
      await t.until(() => log.child.length > 1);
      return { text, sent: log.sent, told: log.told, count, child: log.child.slice(0, 2) };
    };

    cases[`a server to the child: ${what}`] = async (cp, t) => {
      const child = fork(cp, t, 'handles', [], { serialization });
      const log = t.watch(child);
      const server = net.createServer();
      const address = await listen(server, place(t, kind));
      const answer = child.send('serve', server);
      await once(child, 'message');
      const listening = server.listening;
      server.close();
      const text = await hear(target(address));
      child.disconnect();
      await t.until(() => log.child.length > 1);
      return { answer, listening, text, child: log.child.slice(0, 2) };
    };

    cases[`the handle of a server to the child: ${what}`] = async (cp, t) => {
      const child = fork(cp, t, 'handles', [], { serialization });
      const log = t.watch(child);
      const server = net.createServer();
      const address = await listen(server, place(t, kind));
      child.send('native', server._handle);
      await once(child, 'message');
      server.close();
      const text = await hear(target(address));
      child.disconnect();
      await t.until(() => log.child.length > 1);
      return { text, child: log.child.slice(0, 2) };
    };
  }

  cases[`a datagram socket to the child: ${serialization}`] = async (cp, t) => {
    const child = fork(cp, t, 'handles', [], { serialization });
    const log = t.watch(child);
    const socket = dgram.createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    child.send('datagram', socket);
    await once(child, 'message');
    socket.close();
    const client = dgram.createSocket('udp4');
    client.send('text', port, '127.0.0.1');
    const [answer] = await once(client, 'message');
    client.close();
    child.disconnect();
    await t.until(() => log.child.length > 1);
    return { answer: String(answer), child: log.child.slice(0, 2) };
  };
}

const TYPES = {
  'net.Server': async () => {
    const s = net.createServer();
    await listen(s);
    return [s, () => s.close()];
  },
  'net.Native of TCP': async () => {
    const s = net.createServer();
    await listen(s);
    return [s._handle, () => s.close()];
  },
  'net.Native of a pipe': async (t) => {
    const s = net.createServer();
    await listen(s, [`${t.scratch}/socket`]);
    return [s._handle, () => s.close()];
  },
  'dgram.Socket of udp6': async () => {
    const s = dgram.createSocket('udp6');
    s.bind(0, '::1');
    await once(s, 'listening');
    return [s, () => s.close()];
  },
  'dgram.Native': async () => {
    const s = dgram.createSocket('udp4');
    s.bind(0, '127.0.0.1');
    await once(s, 'listening');
    const state =
      s[Object.getOwnPropertySymbols(s).find((each) => /state symbol/.test(String(each)))];
    return [state.handle, () => s.close()];
  },
};

for (const [what, make] of Object.entries(TYPES)) {
  cases[`what a child gets for ${what}`] = async (cp, t) => {
    const child = fork(cp, t, 'handles');
    const log = t.watch(child);
    const [handle, done] = await make(t);
    const answer = child.send('type', handle);
    await log.closed;
    done();
    return { answer, channel: log.channel, child: log.child };
  };
}

const ODD = {
  'an emitter': new (require('events'))(),
  'a stream': new (require('stream').Writable)(),
  'a file handle': { fd: 1 },
  'a class': new (class Odd {})(),
  'the process': process,
};

for (const [what, handle] of Object.entries(ODD)) {
  cases[`no handle: ${what}`] = async (cp, t) => {
    const child = cp.spawn('sh', ['-c', 'exec cat <&3'], {
      stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    });
    const seen = [t.outcome(() => child.send('x', handle)), t.encode(child._handleQueue)];
    child.kill();
    await t.finish(child);
    return seen;
  };
}

cases['a socket that has no handle'] = async (cp, t) => {
  const child = fork(cp, t, 'describe');
  const log = t.watch(child, { channel: false });
  const seen = t.outcome(() => child.send('x', new net.Socket()));
  const [message] = await once(child, 'message');
  child.kill();
  await log.closed;
  return { seen, message };
};

cases['a handle to a child that is gone'] = async (cp, t) => {
  const child = cp.spawn('true', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  await t.finish(child);
  const server = net.createServer();
  await listen(server);
  const told = [];
  const seen = t.outcome(() => child.send('x', server, (error) => told.push(t.encode(error))));
  await t.turns();
  server.close();
  return { seen, told };
};

cases['a handle from the child'] = async (cp, t) => {
  const file = t.file(
    'sender.js',
    `
    const net = require('net');
    const server = net.createServer();
    server.listen(0, '127.0.0.1', () => process.send('server', server, () => server.close()));
    process.on('message', () => process.disconnect());
  `
  );
  const child = cp.fork(file, [], { silent: true, execArgv: [] });
  const log = t.watch(child, { channel: false });
  const [message, server] = await once(child, 'message');
  const seen = [message, server instanceof net.Server, server.listening, server.address().address];
  server.on('connection', (socket) => socket.end('by the parent'));
  const text = await hear({ port: server.address().port, host: '127.0.0.1' });
  server.close();
  child.send('done');
  await log.closed;
  return { seen, text, child: log.child };
};

cases['a socket from the child'] = async (cp, t) => {
  const file = t.file(
    'sender.js',
    `
    const net = require('net');
    const server = net.createServer({ pauseOnConnect: true },
      (socket) => process.send('socket', socket, () => server.close()));
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    process.on('message', () => process.disconnect());
  `
  );
  const child = cp.fork(file, [], { silent: true, execArgv: [] });
  const log = t.watch(child, { channel: false });
  const [port] = await once(child, 'message');
  const heard = hear({ port, host: '127.0.0.1' }, 'text');
  const [message, socket] = await once(child, 'message');
  const seen = [
    message,
    socket instanceof net.Socket,
    socket.readable,
    socket.writable,
    socket.remoteAddress,
  ];
  socket.once('data', (data) => socket.end(`parent got ${data}`));
  const text = await heard;
  child.send('done');
  await log.closed;
  return { seen, text, child: log.child };
};

cases['a handle that is sent while nobody listens for it'] = async (cp, t) => {
  const file = t.file(
    'sender.js',
    `
    const net = require('net');
    process.channel.ref();
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      process.send('server', server);
      process.send('behind it', () => console.log('the parent has it'));
    });
  `
  );
  const child = cp.fork(file, [], { silent: true, execArgv: [] });
  await once(child.stdout, 'data');
  const [message, server] = await once(child, 'message');
  const seen = [message, t.encode(server)];
  server.close();
  child.kill();
  return seen;
};

module.exports = cases;
