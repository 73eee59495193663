// SPDX-License-Identifier: MIT
// The child of share_server.c, in Node: serves one client on the socket of its parent.
process.on('message', (message, server) => {
  server.on('connection', (socket) => {
    socket.end('Hello from Node!\n');
    server.close();
    process.disconnect();
  });
  process.send('ready');
});
