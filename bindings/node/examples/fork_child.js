// SPDX-License-Identifier: MIT

process.on('message', (message) => {
  console.log('child got', message);
  process.send({ hello: 'parent', heard: message });
});
