// SPDX-License-Identifier: MIT

const { spawn } = require('child_process');

const ls = spawn('ls', ['-lh', ...process.argv.slice(2)]);

ls.stdout.on('data', (chunk) => process.stdout.write(`stdout: ${chunk}`));
ls.stderr.on('data', (chunk) => process.stderr.write(`stderr: ${chunk}`));
ls.on('error', (error) => console.error(`could not start: ${error.message}`));
ls.on('close', (code) => console.log(`ls exited with code ${code}`));
