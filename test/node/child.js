// SPDX-License-Identifier: MIT
//
// A Node child of a C parent: `child.js` is forked by `ipc_program fork`, and does what the word in
// CP_TEST_DO says.
'use strict';

const deeds = {
  // Sends back what it gets, until it is disconnected.
  echo: () => process.on('message', (message) => process.send(message)),

  lengths: () => {
    process.on('message', (message) => console.log(`child got ${message.length}`));
    process.on('disconnect', () => console.log('child is disconnected'));
  },

  // The example of the documentation.
  hello: () => {
    process.on('message', (message) => {
      console.log(`child got ${JSON.stringify(message)}`);
      process.disconnect();
    });
    process.send({ hello: 'from child' });
  },

  // Says nothing and does not listen, so nothing keeps it.
  idle: () => {},

  // What the other side must not take for a message: only the last is one.
  internal: () => {
    process.send({ cmd: 'NODE_CLUSTER', act: 'online' });
    process.send({ cmd: 'NODE_DEBUG_ENABLED' });
    process.send({ cmd: 'NODE_' });
  },

  // A handle, which the other side cannot take: the messages behind it must not wait for ever.
  handle: () => {
    process.channel.ref(); // Node 18 would end while it waits for an answer
    const server = require('net').createServer().listen(0, '127.0.0.1', () => {
      process.send('server', server, () => process.send('after', () => process.disconnect()));
      server.close();
    });
  },

  texts: () => {
    const texts = ['', 'a\nb\r\n', '\u0000', 'ä€🌍', '\ud800', '\u2028', '"\\/', '\x7f'];
    process.on('message', (message) => {
      if (message !== texts.shift()) console.log(`wrong: ${JSON.stringify(message)}`);
      if (texts.length === 0) process.disconnect();
    });
    for (const text of texts) process.send(text);
  },

  big: () => {
    process.on('message', (message) => {
      process.send(message.length);
      process.send('y'.repeat(5000000), () => process.disconnect());
    });
  },

  // Ends in the middle of a message.
  broken: () => {
    require('fs').writeSync(process.channel.fd, '{"half":');
    process.exit(0);
  },

  garbage: () => {
    require('fs').writeSync(process.channel.fd, '1\nthis is not JSON\n');
    process.on('disconnect', () => console.log('child is disconnected'));
  },

  environment: () => {
    process.send([process.env.NODE_CHANNEL_FD ?? null, process.connected, process.argv.length]);
  },

  numbers: () => {
    for (let number = 0; number < 20000; number++) process.send({ number });
  },
};

deeds[process.env.CP_TEST_DO]();
