// SPDX-License-Identifier: MIT
//
// Servers and clients on the loopback.
'use strict';

const net = require('net');

// Paused, since what Node has read already does not go with a socket.
exports.listen = (onConnection = () => {}) => {
  const server = net.createServer({ pauseOnConnect: true }, onConnection);
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
};

// All that a server on the loopback says to who connects and says `words`.
exports.ask = (port, words = '') => {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1');
    let answer = '';
    socket.on('connect', () => words && socket.write(words));
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer.trimEnd()));
  });
};
