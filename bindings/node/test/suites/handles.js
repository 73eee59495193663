// SPDX-License-Identifier: MIT
//
// Handles that go along with messages: sockets, servers, datagram sockets and what is inside them.

'use strict';

const dgram = require('dgram');
const net = require('net');
const { once } = require('events');

const cases = {};

function fork(cp, t, part, args = [], options = {}) {
  return cp.fork(t.child, [part, ...args.map(String)], { silent: true, execArgv: [], ...options });
}

async function listen(server, where = [0, '127.0.0.1']) {
  server.listen(...where);
  await once(server, 'listening');
  return server.address();
}

// What a client hears from whoever has the other end.
function hear(where, say) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(where);
    let text = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      if (say) socket.write(say);
    });
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

// How many connections a server has, once they are gone or do not go.
async function connections(t, server) {
  for (let i = 0; ; i++) {
    const count = await new Promise((resolve) => {
      server.getConnections((_, n) => resolve(n));
    });
    if (count === 0 || i === 50) return count;
    await t.sleep(10);
  }
}

function place(t, kind) {
  return kind === 'tcp' ? [0, '127.0.0.1'] : [`${t.scratch}/socket`];
}

function target(address) {
  return typeof address === 'string' ? address : { port: address.port, host: '127.0.0.1' };
}

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
  const log = t.watch(child);
  const server = net.createServer();
  await listen(server);
  child.send('type', server);
  child.send('type');
  const seen = [t.outcome(() => child.disconnect()), child.connected, Boolean(child.channel)];
  await t.until(() => log.child.length > 1);
  server.close();
  return { seen, child: log.child.slice(0, 2), channel: log.channel };
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

cases['connections are asked of a child that is gone'] = async (cp, t) => {
  const child = fork(cp, t, 'handles');
  const log = t.watch(child, { channel: false });
  const server = net.createServer((socket) => child.send('keep', socket));
  const { port } = await listen(server);
  const client = net.connect(port, '127.0.0.1');
  client.on('error', () => {});
  await once(child, 'message');
  child.kill('SIGKILL');
  await log.closed;
  const count = await new Promise((resolve) => {
    server.getConnections((...args) => resolve(t.encode(args)));
  });
  const closed = once(server, 'close');
  server.close();
  await closed;
  client.destroy();
  return count;
};

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
    const server = net.createServer().listen(0, '127.0.0.1', () => process.send('server', server,
      () => server.close()));
  `
  );
  const child = cp.fork(file, [], { silent: true, execArgv: [] });
  await t.sleep(150);
  const [message, server] = await once(child, 'message');
  const seen = [message, t.encode(server)];
  server.close();
  child.kill();
  return seen;
};

// In Node 18 the child may or may not have answered by then.
if (Number(process.versions.node.split('.')[0]) < 20) delete cases['disconnect waits for handles'];

module.exports = cases;
