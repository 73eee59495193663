// SPDX-License-Identifier: MIT
//
// A child at the other end of a channel, Node's own. Its first argument says what it does.

'use strict';

const fs = require('fs');
const { encode } = require('./encode');

// Ends of itself once nothing holds the channel.
const parts = {
  // Answers each message with itself.
  echo: () => process.on('message', (message) => process.send(message)),

  // Tells what has arrived, and of which type.
  describe: () =>
    process.on('message', (message, handle) =>
      process.send({ type: typeof message, seen: encode(message), handle: encode(handle) })
    ),

  // Sends what it is told to, then lets go.
  say: (text) => {
    for (const message of JSON.parse(text)) process.send(message);
  },

  sayMany: (count, size) => {
    const text = 'x'.repeat(Number(size));
    for (let i = 0; i < count; i++) process.send({ i, text });
  },

  // Tells of itself and goes.
  about: () =>
    process.send({
      argv: process.argv.slice(2),
      execArgv: process.execArgv,
      connected: process.connected,
      hasFd: process.env.NODE_CHANNEL_FD === undefined,
      cwd: process.cwd(),
      env: process.env.ADDON_TEST,
      stdout: process.stdout.constructor.name,
      argv0: process.argv0,
      title: typeof process.title,
    }),

  exit: (code) => process.exit(Number(code)),
  throw: () => {
    throw new Error('mine');
  },

  // Holds on until the parent lets go.
  wait: () => {
    process.on('disconnect', () => process.exit(7));
    process.send('ready');
  },

  disconnect: () => {
    process.send('last');
    process.disconnect();
  },

  // Counts what it hears until it is told to stop.
  count: () => {
    let count = 0;
    let bytes = 0;
    process.on('message', (message) => {
      if (message === 'stop') return process.send({ count, bytes }, () => process.disconnect());
      count++;
      bytes += JSON.stringify(message).length;
      return undefined;
    });
    process.on('disconnect', () => fs.writeSync(1, `heard ${count} of ${bytes}\n`));
  },

  // Sockets, servers and datagrams that come along.
  handles: () =>
    process.on('message', (message, handle) => require('./child_handles')(message, handle)),

  // Raw bytes on the channel, behind Node's back.
  raw: (base64) => fs.writeSync(process.channel.fd, Buffer.from(base64, 'base64')),
};

const [, , part, ...args] = process.argv;
parts[part](...args);
