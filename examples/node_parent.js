// SPDX-License-Identifier: MIT
// A parent in Node of a child in C: node node_parent.js ./c_child
const { spawn } = require('node:child_process');

const child = spawn(process.argv[2], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
child.on('message', ({ square }) => {
  console.log(`the child says ${square}`);
  child.disconnect();
});
child.on('exit', (code) => console.log(`the child exited with code ${code}`));
child.send({ number: 12 });
