// SPDX-License-Identifier: MIT

const { execFile } = require('child_process');

execFile(process.execPath, ['--version'], (error, stdout) => {
  if (error) throw error;
  console.log(`node says ${stdout.trim()}`);
});
