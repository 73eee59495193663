// SPDX-License-Identifier: MIT
// The child of fork_hello.c, in Node: greets its parent, and tells how it was greeted.
process.on('message', (message) => console.log(`child was told: ${message}`));
process.send('Hello from child!');
