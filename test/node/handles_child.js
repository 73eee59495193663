// SPDX-License-Identifier: MIT
//
// A Node child of `handle_program parent`, with which it passes sockets. CP_TEST_DO says what it
// does.
'use strict';

const dgram = require('dgram');
const net = require('net');

const deeds = {
  // Serves one client on the socket that comes.
  serve: () => {
    process.on('message', (message, server) => {
      if (message !== 'server') return;
      server.on('connection', (socket) => {
        socket.end(`${process.pid} served\n`);
        server.close();
        process.disconnect();
      });
    });
  },

  // Answers on the connection that comes.
  answer: () => {
    let kind;
    process.on('message', (message, socket) => {
      if (message === 'socket') {
        kind = socket instanceof net.Socket ? 'net.Socket' : typeof socket;
        socket.on('data', (data) => socket.end(`${process.pid} ${data}`));
        return;
      }
      process.send(`got ${kind} ${message}`);
      process.send('done');
    });
  },

  'answer-datagrams': () => {
    process.on('message', (message, socket) => {
      if (message !== 'dgram') return;
      socket.on('message', (data, { port, address }) => {
        socket.send(`${process.pid} ${data}`, port, address, () => socket.close());
        process.send(`got ${socket instanceof dgram.Socket ? 'dgram.Socket' : '?'} ${socket.type}`);
        process.send('done');
      });
    });
  },

  // What is in the pipe that comes.
  read: () => {
    process.on('message', (message, handle) => {
      if (message !== 'native') return;
      const socket = new net.Socket({ handle });
      socket.on('data', (data) => {
        process.send(`got ${handle.constructor.name}: ${String(data).trimEnd()}`);
        process.send('done');
        socket.destroy();
      });
    });
  },

  // Gives its parent one of each kind, and sees that they work.
  give: () => {
    process.channel.ref();
    const answer = (port, host) => new Promise((resolve) => {
      net.connect(port, host).on('data', (data) => resolve(String(data).trimEnd().split(' ')[1]));
    });
    const server = net.createServer();
    server.listen(0, '127.0.0.1', async () => {
      const { port } = server.address();
      process.send('serve this', server);
      process.send('between');
      const other = net.createServer((socket) => process.send('answer this', socket));
      server.close();
      console.log(`child: ${await answer(port, '127.0.0.1')}`);
      other.listen(0, '127.0.0.1', async () => {
        console.log(`child: ${await answer(other.address().port, '127.0.0.1')}`);
        const socket = dgram.createSocket('udp4');
        socket.bind(0, '127.0.0.1', () => {
          process.send('leave this', socket);
          process.send('leave this', other._handle);
          process.send('done');
        });
      });
    });
    process.on('disconnect', () => process.exit(0));
  },

  // A connection, and what waits behind it.
  'give-raw': () => {
    process.channel.ref();
    const server = net.createServer((socket) => {
      process.send({ a: 1 }, socket);
      process.send('behind', () => client.destroy());
      server.close();
    });
    let client;
    server.listen(0, '127.0.0.1', () => {
      client = net.connect(server.address().port, '127.0.0.1');
      client.on('error', () => {});
    });
  },
};

deeds[process.env.CP_TEST_DO]();
