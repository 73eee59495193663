// SPDX-License-Identifier: MIT
//
// What the suites about handles have in common: a child that takes some, servers and who talks to
// them.

'use strict';

const net = require('net');
const { once } = require('events');

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

module.exports = {
  connections,
  fork,
  hear,
  listen,
  place,
  target,
};
