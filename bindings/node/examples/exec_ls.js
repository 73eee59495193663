// SPDX-License-Identifier: MIT

const { exec } = require('child_process');

exec('ls -lh | wc -l', (error, stdout, stderr) => {
  if (error) throw error;
  console.log(`lines: ${stdout.trim()}`);
  if (stderr) console.error(`stderr: ${stderr}`);
});
