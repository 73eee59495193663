// SPDX-License-Identifier: MIT
//
// Sockets that are bound and do nothing yet, which Node 26 and later send along with messages.

'use strict';

const net = require('net');
const { once } = require('events');

const cases = {};

// Listens on what comes, and sends another back.
const CHILD = `
  const net = require('net');
  process.on('message', (message, bound) => {
    const server = net.createServer((socket) => {
      socket.end('by the child');
      server.close();
      process.disconnect();
    });
    server.listen(bound, () => {
      const other = new net.BoundSocket({ port: 0, host: '127.0.0.1' });
      const { port } = other.address();
      process.send({ kind: bound.constructor.name, message, port }, other);
    });
  });
`;

function hear(port) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect(port, '127.0.0.1');
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
}

for (const serialization of ['json', 'advanced']) {
  cases[`a bound socket to the child and one back: ${serialization}`] = async (cp, t) => {
    const options = { silent: true, execArgv: [], serialization };
    const child = cp.fork(t.file('bound.js', CHILD), [], options);
    const bound = new net.BoundSocket({ port: 0, host: '127.0.0.1' });
    const { port } = bound.address();
    const sent = child.send('listen', bound);
    const [answer, other] = await once(child, 'message');
    const isSame = other.address().port === answer.port;
    const server = net.createServer((socket) => socket.end('by the parent'));
    server.listen(other);
    await once(server, 'listening');
    const heard = [await hear(port), await hear(answer.port)];
    server.close();
    delete answer.port;
    const exit = await once(child, 'exit');
    return { sent, answer, kind: other.constructor.name, isSame, heard, exit };
  };
}

cases['a bound socket of a path cannot be sent'] = async (cp, t) => {
  const child = cp.fork(t.file('bound.js', CHILD), [], { silent: true, execArgv: [] });
  const bound = new net.BoundSocket({ path: `${t.scratch}/bound` });
  const thrown = await t.outcome(() => child.send('listen', bound));
  bound.close();
  child.disconnect();
  return { thrown, exit: await once(child, 'exit') };
};

module.exports = net.BoundSocket ? cases : {};
