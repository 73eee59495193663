// SPDX-License-Identifier: MIT

const { fork } = require('child_process');
const path = require('path');

const child = fork(path.join(__dirname, 'fork_child.js'));

child.on('message', (message) => {
  console.log('parent got', message);
  child.disconnect();
});
child.on('exit', (code) => console.log(`child exited with code ${code}`));
child.send({ hello: 'child' });
