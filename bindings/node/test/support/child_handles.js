// SPDX-License-Identifier: MIT
//
// What child.js does with a handle that has come with a message.

'use strict';

const { encode } = require('./encode');

const parts = {
  // Writes to a socket and ends it.
  greet: (socket) => socket.end('by the child'),

  // Echoes one message, and ends.
  echo: (socket) => {
    socket.once('data', (data) => socket.end(`child got ${data}`));
    socket.resume();
  },

  // Holds a socket until it is told to let go.
  keep: (socket) => {
    socket.on('close', () => process.send('closed'));
    process.once('message', () => socket.destroy());
    process.send('kept');
  },

  // Answers every connection of a server.
  serve: (server) => {
    server.on('connection', (socket) => {
      socket.end('by the child');
      server.close();
    });
    process.send('serving');
  },

  // Answers a datagram.
  datagram: (socket) => {
    socket.on('message', (data, { port, address }) => {
      socket.send(`child got ${data}`, port, address, () => socket.close());
    });
    process.send('bound');
  },

  // Tells what it is.
  type: (handle) => {
    process.send({ type: encode(handle), hasFd: Boolean(handle) });
    if (handle && handle.close) handle.close();
    else if (handle && handle.destroy) handle.destroy();
    process.disconnect();
  },

  // The same, but not over the channel.
  note: (handle) => {
    process.stdout.write(`${encode(handle)} `);
    if (handle) handle.close();
  },

  // A server accepted by hand from its native handle.
  native: (handle) => {
    const net = require('net');
    const server = net.createServer((socket) => {
      socket.end('by the child');
      server.close();
    });
    server.listen(handle, () => process.send('serving'));
  },
};

module.exports = (message, handle) => parts[message](handle);
